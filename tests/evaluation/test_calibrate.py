"""The thresholds are computed from the drawings and saved with the weights."""

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
from lenet.model.weights import FILES, NETWORK, WEIGHTS, read_facts, verify
from tests.helpers.digits import DIGITS

PEOPLE = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)] * 3


@pytest.mark.parametrize("factor", [0.5, 1, 2])
def test_the_temperature_of_overconfident_and_underconfident_logits_is_found(factor: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, (4_000, 10)).astype(np.float32)
    labels = np.array([random.choice(10, p=row) for row in softmax(logits)], np.uint8)
    assert calibration.temperature(logits * factor, labels) == pytest.approx(factor, rel=0.1)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    return tmp_path


def test_the_command_saves_the_thresholds_and_the_verdicts_on_the_drawings(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stroke_files.write(weights / "people.jsonl.gz", PEOPLE)
    before = verify(weights)
    arguments = ["--weights", str(weights), "--strokes", str(weights / "people.jsonl.gz"), "--count", "100"]
    assert calibrate.main(arguments) == 0
    thresholds = verify(weights)
    assert thresholds != before
    assert thresholds.blank == before.blank
    facts = read_facts(weights)
    assert facts["training"] == read_facts()["training"]
    measured = facts["calibration"]
    assert (measured["digits"]["count"], measured["digits"]["people"]) == (100, 1)  # of the ten distinct drawings
    assert measured["digits"]["accepted"] >= 1 - calibration.DOUBTED - 0.011
    assert measured["digits"]["calibration_error"] <= measured["digits"]["calibration_error_before"] + 0.01
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["temperature", "unsure"]
    assert f"unsure below an energy of {thresholds.unsure:.3f}" in lines[1]


def test_without_drawings_by_people_synthetic_digits_are_used(weights: Path) -> None:
    _, measured = calibration.find(Network(weights / NETWORK), count=100)
    assert (measured["digits"]["count"], measured["digits"]["people"]) == (100, 0)


def test_missing_weights_or_drawings_are_an_error_that_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate.main(["--weights", str(tmp_path)]) == 1
    assert calibrate.main(["--weights", str(WEIGHTS), "--strokes", str(tmp_path / "none.jsonl")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(str(tmp_path) in line for line in lines)
