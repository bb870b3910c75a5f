"""Figures of another way of reading are noticed without any data set."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenet import report
from lenet.evaluation.fingerprint import COUNT, conditions, count_changes, find_change, fingerprint
from lenet.evaluation.metrics import METRICS
from lenet.image import preprocess
from lenet.model import runtime
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import judge
from lenet.model.weights import WEIGHTS


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    metrics: dict[str, Any] = json.loads((WEIGHTS / METRICS).read_text(encoding="utf-8"))
    return metrics


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lenet.image.strokes.SUPERSAMPLE", 3),
        ("lenet.image.ink.SMALL", 0),
        ("lenet.image.preprocess.FILTER", Image.Resampling.BOX),
        ("lenet.image.preprocess.CENTRE", 13),
        ("lenet.image.preprocess.MOST_GROUPS", 2),
        ("lenet.model.classifier.judge", lambda ink, logits, thresholds, *_: judge(ink, logits, thresholds)),
    ],
)
def test_a_change_of_brush_ink_preprocessing_or_verdict_makes_the_check_of_the_figures_fail(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(name, value)
    assert report.main(["--check"]) == 1
    sentence = capsys.readouterr().err
    assert "fixed drawings are read differently" in sentence
    assert "run `python -m lenet.evaluate --strokes …`" in sentence
    assert "then `python -m lenet.report`" in sentence


def test_the_rounding_of_another_processor_changes_nothing(
    committed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    scaled, activations = preprocess._scaled, runtime.Network.activations

    def scale(ink: np.ndarray) -> np.ndarray:
        small = scaled(ink)
        return small * (1 + random.normal(0, 1e-6, small.shape)).astype(np.float32)

    def activate(network: runtime.Network, picture: np.ndarray) -> runtime.Activations:
        exact = activations(network, picture)
        return dataclasses.replace(exact, logits=exact.logits + random.normal(0, 1e-4, 10).astype(np.float32))

    monkeypatch.setattr(preprocess, "_scaled", scale)
    monkeypatch.setattr(runtime.Network, "activations", activate)
    assert find_change(committed, conditions(WEIGHTS)) == ""


def test_the_drawings_are_few_bytes_and_get_every_verdict_and_digit() -> None:
    prints = fingerprint(DigitClassifier())
    answers = prints["answers"].split()
    assert len(answers) == COUNT
    assert {"blank", "unsure", "several12", *(f"digit{digit}" for digit in range(10))} <= set(answers)
    assert len(json.dumps(prints)) < 5_000


def test_what_changed_is_named() -> None:
    now = {
        "weights": "a",
        "thresholds": {"unsure": 0.7},
        "fingerprint": {"answers": "digit7 blank", "logits": "5.10 0"},
    }
    assert find_change(now, now) == ""
    assert find_change(now | {"weights": "b"}, now) == "the weights have changed"
    assert find_change(now | {"thresholds": {"unsure": 0.6}}, now) == "the thresholds have changed"
    assert find_change({key: now[key] for key in ("weights", "thresholds")}, now) == "metrics.json has no fingerprint"


@pytest.mark.parametrize(
    ("answers", "logits", "changes"),
    [
        ("digit7 blank", "5.12 0.00", 0),
        ("digit7 blank", "5.13 0.00", 1),
        ("digit1 blank", "5.10 0.00", 1),
        ("digit1 unsure", "5.10 3.00", 2),
        ("digit7", "5.10", 1),
    ],
)
def test_an_answer_or_a_logit_that_differs_by_more_than_rounding_is_a_change(
    answers: str, logits: str, changes: int
) -> None:
    before = {"answers": "digit7 blank", "logits": "5.10 0.00"}
    assert count_changes(before, {"answers": answers, "logits": logits}) == changes
