"""Measure the saved weights on MNIST's test images and on stroke files."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import holdout, mnist, stroke_files
from lenet.datasets.placement import APART, TOUCHING, number, place
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing
from lenet.evaluation import plots
from lenet.evaluation.fingerprint import conditions, find_change
from lenet.evaluation.metrics import METRICS, rates, summarize
from lenet.evaluation.schema import Figures, Numbers, Renderings
from lenet.files import write_json
from lenet.image.preprocess import Ink, preprocess
from lenet.image.strokes import Drawing
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import WEIGHTS

NUMBERS = 500  # of each kind, composed from a stroke file
# Rows, digits in a row, and paper between them; at least and at most.
KINDS = {
    "apart": ((1, 1), (2, 6), APART),
    "rows": ((2, 3), (2, 6), APART),
    "touching": ((1, 1), (2, 3), TOUCHING),
}
DRAWINGS, RENDERINGS = 300, 10  # drawings, and renderings of each, whose answers are compared
SEED = 1  # of sizes, places and pen widths

PUBLISHED = {
    "pendigits-orig.tra": "pendigits-train",
    "pendigits-orig.tes": "pendigits-test",
    "strokes_background_small1": "omniglot-small1",
    "strokes_background_small2": "omniglot-small2",
}


class Evaluation:
    """Measures saved weights on one set after another.

    Args:
        folder: of the weights.

    Raises:
        WeightsError: if the weights cannot be used.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.folder = folder
        self.classifier = DigitClassifier(folder)
        self._drawings: list[Callable[[], None]] = []

    def draw(self) -> None:
        """Draw the confusion matrix and the misread digits of each set that was measured, into the folder.

        Raises:
            WriteError: if a picture cannot be written.
        """
        for draw in self._drawings:
            draw()

    def mnist(self, test: mnist.Split) -> Figures:
        """Measure MNIST's test images, read as the page reads pictures and, in `raw`, without preprocessing."""
        figures = self._digits("", [preprocess(image) for image in test.images], test.labels)
        wrong = self.classifier.network.logits(test.pictures).argmax(1) != test.labels
        figures["raw"] = {"misses": int(wrong.sum()), "accuracy": round(float(1 - wrong.mean()), 6)}
        return figures

    def strokes(self, path: Path) -> Figures:
        """Measure a stroke file, with each drawing rendered once at random size, place and pen width.

        Raises:
            DatasetError: if the file cannot be read.
        """
        drawings = stroke_files.read(path)
        random = np.random.default_rng(SEED)
        digits = [drawing for drawing in drawings if drawing.label != NOT_A_DIGIT]
        non_digits = [drawing for drawing in drawings if drawing.label == NOT_A_DIGIT]
        figures: Figures = {}
        if digits:
            labels = np.array([drawing.label for drawing in digits], np.uint8)
            figures = self._digits(f"-{set_name(path)}", _rendered(digits, random), labels)
            figures["numbers"] = self._numbers(digits, random)
            figures["renderings"] = self._renderings(digits, random)
        if non_digits:
            verdicts = self._verdicts(_rendered(non_digits, random))
            figures["not_digits"] = {"count": len(non_digits), "verdicts": rates(verdicts)}
            pairs = zip(verdicts, non_digits, strict=True)
            if unseen := [verdict for verdict, drawing in pairs if holdout.is_kept(drawing.kind)]:
                figures["not_digits"]["kept"] = {"count": len(unseen), "verdicts": rates(unseen)}
        return figures

    def _digits(self, suffix: str, inks: Sequence[Ink], labels: NDArray[np.uint8]) -> Figures:
        """Measure single digits; the names of the set's pictures have this suffix."""
        pictures = np.stack([ink.picture for ink in inks])
        probabilities = self.classifier.thresholds.probabilities(self.classifier.network.logits(pictures))
        figures = summarize(probabilities, labels, self._verdicts(inks))
        misread = self.folder / f"misread{suffix}.png"
        self._drawings += [
            partial(plots.confusion, self.folder / f"confusion{suffix}.png", figures["confusion"]),
            partial(plots.misread, misread, pictures, labels, probabilities),
        ]
        return figures

    def _verdicts(self, inks: Sequence[Ink]) -> list[str]:
        return [self.classifier.read(ink).verdict for ink in inks]

    def _numbers(self, digits: Sequence[LabelledDrawing], random: np.random.Generator) -> dict[str, Numbers]:
        """Measure numbers of each kind as pictures, touching digits also as strokes."""
        right: dict[str, list[bool]] = {kind: [] for kind in (*KINDS, "touching_strokes")}
        for kind, (rows, lengths, gaps) in KINDS.items():
            for _ in range(NUMBERS):
                counts = random.integers(*lengths, random.integers(*rows, endpoint=True), endpoint=True)
                lines = [[digits[i] for i in random.integers(len(digits), size=count)] for count in counts]
                drawing = number([[digit.strokes for digit in line] for line in lines], random, gaps)
                labels = tuple("".join(str(digit.label) for digit in line) for line in lines)
                right[kind].append(self._lines(drawing.render()) == labels)
                if kind == "touching":
                    right["touching_strokes"].append(self._lines(drawing) == labels)
        return {kind: {"count": len(read), "right": sum(read) / len(read)} for kind, read in right.items()}

    def _lines(self, drawing: NDArray[np.uint8] | Drawing) -> tuple[str, ...]:
        prediction = self.classifier(drawing)
        return prediction.number.lines if prediction.number else ()

    def _renderings(self, digits: Sequence[LabelledDrawing], random: np.random.Generator) -> Renderings:
        drawings = [digits[i] for i in random.permutation(len(digits))[:DRAWINGS]]
        same = []
        for drawing in drawings:
            predictions = [self.classifier.read(ink) for ink in _rendered([drawing] * RENDERINGS, random)]
            answers = Counter((prediction.verdict, prediction.digits) for prediction in predictions)
            same.append(answers.most_common(1)[0][1] / RENDERINGS)
        return {"drawings": len(drawings), "each": RENDERINGS, "same": round(float(np.mean(same)), 6)}


def _rendered(drawings: Sequence[LabelledDrawing], random: np.random.Generator) -> list[Ink]:
    return [preprocess(place(drawing.strokes, random).render()) for drawing in drawings]


def set_name(path: Path) -> str:
    """Return the short name of a published stroke file, or a file's name without suffixes."""
    stem = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".zip").removesuffix(".ndjson")
    return PUBLISHED.get(stem, stem)


def write_metrics(
    folder: Path,
    training: Mapping[str, Any] | None = None,
    mnist_test: Figures | None = None,
    strokes: Mapping[str, Figures] | None = None,
) -> None:
    """Replace sections of metrics.json, and drop figures that no longer hold.

    Args:
        folder: of the weights.
        training: `Training`.
        mnist_test: figures of MNIST's test images.
        strokes: figures by stroke file; those of other files stay.
    """
    now = conditions(folder)
    try:
        metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        metrics = {}
    if metrics.get("weights") != now["weights"]:
        metrics = {}
    elif find_change(metrics, now):
        metrics = {key: value for key, value in metrics.items() if key == "training"}
    sections = {"training": training, "mnist_test": mnist_test}
    if strokes:
        sections["strokes"] = metrics.get("strokes", {}) | strokes
    write_json(folder / METRICS, {**now, **metrics, **{name: value for name, value in sections.items() if value}})
