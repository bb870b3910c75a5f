"""Measure the saved weights on MNIST's test images.

    $ python -m lenet.evaluate
    $ python -m lenet.evaluate --json

Prints how many are read wrong, digit by digit, and writes metrics.json and the pictures beside the weights;
with --json it prints one JSON object and writes nothing.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet import classifier, plots
from lenet.checkpoint import write_json
from lenet.datasets import mnist
from lenet.verdict import softmax

if TYPE_CHECKING:
    import keras

METRICS = "metrics.json"
BATCH = 500  # pictures at once: enough to keep the cores busy, 60 MB of activations
BINS = 15  # of the calibration error, as Guo et al. 2017


def logits(model: "keras.Model", images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The network's outputs for many pictures.

    Args:
        model: a `lenet5()`.
        images: (N, 28, 28) uint8, 0 = paper, 255 = ink.

    Returns:
        (N, 10) float32.
    """
    outputs: NDArray[np.float32] = model.predict(
        images[..., None].astype(np.float32) / 255, batch_size=BATCH, verbose=0
    )
    return outputs


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


def report(outputs: NDArray[np.float32], labels: NDArray[np.uint8]) -> dict[str, Any]:
    """The figures of one set, as they are printed and written.

    Args:
        outputs: (N, 10) logits.
        labels: (N,) the truth.
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
    }


def mnist_report(folder: Path, data: mnist.Mnist, pictures: bool = True) -> dict[str, Any]:
    """Read MNIST's test images with the saved weights.

    Args:
        folder: with the weights.
        data: `data.test` is read.
        pictures: also write confusion.png and misread.png into the folder.

    Raises:
        WeightsError: if the weights cannot be used.
    """
    outputs, labels = logits(classifier.load(folder), data.test.images), data.test.labels
    figures = report(outputs, labels)
    if pictures:
        plots.confusion(folder / "confusion.png", figures["confusion"])
        plots.misread(folder / "misread.png", data.test.images, labels, softmax(outputs))
    return figures


def write_metrics(folder: Path, **sections: dict[str, Any]) -> None:
    """Replace sections of metrics.json; what was measured with other weights is dropped.

    Args:
        folder: with the weights.
        sections: `training` and `mnist_test`.
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
        right = 1 - row["misses"] / row["count"]
        rows.append(f"{row['digit']:>5} {row['count']:>7,} {row['misses']:>6} {right:>8.2%}")
    rows.append(f"expected calibration error {figures['calibration_error']:.2%}")
    return "\n".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.evaluate", description="Measure the weights on MNIST.")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with MNIST; else MNIST_DIR, else a download")
    parser.add_argument("--weights", type=Path, default=classifier.WEIGHTS, metavar="DIR", help="default: the demo's")
    parser.add_argument("--json", action="store_true", help="print one JSON object, write nothing")
    options = parser.parse_args(arguments)
    try:
        figures = mnist_report(options.weights, mnist.load(options.mnist), pictures=not options.json)
        if not options.json:
            write_metrics(options.weights, mnist_test=figures)
    except (classifier.WeightsError, mnist.DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"mnist_test": figures}) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
