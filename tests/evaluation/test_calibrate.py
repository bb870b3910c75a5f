"""The thresholds are those that the drawings ask for, and they are saved with the weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lenet import calibrate
from lenet.datasets import stroke_files
from lenet.evaluation import calibration
from lenet.image.strokes import Drawing
from lenet.model.runtime import Network
from lenet.model.verdict import softmax
from lenet.model.weights import FACTS, FILES, NETWORK, WEIGHTS, verify
from tests.helpers.digits import DIGITS

PEOPLE = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)] * 3


@pytest.mark.parametrize("heat", [0.5, 1, 2])
def test_the_temperature_of_logits_that_are_too_sure_or_not_sure_enough_is_found(heat: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, (4_000, 10)).astype(np.float32)
    labels = np.array([random.choice(10, p=row) for row in softmax(logits)], np.uint8)
    assert calibration.temperature(logits * heat, labels) == pytest.approx(heat, rel=0.1)


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(calibration, "COUNT", 100)
    monkeypatch.setattr(calibration, "ROWS", 20)
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    return tmp_path


def test_the_command_writes_the_thresholds_and_how_they_were_found(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stroke_files.write(weights / "people.jsonl.gz", PEOPLE)
    before = verify(weights)
    assert calibrate.main(["--weights", str(weights), "--strokes", str(weights / "people.jsonl.gz")]) == 0
    thresholds = verify(weights)
    assert thresholds != before
    assert thresholds.blank == before.blank
    facts = json.loads((weights / FACTS).read_text())
    assert facts["training"] == json.loads((WEIGHTS / FACTS).read_text())["training"]
    found = facts["calibration"]
    assert (found["digits"]["people"], found["digits"]["by_rule"], found["two_digits"]["count"]) == (100, 100, 20)
    assert found["not_digits"]["accepted"] <= calibration.PASSING + 0.011
    assert found["digits"]["accepted"] >= 1 - calibration.DOUBTED - 0.011
    assert found["digits"]["calibration_error"] <= found["digits"]["calibration_error_before"] + 0.01
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["temperature", "unsure", "several"]
    assert f"unsure below {thresholds.unsure:.3f}" in lines[1]


def test_without_drawings_of_people_it_takes_digits_by_rule(weights: Path) -> None:
    _, found = calibration.find(Network(weights / NETWORK), ())
    assert (found["digits"]["people"], found["digits"]["by_rule"]) == (0, 100)
    assert found["two_digits"]["several"] > 0.8


def test_missing_weights_and_drawings_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate.main(["--weights", str(tmp_path)]) == 1
    assert calibrate.main(["--strokes", str(tmp_path / "none.jsonl")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(str(tmp_path) in line for line in lines)
