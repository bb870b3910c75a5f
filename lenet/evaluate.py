"""Measure the saved weights on MNIST's test images, and on drawings kept as strokes.

    $ python -m lenet.evaluate
    $ python -m lenet.evaluate --strokes drawings.jsonl.gz --json

Prints how many are read wrong, digit by digit, and writes metrics.json and the pictures beside the weights;
with --json it prints one JSON object and writes nothing.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet import classifier, plots
from lenet.checkpoint import write_json
from lenet.datasets import drawings, mnist
from lenet.preprocess import Ink, preprocess
from lenet.verdict import judge, softmax

if TYPE_CHECKING:
    import keras

METRICS = "metrics.json"
BATCH = 500  # pictures at once: enough to keep the cores busy, 60 MB of activations
BINS = 15  # of the calibration error, as Guo et al. 2017
SEED = 1  # of the sizes, places and pens that drawings are rendered with: the same figures every time


def logits(model: "keras.Model", pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """The network's outputs for many pictures.

    Args:
        model: a `lenet5()`.
        pictures: (N, 28, 28) float32, 0 = paper, 1 = ink.

    Returns:
        (N, 10) float32.
    """
    return np.asarray(model.predict(pictures[..., None], batch_size=BATCH, verbose=0))


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


def report(
    outputs: NDArray[np.float32], labels: NDArray[np.uint8], verdicts: Sequence[str] | None = None
) -> dict[str, Any]:
    """The figures of one set, as they are printed and written.

    Args:
        outputs: (N, 10) logits; the largest is the answer that counts, whatever the verdict.
        labels: (N,) the truth.
        verdicts: (N) what was said of each, if it was asked.
    """
    answers = outputs.argmax(1)
    wrong = answers != labels
    confusion = np.zeros((10, 10), int)  # rows: truth; columns: answer
    np.add.at(confusion, (labels, answers), 1)
    figures = {
        "count": len(labels),
        "misses": int(wrong.sum()),
        "accuracy": round(float(1 - wrong.mean()), 6),
        "calibration_error": round(calibration_error(softmax(outputs), labels), 6),
        "digits": [
            {"digit": digit, "count": int(row.sum()), "misses": int(row.sum() - row[digit])}
            for digit, row in enumerate(confusion)
        ],
        "confusion": confusion.tolist(),
    }
    if verdicts is not None:
        figures["verdicts"] = {name: count / len(labels) for name, count in sorted(Counter(verdicts).items())}
    return figures


class Evaluation:
    """The saved weights, ready to be measured on one set after the other.

    Args:
        folder: with the weights.
        pictures: also draw each set's confusion matrix and misread digits, into the folder.

    Raises:
        WeightsError: if the weights cannot be used.
    """

    def __init__(self, folder: Path = classifier.WEIGHTS, pictures: bool = True) -> None:
        self.folder, self.pictures = folder, pictures
        self.thresholds = classifier.verify(folder)
        self.model = classifier.load(folder)

    def mnist(self, data: mnist.Mnist) -> dict[str, Any]:
        """The figures of MNIST's test images, read as they are; their verdicts as if each were drawn on the pad."""
        inks = [preprocess(image) for image in data.test.images]
        return self._measure("", data.test.pictures, data.test.labels, inks)

    def strokes(self, path: Path) -> dict[str, Any]:
        """The figures of a stroke file, each drawing put on the pad once, at random size, place and pen.

        Raises:
            DatasetError: if the file cannot be read.
        """
        drawn = drawings.read(path)
        random = np.random.default_rng(SEED)
        inks = [preprocess(drawings.place(each.strokes, random).render()) for each in drawn]
        labels = np.array([each.label for each in drawn], np.uint8)
        return self._measure(f"-{_stem(path)}", np.stack([ink.picture for ink in inks]), labels, inks)

    def _measure(
        self, suffix: str, pictures: NDArray[np.float32], labels: NDArray[np.uint8], inks: list[Ink]
    ) -> dict[str, Any]:
        outputs = logits(self.model, pictures)
        verdicts = [judge(ink, row, self.thresholds).verdict for ink, row in zip(inks, outputs, strict=True)]
        figures = report(outputs, labels, verdicts)
        if self.pictures:
            plots.confusion(self.folder / f"confusion{suffix}.png", figures["confusion"])
            plots.misread(self.folder / f"misread{suffix}.png", pictures, labels, softmax(outputs))
        return figures


def _stem(path: Path) -> str:
    """A stroke file's name without its endings: pendigits-test.jsonl.gz → pendigits-test."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def write_metrics(folder: Path, **sections: dict[str, Any]) -> None:
    """Replace sections of metrics.json; what was measured with other weights is dropped.

    Args:
        folder: with the weights.
        sections: `training`, `mnist_test`, `strokes`.
    """
    weights = classifier.digest(folder)
    try:
        metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        metrics = {}
    if metrics.get("weights") != weights:
        metrics = {"weights": weights}
    write_json(folder / METRICS, metrics | sections)


def table(figures: dict[str, Any]) -> str:
    """The figures for a person."""
    rows = [f"{'digit':>5} {'images':>7} {'wrong':>6} {'right':>8}"]
    for row in [*figures["digits"], {"digit": "all", "count": figures["count"], "misses": figures["misses"]}]:
        right = f"{1 - row['misses'] / row['count']:.2%}" if row["count"] else ""
        rows.append(f"{row['digit']:>5} {row['count']:>7,} {row['misses']:>6} {right:>8}")
    rows.append(f"expected calibration error {figures['calibration_error']:.2%}")
    rows += [f"verdict {name} {rate:.2%}" for name, rate in figures["verdicts"].items()]
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.evaluate", description="Measure the weights.")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with MNIST; else MNIST_DIR, else a download")
    parser.add_argument(
        "--strokes", type=Path, metavar="FILE", action="append", default=[], help="drawings too; may be repeated"
    )
    parser.add_argument("--weights", type=Path, default=classifier.WEIGHTS, metavar="DIR", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object, write nothing")
    options = parser.parse_args(arguments)
    try:
        evaluation = Evaluation(options.weights, pictures=not options.json)
        test = evaluation.mnist(mnist.load(options.mnist))
        sets = {_stem(path): evaluation.strokes(path) for path in options.strokes}
        if not options.json:
            write_metrics(options.weights, mnist_test=test, **({"strokes": sets} if sets else {}))
    except (classifier.WeightsError, mnist.DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(test | {"strokes": sets}))
        return 0
    for name, figures in ({"MNIST test": test} | sets).items():
        print(f"{name}\n{table(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
