"""Accuracy of the committed weights on drawings that they were not trained on."""

import json
from collections import Counter

import numpy as np
import pytest

from lenet.datasets.placement import place
from lenet.evaluation.log import LOG, seeds
from lenet.image.strokes import BRUSH_WIDTH, render
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import WEIGHTS, digest
from tests.helpers.digits import DIGITS
from tools.doodles import doodle

METRICS = json.loads((WEIGHTS / "metrics.json").read_text(encoding="utf-8"))


def test_at_most_one_in_ten_doodles_letters_and_scribbles_is_accepted_as_a_digit(classifier: DigitClassifier) -> None:
    random = np.random.default_rng(11)
    verdicts = Counter(classifier(place(doodle(random)[1], random).render()).verdict for _ in range(300))
    assert verdicts["digit"] + verdicts["several"] <= 30


@pytest.mark.parametrize(
    "strokes",
    [
        [[[110, 60], [98, 130], [150, 125], [185, 165], [160, 215], [95, 215]], [[135, 56], [200, 52]]],
        [[[105, 60], [90, 150], [160, 150]], [[190, 70], [186, 225]]],
        [*DIGITS[0], [[140, 140]]],
        [*DIGITS[7], [[110, 150], [180, 140]]],
    ],
    ids=["5 in two strokes that miss each other", "broken 4", "dotted 0", "barred 7"],
)
def test_a_digit_of_several_strokes_is_one_digit(classifier: DigitClassifier, strokes: list) -> None:
    prediction = classifier(render(strokes, width=BRUSH_WIDTH * 0.7))
    assert prediction.verdict != "several"
    assert len(prediction.digits) == 1


def test_the_committed_weights_are_those_of_the_best_seed_in_validation_and_the_mean_is_at_least_9965() -> None:
    runs = seeds(METRICS, json.loads((WEIGHTS / LOG).read_text(encoding="utf-8")))
    assert runs
    wrong = {run["seed"]: sum(misses for misses, _ in run["validation"]) for run in runs}
    assert wrong[METRICS["training"]["seed"]] == min(wrong.values())
    assert np.mean([1 - misses / count for misses, count in (run["mnist_test"] for run in runs)]) >= 0.9965


def test_the_committed_metrics_are_of_the_committed_weights_and_good_enough() -> None:
    assert METRICS["weights"] == digest()
    test = METRICS["mnist_test"]
    assert test["count"] == 10_000
    assert 0 < test["misses"] <= 33
    assert 0 < test["raw"]["misses"] <= 33
    people, doodles = METRICS["strokes"]["pendigits-test"], METRICS["strokes"]["doodles"]
    assert people["count"] == 3498
    assert people["accuracy"] >= 0.983
    assert people["calibration_error"] <= 0.01
    assert people["verdicts"]["digit"] >= 0.985
    assert people["verdicts"].get("several", 0) <= 0.003
    for kind, least in (("apart", 0.93), ("rows", 0.88), ("touching", 0.69), ("touching_strokes", 0.88)):
        assert people["numbers"][kind]["count"] == 500
        assert people["numbers"][kind]["right"] >= least
    assert people["renderings"]["same"] >= 0.97
    assert doodles["not_digits"]["count"] == 1000
    assert sum(doodles["not_digits"]["verdicts"].get(verdict, 0) for verdict in ("digit", "several")) <= 0.05
