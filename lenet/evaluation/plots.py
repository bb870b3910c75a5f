"""Draw the pictures in weights/: the training curve, the confusion matrix and the misread digits.

They need Matplotlib from requirements-dev.txt; without it, a message says so and nothing is drawn.
"""

import math
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet.files import percent, write_atomic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, ACCENT = "#4f46e5", "#d97706"
SHEET = 60  # misread digits shown at most
DPI = 110


def _picture(draw: Callable[..., "Figure"]) -> Callable[..., None]:
    """Turn a function that returns a figure into one that writes it to a path, its first argument."""

    @wraps(draw)
    def write(path: Path, *arguments: Any) -> None:
        try:
            figure = draw(*arguments)
        except ModuleNotFoundError as error:
            print(f"{path.name} is not drawn: install {error.name} from requirements-dev.txt.", file=sys.stderr)
            return
        write_atomic(path, lambda temporary: figure.savefig(temporary, dpi=DPI))

    return write


@_picture
def training_curve(history: dict[str, Any]) -> "Figure":
    """Draw the error of the training batches and of each validation set by step."""
    from matplotlib.figure import Figure

    steps, _, accuracy = np.array(history["training"]).T
    validated, *misses = np.array(history["validation"]).T
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy(steps, 100 * (1 - accuracy).clip(1e-4), color=INK, lw=1, alpha=0.6, label="training batches")
    for wrong, count, marker, label in zip(
        misses, history["validation_counts"], "ov", ("validation: MNIST", "validation: drawings"), strict=True
    ):
        if count:
            axes.semilogy(
                validated, (100 * wrong / count).clip(1e-2), color=ACCENT, lw=2, marker=marker, ms=3, label=label
            )
    axes.set(xlabel="step", ylabel="errors, %", title=f"LeNet-5, recipe {history['recipe']['name']}")
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    return figure


@_picture
def confusion(matrix: list[list[int]]) -> "Figure":
    """Draw the confusion matrix, with a white diagonal so that the errors are visible."""
    from matplotlib.figure import Figure

    counts = np.array(matrix)
    wrong = np.where(np.eye(10, dtype=bool), 0, counts)
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=max(1, wrong.max()))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            bold = "bold" if row != column else "normal"
            axes.text(column, row, f"{count}", ha="center", va="center", fontsize=8, fontweight=bold)
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="truth", title="confusion matrix")
    return figure


@_picture
def misread(pictures: NDArray[np.float32], labels: NDArray[np.uint8], probabilities: NDArray[np.float64]) -> "Figure":
    """Draw the misread pictures, the most confident errors first: truth → answer and its probability."""
    from matplotlib.figure import Figure

    answers, confidence = probabilities.argmax(1), probabilities.max(1)
    wrong = np.flatnonzero(answers != labels)
    wrong = wrong[np.argsort(-confidence[wrong])][:SHEET]
    columns = 10
    rows = max(1, math.ceil(len(wrong) / columns))
    figure = Figure(figsize=(columns, rows * 1.35), layout="constrained")
    for axes in np.ravel(figure.subplots(rows, columns)):
        axes.axis("off")
    for axes, index in zip(figure.axes, wrong, strict=False):
        axes.imshow(pictures[index], cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(f"{labels[index]} → {answers[index]}  {percent(confidence[index], 0)}", fontsize=9)
    return figure
