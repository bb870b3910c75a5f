"""The verdict: a digit, several, unsure or blank, from a drawing's ink and the network's logits."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.image.preprocess import Ink, Part
from lenet.model.messages import Message, say

# A drawing is torn between two digits if the second has at least RIVAL times the probability of the first; it is said
# which two if they have at least TORN of the probability together.
TORN, RIVAL = 0.75, 0.5

Verdict = Literal["digit", "blank", "unsure", "several"]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the softmax along the last axis; subtracting the maximum first prevents overflow."""
    powers: NDArray[np.float64] = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def energy(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return log Σ exp of logits, (…, 10), along the last axis: high for digits, low for everything else.

    The negative free energy of Liu et al., "Energy-based Out-of-distribution Detection" (2020). It tells digits from
    doodles better than the largest probability, which is high for a doodle with a trace of a single digit.
    """
    high = np.max(logits, axis=-1)
    total: NDArray[np.float64] = high + np.log(np.exp(np.asarray(logits, np.float64) - high[..., None]).sum(axis=-1))
    return total


@dataclass(frozen=True)
class Thresholds:
    """Boundaries between the verdicts, saved with the weights; `python -m lenet.calibrate` finds them.

    Attributes:
        blank: extent of the ink (see `Ink`) below which a drawing is blank. A dot of the pad's pen is 20 of 280 pixels,
            0.07; the smallest digit that a person draws on purpose is about 0.15.
        temperature: divisor of the logits that makes the probabilities match the accuracy (Guo et al., "On Calibration
            of Modern Neural Networks", 2017).
        unsure: a drawing with a smaller `energy` is unsure.
        several: each of several digits has at least this probability.
    """

    blank: float = 0.09
    temperature: float = 1.0
    unsure: float = 4.0
    several: float = 0.9

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the calibrated probabilities, (…, 10), of logits, (…, 10)."""
        return softmax(logits / self.temperature)

    def to_json(self) -> dict[str, float]:
        """Return the values by name."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Prediction:
    """The reading of one drawing, for the page, the API and the command line.

    Attributes:
        verdict: `digit`; `blank` if there is too little ink; `several` for more than one digit; `unsure` if the drawing
            is not clearly a digit, or torn between two.
        digit: the likeliest digit, 0 to 9; None if blank or several.
        probabilities: of the ten digits in order, 0 to 1, with sum 1; all 0 if blank.
        picture: (28, 28) float32, 0 = paper, 1 = ink: the network's input.
        message: the sentence for a person.
        digits: the digits from left to right: two or more if several, none if blank, otherwise one.
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
        """The verdict as an English sentence."""
        return say(self.message, self.named)

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the API, with probabilities rounded to six decimals, None if blank."""
        probabilities = [round(probability, 6) for probability in self.probabilities]
        return {
            "verdict": self.verdict,
            "digit": self.digit,
            "digits": list(self.digits),
            "probabilities": None if self.verdict == "blank" else probabilities,
        }


def judge(
    ink: Ink, logits: NDArray[np.float32], thresholds: Thresholds, parts: NDArray[np.float32] | None = None
) -> Prediction:
    """Decide the verdict on a drawing.

    Args:
        ink: the drawing's ink, from `preprocess`.
        logits: (10,) the network's output for `ink.picture`.
        thresholds: the boundaries between the verdicts.
        parts: (P, 10) the network's outputs for the pictures of `ink.parts`; None never gives `several`.
    """
    if ink.extent < thresholds.blank:
        return Prediction("blank", None, (0.0,) * 10, ink.picture, "empty" if ink.box is None else "little")
    probabilities = thresholds.probabilities(logits)
    shown = tuple(probabilities.tolist())
    second, digit = np.argsort(probabilities, kind="stable")[-2:].tolist()
    if ink.parts and parts is not None:
        confidence, digits = read_row(ink.parts, thresholds.probabilities(parts))
        if confidence >= thresholds.several and confidence > probabilities[digit]:
            return Prediction("several", None, shown, ink.picture, "several", digits, digits)
    rivals = probabilities[second] >= RIVAL * probabilities[digit]
    if energy(logits) >= thresholds.unsure and not rivals:
        return Prediction("digit", digit, shown, ink.picture, "digit", (digit,), (digit,))
    message: Message = "none"
    named: tuple[int, ...] = ()
    if probabilities[digit] + probabilities[second] >= TORN:
        message, named = ("torn", (digit, second)) if rivals else ("perhaps", (digit,))
    return Prediction("unsure", digit, shown, ink.picture, message, (digit,), named)


def read_row(parts: Sequence[Part], probabilities: NDArray[np.float64]) -> tuple[float, tuple[int, ...]]:
    """Read digits that stand side by side.

    A group of ink is a digit or, where a stroke is broken, a piece of one. Of all ways to split the groups into digits,
    take the one whose least likely digit is the likeliest; if several tie, the one with the largest product.

    Args:
        parts: `Ink.parts`.
        probabilities: (P, 10) of the parts.

    Returns:
        The confidence, which is that of the least likely digit, and the digits from left to right.
    """
    confidences, digits = probabilities.max(axis=1).tolist(), probabilities.argmax(axis=1).tolist()

    def rank(split: tuple[int, ...]) -> tuple[float, float]:
        chosen = [confidences[index] for index in split]
        return min(chosen), math.prod(chosen)

    best = max(_splits(parts, 0, max(part.end for part in parts)), key=rank)
    return rank(best)[0], tuple(digits[index] for index in best)


def _splits(parts: Sequence[Part], first: int, end: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to cover the groups from `first` to `end` with parts side by side, as indices of parts.

    `preprocess` finds at most four groups, which have seven splits.
    """
    if first == end:
        yield ()
    for index, part in enumerate(parts):
        if part.first == first:
            for rest in _splits(parts, part.end, end):
                yield (index, *rest)
