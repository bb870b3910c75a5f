"""Explanations of one reading: the sum that a value is, the units' contributions to the logits, the ink that counts.

    >>> from lenet.model.classifier import DigitClassifier
    >>> classifier = DigitClassifier()
    >>> _, activations = classifier.look(preprocess(Image.open("seven.png")))
    >>> contributions(classifier.network, activations).sum(0) + classifier.network.weights["logits"].bias
    array([…])  # activations.logits

NumPy on the layers that the one forward pass gave; only the ink that counts takes more passes, one for every four
pixels of ink.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.image.preprocess import SIDE
from lenet.model.runtime import Activations, Array, Network

Layer = Literal["pool1", "pool2"]

CONVOLUTIONS: dict[Layer, str] = {"pool1": "conv1", "pool2": "conv2"}
KERNEL = 5  # pixels, each way
POOL = 2
CELL = 2  # pixels of ink, each way, that are removed at once


class Value(NamedTuple):
    """One value of a pooled map, and the sum that it is.

    Before ReLU it is `(patch * kernel).sum() + bias`. Of four such sums side by side the pool kept this, the largest.
    """

    value: float  # after ReLU and pool
    total: float  # before: the sum and the bias
    bias: float
    row: int  # of the patch's middle, in the layer's input
    column: int
    patch: Array  # (5, 5, C) of the layer's input, 0 outside it
    kernel: Array  # (5, 5, C)


def explain(network: Network, activations: Activations, layer: Layer, number: int, row: int, column: int) -> Value:
    """Return the sum that one value of a map is.

    Args:
        network: that read the picture.
        activations: of the picture.
        layer: which convolution's maps.
        number: of the map, from 0 to 31 or 63.
        row: of the value in the map, from 0 to 13 or 6.
        column: of the value in the map.
    """
    below = activations.picture[..., None] if layer == "pool1" else activations.pool1  # (H, W, C)
    padded = np.pad(below, ((KERNEL // 2, KERNEL // 2), (KERNEL // 2, KERNEL // 2), (0, 0)))
    weights = network.weights[CONVOLUTIONS[layer]]
    kernel, bias = weights.kernel[..., number], float(weights.bias[number])  # (5, 5, C)
    four = [(POOL * row + i, POOL * column + j) for i in range(POOL) for j in range(POOL)]
    patches = [padded[y : y + KERNEL, x : x + KERNEL] for y, x in four]
    totals = [float((patch * kernel).sum()) + bias for patch in patches]
    kept = int(np.argmax(totals))
    return Value(max(totals[kept], 0.0), totals[kept], bias, *four[kept], patches[kept], kernel)


def contributions(network: Network, activations: Activations) -> Array:
    """Return what each hidden unit adds to each logit: (1024, 10) float32; with the biases they sum to the logits."""
    added: Array = activations.hidden[:, None] * network.weights["logits"].kernel
    return added


class Occlusion(NamedTuple):
    """A picture's copies, each without one cell of 2 × 2 pixels of ink (Zeiler and Fergus 2014)."""

    cells: NDArray[np.bool_]  # (14, 14): where there is ink to remove; P of them are true
    pictures: Array  # (P + 1, 28, 28): each without one of these cells, and last the whole picture


def occlude(picture: Array) -> Occlusion:
    """Remove each cell of a picture's ink in turn.

    Args:
        picture: (28, 28) float32, 0 = paper, 1 = ink.
    """
    cells: NDArray[np.bool_] = (picture > 0).reshape(SIDE // CELL, CELL, SIDE // CELL, CELL).max((1, 3))
    places = np.argwhere(cells) * CELL  # (P, 2)
    pictures = np.repeat(picture[None], len(places) + 1, axis=0)
    for occluded, (row, column) in zip(pictures, places, strict=False):
        occluded[row : row + CELL, column : column + CELL] = 0
    return Occlusion(cells, pictures)


def relevance(occlusion: Occlusion, logits: Array) -> Array:
    """Return which ink speaks for the likeliest digit, and which against it.

    A cell's relevance is what the digit's lead loses without it: its logit less the mean of all ten, as probabilities
    depend on differences of logits alone. Of 40 synthetic digits, removing the five pixels that speak most against the
    answer raised its lead in all 40; removing those that gradient × input names did in 15.

    Args:
        occlusion: of the picture.
        logits: (P + 1, 10) the network's outputs for `occlusion.pictures`.

    Returns:
        (28, 28) float32: above 0 for it, below 0 against it; 0 on paper.
    """
    leads = logits[:, logits[-1].argmax()] - logits.mean(1)  # (P + 1,)
    lost = np.zeros(occlusion.cells.shape, np.float32)
    lost[occlusion.cells] = leads[-1] - leads[:-1]
    shown: Array = lost.repeat(CELL, 0).repeat(CELL, 1) * (occlusion.pictures[-1] > 0)
    return shown
