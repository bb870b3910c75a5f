"""Count the figures of a set of pictures, and print them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet.evaluation.schema import Figures
from lenet.files import percent

METRICS = "metrics.json"  # file of a folder of weights that keeps its figures
NUMBERS = {
    "apart": "two to six digits apart",
    "rows": "two or three rows of them",
    "touching": "two or three digits that touch",
    "touching_strokes": "two or three digits that touch, drawn on the pad",
}
BINS = 15  # of the calibration error, as in Guo et al. 2017


def calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy, 0 to 1.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), with 15 bins of equal width.

    Args:
        probabilities: (N, 10).
        labels: (N,).
    """
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence, BINS) - np.bincount(bins, right, BINS)  # sums, which weigh bins by their count
    return float(np.abs(gaps).sum() / len(labels))


def summarize(probabilities: NDArray[np.float64], labels: NDArray[np.uint8], verdicts: Sequence[str]) -> Figures:
    """Count the figures of a set of digits.

    Args:
        probabilities: (N, 10); the largest counts as the answer, whatever the verdict.
        labels: (N,) the truth.
        verdicts: (N) verdicts.
    """
    answers = probabilities.argmax(1)
    wrong = answers != labels
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, answers), 1)
    return {
        "count": len(labels),
        "misses": int(wrong.sum()),
        "accuracy": round(float(1 - wrong.mean()), 6),
        "calibration_error": round(calibration_error(probabilities, labels), 6),
        "digits": [
            {"digit": digit, "count": int(row.sum()), "misses": int(row.sum() - row[digit])}
            for digit, row in enumerate(confusion)
        ],
        "confusion": confusion.tolist(),
        "verdicts": rates(verdicts),
    }


def rates(verdicts: Sequence[str]) -> dict[str, float]:
    """Return the fraction of each verdict."""
    return {name: count / len(verdicts) for name, count in sorted(Counter(verdicts).items())}


def table(figures: Figures) -> str:
    """Format the figures of a set for the terminal."""
    lines: list[str] = []
    if "misses" in figures:
        lines.append(f"{'digit':>5} {'images':>7} {'wrong':>6} {'right':>9}")
        counts = [(f"{row['digit']}", row["count"], row["misses"]) for row in figures["digits"]]
        for digit, count, misses in [*counts, ("all", figures["count"], figures["misses"])]:
            right = percent(1 - misses / count) if count else ""
            lines.append(f"{digit:>5} {count:>7,} {misses:>6,} {right:>9}")
        lines.append(f"expected calibration error: {percent(figures['calibration_error'])}")
        lines.append(f"verdicts: {_verdicts(figures['verdicts'])}")
    if raw := figures.get("raw"):
        lines.append(f"without preprocessing: {raw['misses']:,} wrong, {percent(raw['accuracy'])} right")
    for kind, numbers in figures.get("numbers", {}).items():
        lines.append(f"{numbers['count']:,} numbers, {NUMBERS[kind]}: {percent(numbers['right'])} wholly right")
    if renderings := figures.get("renderings"):
        lines.append(
            f"{renderings['drawings']:,} drawings, rendered {renderings['each']} times each: "
            f"{percent(renderings['same'])} the same answer"
        )
    if non_digits := figures.get("not_digits"):
        lines.append(f"{non_digits['count']:,} non-digits: {_verdicts(non_digits['verdicts'])}")
        if kept := non_digits.get("kept"):
            lines.append(f"{kept['count']:,} of kinds not trained on: {_verdicts(kept['verdicts'])}")
    return "\n".join(lines)


def _verdicts(verdicts: dict[str, float]) -> str:
    return ", ".join(f"{name} {percent(rate)}" for name, rate in verdicts.items())
