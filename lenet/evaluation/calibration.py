"""Compute the temperature and the thresholds of the verdict from drawings that were not trained on.

These are the tenth of each stroke file that training holds out (`lenet.datasets.holdout`); without stroke files,
synthetic digits and non-digits.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from itertools import cycle, islice

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
COUNT = 3_000  # pictures of digits and of non-digits

# `unsure` is this quantile of the energies of people's digits, or of synthetic ones without any. Chosen in validation:
# 7 in 8 non-digits of kinds that are not trained on are refused, 9 in 10 if two digits more of a thousand are doubted.
DOUBTED = 0.003
TEMPERATURES = np.geomspace(0.25, 4, 161)

LabelledStrokes = tuple[Sequence[Stroke], int]


def digits(
    people: Sequence[LabelledDrawing], random: np.random.Generator, count: int
) -> tuple[list[Ink], NDArray[np.uint8]]:
    """Return the ink and the labels of `count` digits: of people if there are any, otherwise synthetic."""
    labelled: Iterable[LabelledStrokes] = ((glyph(i % 10, random), i % 10) for i in range(count))
    if people:
        labelled = ((drawing.strokes, drawing.label) for drawing in islice(cycle(people), count))
    labels, inks = zip(
        *((label, preprocess(place(strokes, random).render())) for strokes, label in labelled), strict=True
    )
    return list(inks), np.array(labels, np.uint8)


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
    count: int | None = None,
) -> tuple[Thresholds, Calibration]:
    """Compute the thresholds of a network.

    Args:
        network: the trained network.
        people: digits that it was not trained on; synthetic ones are used without any.
        doodles: people's non-digits of kinds that it was not trained on; synthetic ones are measured without any.
        count: pictures of digits and of non-digits, each; None: COUNT.

    Returns:
        The thresholds, and the verdicts that they give the drawings that they were computed from.
    """

    def logits(inks: Sequence[Ink]) -> NDArray[np.float32]:
        return network.logits(np.stack([ink.picture for ink in inks]))

    count = count or COUNT
    random = np.random.default_rng(SEED)
    inks, labels = digits(people, random, count)
    outputs = logits(inks)
    scaled = Thresholds(temperature=temperature(outputs, labels))
    thresholds = dataclasses.replace(scaled, unsure=round(float(np.quantile(energy(outputs), DOUBTED)), 3))
    others = _non_digits(doodles, random, count)

    single = rates([read(ink, network, thresholds).verdict for ink in inks])
    accepted = rates([read(ink, network, thresholds).verdict for ink in others])
    return thresholds, {
        "digits": {
            "count": count,
            "people": len(people),
            "wrong": int((outputs.argmax(1) != labels).sum()),
            "accepted": single.get("digit", 0.0),
            "several": single.get("several", 0.0),
            "calibration_error_before": calibration_error(Thresholds().probabilities(outputs), labels),
            "calibration_error": calibration_error(scaled.probabilities(outputs), labels),
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
    kinds = ["drawings by people" if figures["people"] else "synthetic ones" for figures in (single, others)]
    before, after = percent(single["calibration_error_before"]), percent(single["calibration_error"])
    return (
        f"temperature {thresholds.temperature:.3f}: calibration error {before} → {after} on {single['count']:,} digits "
        f"({kinds[0]}), {single['wrong']:,} wrong\n"
        f"unsure below an energy of {thresholds.unsure:.3f}: {percent(single['accepted'])} of the digits accepted, "
        f"{percent(single['several'])} read as several; {percent(others['accepted'])} of {others['count']:,} "
        f"non-digits ({kinds[1]}) accepted"
    )
