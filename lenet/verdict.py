"""The verdict: what is said of a drawing, from its ink and the network's outputs. Pure: no TensorFlow, no page."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lenet.preprocess import Ink

Verdict = Literal["digit", "blank"]


@dataclass(frozen=True)
class Thresholds:
    """Where one verdict ends and the next begins; saved with the weights.

    Attributes:
        blank: the ink's longer side as part of the drawing's shorter side, below which there is nothing to read. A dot
            of the pad's pen is 20 of 280 pixels, .07; the smallest digit that a person draws on purpose is about .15.
    """

    blank: float = 0.09

    def to_json(self) -> dict[str, Any]:
        """The values by name."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Prediction:
    """What was read, for the page, the API and the command line alike.

    Attributes:
        verdict: `digit`, or `blank` when there is too little ink to read.
        digit: 0 to 9; None when blank.
        probabilities: of the ten digits in order, 0 to 1, together 1; all 0 when blank, for nothing was read.
        picture: (28, 28) float32, 0 = paper, 1 = ink: what the network saw.
        sentence: the verdict for a person.
    """

    verdict: Verdict
    digit: int | None
    probabilities: tuple[float, ...]
    picture: NDArray[np.float32]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """The fields that other programs read, with probabilities to six places."""
        probabilities = [round(probability, 6) for probability in self.probabilities]
        return {"verdict": self.verdict, "digit": self.digit, "probabilities": probabilities}


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities of logits along the last axis; the largest is taken off first, so that no exponent overflows."""
    powers: NDArray[np.float64] = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def judge(ink: Ink, logits: NDArray[np.float32], thresholds: Thresholds) -> Prediction:
    """Decide what to say of a drawing.

    Args:
        ink: what `preprocess` found in it.
        logits: (10,) the network's outputs for `ink.picture`.
        thresholds: where one verdict ends and the next begins.
    """
    if ink.extent < thresholds.blank:
        sentence = "Draw a digit" if ink.box is None else "Keep drawing: too little ink to read yet."
        return Prediction("blank", None, (0.0,) * 10, ink.picture, sentence)
    probabilities = softmax(logits)
    digit = int(probabilities.argmax())
    return Prediction("digit", digit, tuple(probabilities.tolist()), ink.picture, f"This looks like {_article(digit)}.")


def _article(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"
