"""Inside the network: what every layer made of a picture, which ink speaks for the answer, and one value's sum.

    >>> from lenet.classifier import DigitClassifier
    >>> prediction, inside = DigitClassifier().look(Image.open("seven.png"))
    >>> inside.pool1.shape
    (14, 14, 32)

One forward pass gives all the layers. Which ink speaks for the answer takes one for every four pixels of ink.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet.network import SIDE

Layer = Literal["pool1", "pool2"]

CONVOLUTIONS: dict[Layer, str] = {"pool1": "conv1", "pool2": "conv2"}
KERNEL = 5  # pixels, each way
POOL = 2
CELL = 2  # pixels of ink, each way, that are taken away at once to see what they do


@dataclass(frozen=True)
class Activations:
    """What the network made of one picture, layer by layer.

    Attributes:
        picture: (28, 28) float32, 0 = paper, 1 = ink.
        pool1: (14, 14, 32) float32 from 0, the maps of the first convolution, pooled.
        pool2: (7, 7, 64) float32 from 0, those of the second.
        hidden: (1024,) float32 from 0.
        logits: (10,) float32.
    """

    picture: NDArray[np.float32]
    pool1: NDArray[np.float32]
    pool2: NDArray[np.float32]
    hidden: NDArray[np.float32]
    logits: NDArray[np.float32]


class Value(NamedTuple):
    """One value of a pooled map, and the sum that it is.

    Before ReLU it is `(patch * kernel).sum() + bias`. Of four such sums side by side the pool kept this, the largest.
    """

    value: float  # after ReLU and pool
    total: float  # before: the sum and the bias
    bias: float
    row: int  # of the patch's middle, in the layer's input
    column: int
    patch: NDArray[np.float32]  # (5, 5, C) of the layer's input, 0 outside it
    kernel: NDArray[np.float32]  # (5, 5, C)


class Inside:
    """Looks into a network.

    Args:
        model: a `lenet5()`.
    """

    def __init__(self, model: keras.Model) -> None:
        self.kernels = {layer: model.get_layer(name).kernel.numpy() for layer, name in CONVOLUTIONS.items()}
        self.biases = {layer: model.get_layer(name).bias.numpy() for layer, name in CONVOLUTIONS.items()}
        self.last = model.get_layer("logits").kernel.numpy()  # (1024, 10)
        layers = keras.Model(
            model.inputs, [model.get_layer(name).output for name in ("pool1", "pool2", "hidden", "logits")]
        )

        self._look = tf.function(
            lambda picture: layers(picture, training=False),
            input_signature=[tf.TensorSpec([1, SIDE, SIDE, 1], tf.float32)],
        ).get_concrete_function()

    def __call__(self, picture: NDArray[np.float32]) -> Activations:
        """Look at one picture.

        Args:
            picture: (28, 28) float32, 0 = paper, 1 = ink, as `preprocess` makes it.
        """
        layers = self._look(tf.constant(picture[None, ..., None]))  # each (1, …)
        return Activations(picture, *(np.asarray(layer)[0] for layer in layers))

    def explain(self, activations: Activations, layer: Layer, number: int, row: int, column: int) -> Value:
        """The sum that one value of a map is.

        Args:
            activations: of the picture.
            layer: the maps of which convolution.
            number: of the map, from 0 to 31 or 63.
            row: of the value in the map, from 0 to 13 or 6.
            column: of the value in the map.
        """
        below = activations.picture[..., None] if layer == "pool1" else activations.pool1  # (H, W, C)
        padded = np.pad(below, ((KERNEL // 2, KERNEL // 2), (KERNEL // 2, KERNEL // 2), (0, 0)))
        kernel, bias = self.kernels[layer][..., number], float(self.biases[layer][number])  # (5, 5, C)
        four = [(POOL * row + i, POOL * column + j) for i in range(POOL) for j in range(POOL)]
        patches = [padded[y : y + KERNEL, x : x + KERNEL] for y, x in four]
        totals = [float((patch * kernel).sum()) + bias for patch in patches]
        kept = int(np.argmax(totals))
        return Value(max(totals[kept], 0.0), totals[kept], bias, *four[kept], patches[kept], kernel)

    def votes(self, activations: Activations, unit: int) -> NDArray[np.float32]:
        """What one hidden unit adds to each of the ten logits: (10,) float32."""
        votes: NDArray[np.float32] = activations.hidden[unit] * self.last[unit]
        return votes


def occlude(
    picture: NDArray[np.float32], logits: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Which ink speaks for the likeliest digit, and which against it.

    Each 2 × 2 pixels are taken away in turn (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks",
    2014), and what the digit's lead loses is theirs: its logit less the mean of all ten, for only differences of logits
    make probabilities. Of 40 digits by rule, taking away the five pixels that speak most against the answer raised its
    lead in all 40; with those that gradient × input names it did in 15.

    Args:
        picture: (28, 28) float32, 0 = paper, 1 = ink.
        logits: the network, (N, 28, 28) → (N, 10).

    Returns:
        (28, 28) float32: above 0 speaks for it, below 0 against; 0 on paper.
    """
    cells = picture.reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).any((1, 3))  # (14, 14)
    places = np.argwhere(cells)  # (P, 2)
    without = np.repeat(picture[None], len(places) + 1, axis=0)  # the last stays whole
    for one, (row, column) in zip(without, places * CELL, strict=False):
        one[row : row + CELL, column : column + CELL] = 0
    outputs = logits(without)  # (P + 1, 10)
    leads = outputs[:, outputs[-1].argmax()] - outputs.mean(1)  # (P + 1,)
    relevance = np.zeros(cells.shape, np.float32)
    relevance[cells] = leads[-1] - leads[:-1]
    shown: NDArray[np.float32] = relevance.repeat(CELL, 0).repeat(CELL, 1) * (picture > 0)
    return shown
