"""The classifier: from a drawing to a prediction.

>>> from lenet.model.classifier import DigitClassifier
>>> classifier = DigitClassifier()
>>> classifier(Image.open("examples/seven.png")).digit
7
"""

from pathlib import Path

import numpy as np

from lenet.image.formats import Picture
from lenet.image.preprocess import Ink, preprocess
from lenet.model.runtime import Activations, Network
from lenet.model.verdict import Prediction, Thresholds, judge
from lenet.model.weights import NETWORK, WEIGHTS, verify


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

    def __call__(self, drawing: Picture) -> Prediction:
        """Read a drawing.

        Args:
            drawing: an array, a PIL image, or the value of `gr.Sketchpad`, as `preprocess` takes it.

        Raises:
            PictureError: if it is not a picture.
        """
        return self.read(preprocess(drawing))

    def read(self, ink: Ink) -> Prediction:
        """Read the ink of a drawing, as `preprocess` returns it."""
        return read(ink, self.network, self.thresholds)

    def look(self, ink: Ink) -> tuple[Prediction, Activations]:
        """Read the ink of a drawing, and return the output of every layer too."""
        activations = self.network.activations(ink.picture)
        parts = self.network.logits(np.array([part.picture for part in ink.parts]))  # (P, 10)
        return judge(ink, activations.logits, self.thresholds, parts), activations


def read(ink: Ink, network: Network, thresholds: Thresholds) -> Prediction:
    """Read the ink of a drawing with a network and thresholds that need not be saved."""
    pictures = np.stack([ink.picture, *(part.picture for part in ink.parts)])  # (1 + P, 28, 28)
    whole, *parts = network.logits(pictures)  # (10,) each
    return judge(ink, whole, thresholds, np.array(parts))
