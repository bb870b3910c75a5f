"""Compute the temperature and the thresholds of the verdict from drawings that were not trained on.

These are the tenth of each stroke file that training holds out (`lenet.datasets.holdout`), and as many synthetic
digits and non-digits; without stroke files, synthetic ones only.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.placement import place
from lenet.datasets.stroke_files import LabelledDrawing
from lenet.datasets.synthetic import nondigits
from lenet.datasets.synthetic.digits import glyph
from lenet.evaluation.metrics import calibration_error, rates
from lenet.files import percent
from lenet.image.preprocess import Ink, preprocess
from lenet.image.strokes import Stroke
from lenet.model.classifier import read
from lenet.model.runtime import Network
from lenet.model.verdict import Thresholds, energy
from lenet.model.weights import Calibration

SEED = 2**32 - 1  # of the drawings made here; no training uses it
COUNT = 3_000  # digits of people, synthetic digits, and non-digits, of each

# `unsure` is this quantile of the energies of people's digits, or of synthetic ones without any. Chosen in validation:
# of doodles of kinds that are not trained on it refuses DOODLES_TEXT.
DOUBTED = 0.004
TEMPERATURES = np.geomspace(0.25, 4, 161)

LabelledStrokes = tuple[Sequence[Stroke], int]


def digits(
    people: Sequence[LabelledDrawing], random: np.random.Generator, count: int
) -> tuple[list[Ink], NDArray[np.uint8]]:
    """Return the ink and the labels of `count` synthetic digits and, if there are any, `count` digits of people."""
    labelled: list[LabelledStrokes] = [(glyph(i % 10, random), i % 10) for i in range(count)]
    if people:
        drawings = (people[i % len(people)] for i in range(count))
        labelled += [(drawing.strokes, drawing.label) for drawing in drawings]
    inks = [preprocess(place(strokes, random).render()) for strokes, _ in labelled]
    return inks, np.array([label for _, label in labelled], np.uint8)


def temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Return the temperature with the highest likelihood of the labels (Guo et al. 2017, section 4.2).

    Args:
        logits: (N, 10).
        labels: (N,).
    """
    indices = np.arange(len(labels))
    likelihoods = [
        np.log(Thresholds(temperature=value).probabilities(logits)[indices, labels] + 1e-12).mean()
        for value in TEMPERATURES.tolist()
    ]
    return round(float(TEMPERATURES[int(np.argmax(likelihoods))]), 3)


def find(
    network: Network,
    people: Sequence[LabelledDrawing] = (),
    doodles: Sequence[LabelledDrawing] = (),
    count: int = COUNT,
) -> tuple[Thresholds, Calibration]:
    """Compute the thresholds of a network.

    Args:
        network: the trained network.
        people: digits that it was not trained on, if there are any.
        doodles: people's non-digits of kinds that it was not trained on; synthetic ones are measured without any.
        count: pictures of people's digits, of synthetic digits and of non-digits, each.

    Returns:
        The thresholds, and the verdicts that they give the drawings that they were computed from.
    """

    def logits(inks: Sequence[Ink]) -> NDArray[np.float32]:
        return network.logits(np.stack([ink.picture for ink in inks]))

    random = np.random.default_rng(SEED)
    inks, labels = digits(people, random, count)
    outputs = logits(inks)
    scaled = Thresholds(temperature=temperature(outputs, labels))
    probabilities = scaled.probabilities(outputs)
    doubt = float(np.quantile(energy(outputs[count:] if people else outputs), DOUBTED))
    thresholds = Thresholds(temperature=scaled.temperature, unsure=round(doubt, 3))
    others = _non_digits(doodles, random, count)

    single = rates([read(ink, network, thresholds).verdict for ink in inks])
    accepted = rates([read(ink, network, thresholds).verdict for ink in others])
    return thresholds, {
        "digits": {
            "people": len(labels) - count,
            "by_rule": count,
            "wrong": int((outputs.argmax(1) != labels).sum()),
            "accepted": single.get("digit", 0.0),
            "several": single.get("several", 0.0),
            "calibration_error_before": calibration_error(Thresholds().probabilities(outputs), labels),
            "calibration_error": calibration_error(probabilities, labels),
        },
        "not_digits": {
            "count": count,
            "people": len(doodles),
            "accepted": accepted.get("digit", 0.0) + accepted.get("several", 0.0),
        },
    }


def _non_digits(doodles: Sequence[LabelledDrawing], random: np.random.Generator, count: int) -> list[Ink]:
    """Return the ink of `count` non-digits, drawn by people if there are any, otherwise synthetic."""
    drawings = (
        place(doodles[i * len(doodles) // count].strokes, random) if doodles else nondigits.draw(random)
        for i in range(count)
    )
    return [preprocess(drawing.render()) for drawing in drawings]


def summary(thresholds: Thresholds, calibration: Calibration) -> str:
    """Format the thresholds and their effect for the terminal, a line for each."""
    single, others = calibration["digits"], calibration["not_digits"]
    return (
        f"temperature {thresholds.temperature:.3f}: calibration error {percent(single['calibration_error_before'])} → "
        f"{percent(single['calibration_error'])} on {single['people']:,} digits of people and {single['by_rule']:,} "
        f"synthetic digits, {single['wrong']:,} wrong\n"
        f"unsure below an energy of {thresholds.unsure:.3f}: {percent(single['accepted'])} of the digits accepted, "
        f"{percent(others['accepted'])} of {others['count']:,} "
        f"non-digits; {percent(single['several'])} of the digits are read as several"
    )
