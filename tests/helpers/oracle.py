"""LeNet-5 in NumPy: an independent implementation that the tests compare with."""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

LAYERS = ("conv2d", "conv2d_1", "dense", "dense_1")  # as Keras names them in a .weights.h5 file


def read_weights(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Read the kernels and biases of the four layers from a .weights.h5 file."""
    with h5py.File(path) as file:
        return [tuple(file[f"layers/{name}/vars/{index}"][()] for index in (0, 1)) for name in LAYERS]


def convolve(x: NDArray, kernel: NDArray, bias: NDArray) -> NDArray:
    """5 × 5 convolution with zero padding and ReLU: (N, H, W, C) and (5, 5, C, K) → (N, H, W, K)."""
    height, width = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
    total = sum(
        padded[:, row : row + height, column : column + width] @ kernel[row, column]
        for row in range(5)
        for column in range(5)
    )
    return np.maximum(total + bias, 0)


def pool(x: NDArray) -> NDArray:
    """2 × 2 max pooling: (N, H, W, C) → (N, H/2, W/2, C)."""
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def logits(weights: list[tuple[NDArray, NDArray]], pictures: NDArray) -> NDArray:
    """(N, 28, 28) pictures, 0 = paper, 1 = ink → (N, 10)."""
    x = pictures[..., None].astype(np.float64)  # (N, 28, 28, 1)
    x = pool(convolve(x, *weights[0]))  # (N, 14, 14, 32)
    x = pool(convolve(x, *weights[1]))  # (N, 7, 7, 64)
    x = x.reshape(len(x), -1)  # (N, 3136)
    x = np.maximum(x @ weights[2][0] + weights[2][1], 0)  # (N, 1024)
    return x @ weights[3][0] + weights[3][1]  # (N, 10)
