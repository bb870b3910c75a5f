"""The classifier: from a drawing to a prediction.

>>> from lenet.model.classifier import DigitClassifier
>>> read = DigitClassifier()
>>> read(Image.open("seven.png")).digit
7
"""

from pathlib import Path

import numpy as np

from lenet.image.formats import Picture
from lenet.image.preprocess import Ink, preprocess
from lenet.model.runtime import Activations, Network
from lenet.model.verdict import Prediction, judge
from lenet.model.weights import NETWORK, WEIGHTS, verify


class DigitClassifier:
    """Reads drawings; safe to share between threads.

    Args:
        folder: with the weights.

    Attributes:
        thresholds: of the verdict.
        network: the trained network.

    Raises:
        WeightsError: if a file is missing, unreadable, or not the one it should be.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.thresholds = verify(folder)
        self.network = Network(folder / NETWORK)

    def __call__(self, drawing: Picture) -> Prediction:
        """Read a drawing.

        Args:
            drawing: what `preprocess` takes: an array, a PIL image, or the value of `gr.Sketchpad`.

        Raises:
            PictureError: if it is not a picture.
        """
        return self.read(preprocess(drawing))

    def read(self, ink: Ink) -> Prediction:
        """Read the ink that was found in a drawing."""
        whole, *parts = self.network.logits(
            np.stack([ink.picture, *(part.picture for part in ink.parts)])
        )  # each (10,)
        return judge(ink, whole, self.thresholds, np.array(parts))

    def look(self, ink: Ink) -> tuple[Prediction, Activations]:
        """Read the ink that was found in a drawing, and keep what every layer of the network made of it."""
        activations = self.network.activations(ink.picture)
        parts = self.network.logits(np.array([part.picture for part in ink.parts]))  # (P, 10)
        return judge(ink, activations.logits, self.thresholds, parts), activations
