"""A change to the pipeline is detected without any data set."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenet import report
from lenet.evaluation.fingerprint import COUNT, conditions, count_changes, find_change, fingerprint
from lenet.evaluation.metrics import METRICS
from lenet.evaluation.schema import Metrics
from lenet.image import preprocess
from lenet.model import runtime
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import judge
from lenet.model.weights import WEIGHTS


@pytest.fixture(scope="module")
def committed() -> Metrics:
    metrics: Metrics = json.loads((WEIGHTS / METRICS).read_text(encoding="utf-8"))
    return metrics


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lenet.image.strokes.SUPERSAMPLE", 3),
        ("lenet.image.ink.SMALL", 0),
        ("lenet.image.preprocess.FILTER", Image.Resampling.BOX),
        ("lenet.image.preprocess.CENTRE", 13),
        ("lenet.model.numbers.RUN", 0),
        ("lenet.model.classifier.judge", lambda ink, logits, thresholds, *_: judge(ink, logits, thresholds)),
    ],
)
def test_a_change_to_brush_ink_preprocessing_or_verdict_makes_the_figures_stale(
    name: str, value: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(name, value)
    assert report.main(["--check"]) == 1
    error = capsys.readouterr().err
    assert "fixed drawings are read differently" in error
    assert "Run `python -m lenet.evaluate --weights weights --strokes …`" in error
    assert "then `python -m lenet.report`" in error


def test_rounding_as_on_another_processor_is_not_a_change(committed: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_fixed_drawings_get_every_verdict_and_digit() -> None:
    answers = fingerprint(DigitClassifier())["answers"].split()
    assert len(answers) == COUNT
    assert {"blank", "unsure", "several12", *(f"digit{digit}" for digit in range(10))} <= set(answers)


def test_the_reason_names_the_change() -> None:
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
def test_another_answer_or_a_logit_that_differs_by_more_than_rounding_is_a_change(
    answers: str, logits: str, changes: int
) -> None:
    before = {"answers": "digit7 blank", "logits": "5.10 0.00"}
    assert count_changes(before, {"answers": answers, "logits": logits}) == changes
