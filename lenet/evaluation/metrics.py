"""The figures of a set of pictures: counted, and as a table for people."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.model.verdict import softmax

METRICS = "metrics.json"  # where a folder of weights keeps its figures
BINS = 15  # of the calibration error, as Guo et al. 2017


def calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Expected calibration error: by how much the shown certainty differs from how often it is right, 0 to 1.

    Args:
        probabilities: (N, 10).
        labels: (N,).

    Returns:
        Guo et al., "On Calibration of Modern Neural Networks" (2017), over 15 bins of equal width.
    """
    certainty = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    bins = np.minimum((certainty * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, certainty, BINS) - np.bincount(bins, right, BINS)  # sums, so each bin weighs its count
    return float(np.abs(gaps).sum() / len(labels))


def report(outputs: NDArray[np.float32], labels: NDArray[np.uint8], verdicts: Sequence[str]) -> dict[str, Any]:
    """The figures of one set, as they are printed and written.

    Args:
        outputs: (N, 10) logits; the largest is the answer that counts, whatever the verdict.
        labels: (N,) the truth.
        verdicts: (N) what was said of each.
    """
    answers = outputs.argmax(1)
    wrong = answers != labels
    confusion = np.zeros((10, 10), int)  # rows: truth; columns: answer
    np.add.at(confusion, (labels, answers), 1)
    return {
        "count": len(labels),
        "misses": int(wrong.sum()),
        "accuracy": round(float(1 - wrong.mean()), 6),
        "calibration_error": round(calibration_error(softmax(outputs), labels), 6),
        "digits": [
            {"digit": digit, "count": int(row.sum()), "misses": int(row.sum() - row[digit])}
            for digit, row in enumerate(confusion)
        ],
        "confusion": confusion.tolist(),
        "verdicts": rates(verdicts),
    }


def rates(verdicts: Sequence[str]) -> dict[str, float]:
    """Each verdict's part of all."""
    return {name: count / len(verdicts) for name, count in sorted(Counter(verdicts).items())}


def table(figures: dict[str, Any]) -> str:
    """The figures for a person."""
    lines: list[str] = []
    if "digits" in figures:
        lines.append(f"{'digit':>5} {'images':>7} {'wrong':>6} {'right':>8}")
        for each in [*figures["digits"], {"digit": "all", "count": figures["count"], "misses": figures["misses"]}]:
            right = f"{1 - each['misses'] / each['count']:.2%}" if each["count"] else ""
            lines.append(f"{each['digit']:>5} {each['count']:>7,} {each['misses']:>6} {right:>8}")
        lines.append(f"expected calibration error {figures['calibration_error']:.2%}")
        lines += [f"verdict {name} {rate:.2%}" for name, rate in figures["verdicts"].items()]
    if raw := figures.get("raw"):
        lines.append(f"without preprocessing {raw['misses']} wrong, {raw['accuracy']:.2%} right")
    if "two_digits" in figures:
        two, again = figures["two_digits"], figures["renderings"]
        lines.append(
            f"{two['count']:,} drawings of two digits: several {two['several']:.2%}, of those read right "
            f"{two['right_of_several']:.2%}"
        )
        lines.append(
            f"{again['drawings']:,} drawings, each at {again['each']} sizes, places and pens: same answer "
            f"{again['same']:.2%}"
        )
    if "not_digits" in figures:
        others = figures["not_digits"]
        said = ", ".join(f"{name} {rate:.2%}" for name, rate in others["verdicts"].items())
        lines.append(f"{others['count']:,} drawings that are no digit: {said}")
    return "\n".join(lines)
