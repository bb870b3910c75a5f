"""Measuring the saved weights on MNIST's test images, and on drawings kept as strokes."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import mnist, stroke_files
from lenet.datasets.placement import place, row
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing
from lenet.evaluation import plots
from lenet.evaluation.fingerprint import conditions, find_change
from lenet.evaluation.metrics import METRICS, rates, report
from lenet.files import write_json
from lenet.image.preprocess import Ink, preprocess
from lenet.model import weights
from lenet.model.runtime import Network
from lenet.model.verdict import Prediction, Thresholds, judge, softmax

PAIRS = 500  # drawings of two digits put together of a stroke file
REPEATED, TIMES = 300, 10  # drawings, and how often each is put on the pad, to see whether the answer stays
SEED = 1  # of the sizes, places and pens that drawings are rendered with: the same figures every time


def outputs(network: Network, inks: Sequence[Ink]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
    """The network's outputs for drawings and for the parts that they may have.

    Returns:
        (N, 10) logits of the drawings, and of each drawing (P, 10) logits of its parts.
    """
    wholes = network.logits(np.stack([ink.picture for ink in inks]))
    return wholes, [network.logits(np.array([part.picture for part in ink.parts])) for ink in inks]


def predictions(network: Network, inks: Sequence[Ink], thresholds: Thresholds) -> list[Prediction]:
    """What is said of many drawings, as `DigitClassifier` says it of one."""
    return [
        judge(ink, whole, thresholds, parts) for ink, whole, parts in zip(inks, *outputs(network, inks), strict=True)
    ]


class Evaluation:
    """The saved weights, ready to be measured on one set after the other.

    Args:
        folder: with the weights.
        pictures: also draw each set's confusion matrix and misread digits, into the folder.

    Raises:
        WeightsError: if the weights cannot be used.
    """

    def __init__(self, folder: Path = weights.WEIGHTS, pictures: bool = True) -> None:
        self.folder, self.pictures = folder, pictures
        self.thresholds = weights.verify(folder)
        self.network = Network(folder / weights.NETWORK)

    def mnist(self, data: mnist.Mnist) -> dict[str, Any]:
        """Return the figures of MNIST's test images as the page reads them: preprocess, network, verdict.

        Besides those: `raw`, when the network gets the arrays as they are, as in most papers.
        """
        test = data.test
        figures = self._figures("", [preprocess(image) for image in test.images], test.labels)
        wrong = self.network.logits(test.pictures).argmax(1) != test.labels
        figures["raw"] = {"misses": int(wrong.sum()), "accuracy": round(float(1 - wrong.mean()), 6)}
        return figures

    def strokes(self, path: Path) -> dict[str, Any]:
        """The figures of a stroke file, each drawing put on the pad once, at random size, place and pen.

        Besides those of its digits: `two_digits`, drawings put together of two of them; `renderings`, how often the
        same drawing gets the same answer at another size, place and pen; `not_digits`, if the file has such.

        Raises:
            DatasetError: if the file cannot be read.
        """
        drawn = stroke_files.read(path)
        random = np.random.default_rng(SEED)
        digits = [each for each in drawn if each.label != NOT_A_DIGIT]
        others = [each for each in drawn if each.label == NOT_A_DIGIT]
        figures: dict[str, Any] = {}
        if digits:
            labels = np.array([each.label for each in digits], np.uint8)
            figures = self._figures(f"-{set_name(path)}", _placed(digits, random), labels)
            figures["two_digits"] = self._two_digits(digits, random)
            figures["renderings"] = self._renderings(digits, random)
        if others:
            said = [each.verdict for each in self.predictions(_placed(others, random))]
            figures["not_digits"] = {"count": len(said), "verdicts": rates(said)}
        return figures

    def predictions(self, inks: Sequence[Ink]) -> list[Prediction]:
        """What is said of many drawings."""
        return predictions(self.network, inks, self.thresholds)

    def _two_digits(self, digits: Sequence[LabelledDrawing], random: np.random.Generator) -> dict[str, Any]:
        pairs = [[digits[i] for i in random.integers(len(digits), size=2)] for _ in range(PAIRS)]
        inks = [preprocess(row([each.strokes for each in pair], random).render()) for pair in pairs]
        read = zip(pairs, self.predictions(inks), strict=True)
        right = [said.digits == tuple(each.label for each in pair) for pair, said in read if said.verdict == "several"]
        return {
            "count": PAIRS,
            "several": len(right) / PAIRS,
            "right_of_several": sum(right) / len(right) if right else 0.0,
        }

    def _renderings(self, digits: Sequence[LabelledDrawing], random: np.random.Generator) -> dict[str, Any]:
        chosen = [digits[i] for i in random.permutation(len(digits))[:REPEATED]]
        inks = _placed([each for each in chosen for _ in range(TIMES)], random)
        answers = [(each.verdict, each.digits) for each in self.predictions(inks)]
        same = [Counter(answers[i : i + TIMES]).most_common(1)[0][1] / TIMES for i in range(0, len(answers), TIMES)]
        return {"drawings": len(chosen), "each": TIMES, "same": round(float(np.mean(same)), 6)}

    def _figures(self, suffix: str, inks: Sequence[Ink], labels: NDArray[np.uint8]) -> dict[str, Any]:
        """Return what `figures.report` counts, and draw the pictures of the set into files of this suffix."""
        wholes, parts = outputs(self.network, inks)
        verdicts = [
            judge(ink, whole, self.thresholds, of_parts).verdict
            for ink, whole, of_parts in zip(inks, wholes, parts, strict=True)
        ]
        logits = wholes / np.float32(self.thresholds.temperature)
        figures = report(logits, labels, verdicts)
        if self.pictures:
            plots.confusion(self.folder / f"confusion{suffix}.png", figures["confusion"])
            pictures = np.stack([ink.picture for ink in inks])
            plots.misread(self.folder / f"misread{suffix}.png", pictures, labels, softmax(logits))
        return figures


def _placed(drawn: Sequence[LabelledDrawing], random: np.random.Generator) -> list[Ink]:
    return [preprocess(place(each.strokes, random).render()) for each in drawn]


def set_name(path: Path) -> str:
    """A stroke file's name without its endings: pendigits-test.jsonl.gz → pendigits-test; UCI's own has that too."""
    stem = path.name.removesuffix(".gz").removesuffix(".jsonl")
    return {"pendigits-orig.tra": "pendigits-train", "pendigits-orig.tes": "pendigits-test"}.get(stem, stem)


def write_metrics(folder: Path, **sections: dict[str, Any]) -> None:
    """Replace sections of metrics.json, and drop what was measured before the way of reading changed.

    Args:
        folder: with the weights.
        sections: `training`, `mnist_test`, `strokes`; of the last, only the files that are given are replaced.
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
    if "strokes" in sections:
        sections["strokes"] = metrics.get("strokes", {}) | sections["strokes"]
    write_json(folder / METRICS, now | metrics | sections)
