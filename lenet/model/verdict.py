"""The verdict: a digit, several, unsure or blank, from a drawing's ink and the network's logits."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.image.preprocess import Ink
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
    """

    blank: float = 0.09
    temperature: float = 1.0
    unsure: float = 2.8

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the calibrated probabilities, (…, 10), of logits, (…, 10)."""
        return softmax(logits / self.temperature)

    def to_json(self) -> dict[str, float]:
        """Return the values by name."""
        return dataclasses.asdict(self)


class Box(NamedTuple):
    """One of several digits."""

    digit: int
    probabilities: tuple[float, ...]  # of the ten digits in order, 0 to 1, with sum 1
    left: int  # in the drawing's pixels, as are the other three; right and bottom are exclusive
    top: int
    right: int
    bottom: int
    picture: NDArray[np.float32]  # (28, 28), 0 = paper, 1 = ink: the network's input

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the API, with probabilities rounded to six decimals."""
        fields = self._asdict() | {"probabilities": _rounded(self.probabilities)}
        del fields["picture"]
        return fields


class Number(NamedTuple):
    """The digits of a drawing with several, as `lenet.model.numbers` reads them."""

    lines: tuple[str, ...]  # the digits of each row, from top to bottom
    boxes: tuple[Box, ...]  # in reading order
    skipped: int  # components of the ink that are no digit
    complete: bool  # False if there was more to read


@dataclass(frozen=True)
class Prediction:
    """The reading of one drawing, for the page, the API and the command line.

    Attributes:
        verdict: `digit`; `blank` if there is too little ink; `several` for more than one digit; `unsure` if the drawing
            is not clearly a digit, or torn between two.
        digit: the likeliest digit, 0 to 9; None if blank or several.
        probabilities: of the ten digits in order, 0 to 1, with sum 1; all 0 if blank; of the whole drawing if several.
        picture: (28, 28) float32, 0 = paper, 1 = ink: the network's input.
        message: the sentence for a person.
        digits: the digits in reading order: two or more if several, none if blank, otherwise one.
        named: the digits or, if several, the lines of digits that the sentence names.
        number: the digits with their lines and boxes; None unless several.
    """

    verdict: Verdict
    digit: int | None
    probabilities: tuple[float, ...]
    picture: NDArray[np.float32]
    message: Message
    digits: tuple[int, ...] = ()
    named: tuple[int | str, ...] = ()
    number: Number | None = None

    @property
    def sentence(self) -> str:
        """The verdict as an English sentence."""
        return say(self.message, self.named)

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the API, with probabilities rounded to six decimals; null for blank and several."""
        fields: dict[str, Any] = {
            "verdict": self.verdict,
            "digit": self.digit,
            "digits": list(self.digits),
            "probabilities": None if self.digit is None else _rounded(self.probabilities),
        }
        if self.number:
            boxes = [box.to_json() for box in self.number.boxes]
            fields |= {"lines": list(self.number.lines), "boxes": boxes, "skipped": self.number.skipped}
        return fields


def is_clear(logits: NDArray[np.float32], thresholds: Thresholds) -> bool:
    """Return True if logits, (10,), are those of a digit that is neither unsure nor torn between two."""
    second, first = np.sort(thresholds.probabilities(logits))[-2:]
    return bool(energy(logits) >= thresholds.unsure and second < RIVAL * first)


def judge(ink: Ink, logits: NDArray[np.float32], thresholds: Thresholds, number: Number | None = None) -> Prediction:
    """Decide the verdict on a drawing.

    Args:
        ink: the drawing's ink, from `preprocess`.
        logits: (10,) the network's output for `ink.picture`.
        thresholds: the boundaries between the verdicts.
        number: the drawing read as several digits, if it is not clearly one.
    """
    if ink.extent < thresholds.blank:
        return Prediction("blank", None, (0.0,) * 10, ink.picture, "empty" if ink.box is None else "little")
    probabilities = thresholds.probabilities(logits)
    shown = tuple(probabilities.tolist())
    second, digit = np.argsort(probabilities, kind="stable")[-2:].tolist()
    if is_clear(logits, thresholds):
        return Prediction("digit", digit, shown, ink.picture, "digit", (digit,), (digit,))
    if number:
        message: Message = "many" if not number.complete else "skipped" if number.skipped else "several"
        digits = tuple(box.digit for box in number.boxes)
        return Prediction("several", None, shown, ink.picture, message, digits, number.lines, number)
    message = "none"
    named: tuple[int, ...] = ()
    if probabilities[digit] + probabilities[second] >= TORN:
        rivals = probabilities[second] >= RIVAL * probabilities[digit]
        message, named = ("torn", (digit, second)) if rivals else ("perhaps", (digit,))
    return Prediction("unsure", digit, shown, ink.picture, message, (digit,), named)


def _rounded(probabilities: Sequence[float]) -> list[float]:
    return [round(probability, 6) for probability in probabilities]
