"""The verdict: what is said of a drawing, from its ink and the network's outputs. Pure: no TensorFlow, no page."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.image.preprocess import Ink, Part
from lenet.model.messages import Message, say

# It is one of two digits, only not which, when they have this much together and the second this part of the first.
TORN, RIVAL = 0.75, 0.25

Verdict = Literal["digit", "blank", "unsure", "several"]


@dataclass(frozen=True)
class Thresholds:
    """Where one verdict ends and the next begins; saved with the weights, found by `python -m lenet.calibrate`.

    Attributes:
        blank: the extent of the ink (see `Ink`) below which there is nothing to read. A dot of the pad's pen is 20 of
            280 pixels, .07; the smallest digit that a person draws on purpose is about .15.
        temperature: logits are divided by it, so that shown probabilities are as large as answers are often right
            (Guo et al., "On Calibration of Modern Neural Networks", 2017).
        unsure: the largest probability below which a drawing is no digit that can be read.
        several: the largest probability that each of several digits, by itself, has at least.
    """

    blank: float = 0.09
    temperature: float = 1.0
    unsure: float = 0.5
    several: float = 0.9

    def to_json(self) -> dict[str, Any]:
        """The values by name."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Prediction:
    """What was read, for the page, the API and the command line alike.

    Attributes:
        verdict: `digit`; `blank` when there is too little ink to read; `several` when it is more than one digit;
            `unsure` when it is none that can be read.
        digit: 0 to 9, the likeliest; None when blank or several.
        probabilities: of the ten digits in order, 0 to 1, together 1; all 0 when blank, for nothing was read.
        picture: (28, 28) float32, 0 = paper, 1 = ink: what the network saw.
        message: which sentence says it to a person.
        digits: what was read, left to right: two or more when several, none when blank, else the one.
        named: the digits that the sentence names.
    """

    verdict: Verdict
    digit: int | None
    probabilities: tuple[float, ...]
    picture: NDArray[np.float32]
    message: Message
    digits: tuple[int, ...] = ()
    named: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict for a person, in English."""
        return say(self.message, self.named)

    def to_json(self) -> dict[str, Any]:
        """The fields that other programs read, with probabilities to six places."""
        probabilities = [round(probability, 6) for probability in self.probabilities]
        return {
            "verdict": self.verdict,
            "digit": self.digit,
            "digits": list(self.digits),
            "probabilities": probabilities,
        }


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities of logits along the last axis; the largest is taken off first, so that no exponent overflows."""
    powers: NDArray[np.float64] = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def judge(
    ink: Ink, logits: NDArray[np.float32], thresholds: Thresholds, parts: NDArray[np.float32] | None = None
) -> Prediction:
    """Decide what to say of a drawing.

    Args:
        ink: what `preprocess` found in it.
        logits: (10,) the network's outputs for `ink.picture`.
        thresholds: where one verdict ends and the next begins.
        parts: (P, 10) the network's outputs for the pictures of `ink.parts`; None: they are not looked at.
    """
    if ink.extent < thresholds.blank:
        return Prediction("blank", None, (0.0,) * 10, ink.picture, "empty" if ink.box is None else "little")
    probabilities = softmax(logits / thresholds.temperature)
    shown = tuple(probabilities.tolist())
    second, digit = np.argsort(probabilities, kind="stable")[-2:].tolist()
    if ink.parts and parts is not None:
        confidence, digits = read_row(ink.parts, softmax(parts / thresholds.temperature))
        if confidence >= thresholds.several and confidence > probabilities[digit]:
            return Prediction("several", None, shown, ink.picture, "several", digits, digits)
    if probabilities[digit] >= thresholds.unsure:
        return Prediction("digit", digit, shown, ink.picture, "digit", (digit,), (digit,))
    message: Message = "none"
    named: tuple[int, ...] = ()
    if probabilities[digit] + probabilities[second] >= TORN:
        rivals = probabilities[second] >= RIVAL * probabilities[digit]
        message, named = ("torn", (digit, second)) if rivals else ("perhaps", (digit,))
    return Prediction("unsure", digit, shown, ink.picture, message, (digit,), named)


def read_row(parts: Sequence[Part], probabilities: NDArray[np.float64]) -> tuple[float, tuple[int, ...]]:
    """Read several digits side by side.

    A group of ink is a digit or, where a stroke is broken, a piece of one. Of all ways to split the groups into digits,
    take the one whose least likely digit is the likeliest; if several tie, the one with the largest product.

    Args:
        parts: `Ink.parts`.
        probabilities: (P, 10) of each part.

    Returns:
        The smallest among the largest probabilities of its digits, and the digits from left to right.
    """
    confidences, digits = probabilities.max(axis=1).tolist(), probabilities.argmax(axis=1).tolist()

    def rank(split: tuple[int, ...]) -> tuple[float, float]:
        read = [confidences[index] for index in split]
        return min(read), math.prod(read)

    best = max(_splits(parts, 0, max(part.end for part in parts)), key=rank)
    return rank(best)[0], tuple(digits[index] for index in best)


def _splits(parts: Sequence[Part], first: int, end: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to cover groups `first` to `end` with parts side by side, as indices of parts.

    `preprocess` finds at most four groups, which have seven splits.
    """
    if first == end:
        yield ()
    for index, part in enumerate(parts):
        if part.first == first:
            for rest in _splits(parts, part.end, end):
                yield (index, *rest)
