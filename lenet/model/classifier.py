"""The classifier: from a drawing to a prediction.

>>> from lenet.model.classifier import DigitClassifier
>>> classifier = DigitClassifier()
>>> classifier(Image.open("examples/seven.png")).digit
7
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from lenet.image.formats import Picture
from lenet.image.preprocess import SIDE, Ink, preprocess
from lenet.image.strokes import Drawing
from lenet.model.numbers import LIVE_CANDIDATES, read_number
from lenet.model.runtime import Activations, Array, Network
from lenet.model.verdict import Prediction, Thresholds, judge
from lenet.model.weights import NETWORK, WEIGHTS, verify

REMEMBERED = 1024  # pictures whose logits are kept, 3 kB each


class DigitClassifier:
    """Reads drawings; safe to share between threads.

    Args:
        folder: of the weights.

    Attributes:
        thresholds: of the verdict.
        network: the trained network.

    Raises:
        WeightsError: if a file is missing, unreadable or damaged.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.thresholds = verify(folder)
        self.network = Network(folder / NETWORK)
        # While a number is drawn, all but its last digit stay the same from update to update.
        self._score = lru_cache(REMEMBERED)(partial(_score, self.network))

    def __call__(self, drawing: Picture | Drawing) -> Prediction:
        """Read a drawing.

        Args:
            drawing: an array, a PIL image, the value of `gr.Sketchpad` or a `Drawing`, as `preprocess` takes it.

        Raises:
            PictureError: if it is not a picture.
        """
        return self.read(preprocess(drawing))

    def read(self, ink: Ink) -> Prediction:
        """Read the ink of a drawing, as `preprocess` returns it."""
        [logits] = self.network.logits(ink.picture[None])
        return self._judge(ink, logits)

    async def read_live(self, ink: Ink, most: int = LIVE_CANDIDATES) -> Prediction:
        """Read the ink of a drawing on the event loop, which is free for others every few milliseconds.

        Args:
            ink: the drawing's ink.
            most: candidates to score; see `read_number`.
        """
        [logits] = self.network.logits(ink.picture[None])
        slices = read_number(ink, logits, self.thresholds, most)
        scores = None
        try:
            while True:
                scores = self._scores(slices.send(scores))
                await asyncio.sleep(0)
        except StopIteration as end:
            return judge(ink, logits, self.thresholds, end.value)

    async def look_live(self, ink: Ink) -> tuple[Prediction, Activations]:
        """Return the result of `read_live`, and the output of every layer too."""
        return await self.read_live(ink), self.network.activations(ink.picture)

    def look(self, ink: Ink) -> tuple[Prediction, Activations]:
        """Read the ink of a drawing, and return the output of every layer too."""
        activations = self.network.activations(ink.picture)
        return self._judge(ink, activations.logits), activations

    def _judge(self, ink: Ink, logits: Array) -> Prediction:
        return _finish(ink, logits, self.thresholds, self._scores)

    def _scores(self, pictures: Array) -> Array:
        return np.stack([self._score(picture.tobytes()) for picture in pictures])


def read(ink: Ink, network: Network, thresholds: Thresholds) -> Prediction:
    """Read the ink of a drawing with a network and thresholds that need not be saved."""
    [logits] = network.logits(ink.picture[None])
    return _finish(ink, logits, thresholds, network.logits)


def _finish(ink: Ink, logits: Array, thresholds: Thresholds, score: Callable[[Array], Array]) -> Prediction:
    """Read a drawing whose logits as a single digit are known.

    Args:
        ink: the drawing's ink.
        logits: (10,) the network's output for `ink.picture`.
        thresholds: of the verdict.
        score: the network, from (N, 28, 28) to (N, 10).
    """
    slices = read_number(ink, logits, thresholds)
    scores = None
    try:
        while True:
            scores = score(slices.send(scores))
    except StopIteration as end:
        return judge(ink, logits, thresholds, end.value)


def _score(network: Network, picture: bytes) -> Array:
    [logits] = network.logits(np.frombuffer(picture, np.float32).reshape(1, SIDE, SIDE))
    return np.asarray(logits)
