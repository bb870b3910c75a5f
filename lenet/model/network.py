"""The network: LeNet-5 as the original has it, in Keras.

The original is the TensorFlow program that this project reimplements, published in December 2016 in a Chinese-language
article, *LeNet5-based MNIST handwritten digit recognition model*.

Two convolutions, each followed by a max-pool, a hidden layer of 1,024 and one output a digit; 3,274,634 numbers are
learnt. The architecture is after LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998).

The outputs are logits: softmax is applied outside, where probabilities are shown, and inside the loss. The original
had softmax as its last layer and `-sum(y * log(softmax))` as its loss; one probability that rounds to 0 makes that
log(0), and training ends in NaN: in two of two runs, between step 5,500 and 6,500, test accuracy fell from 99.2 to
9.8 %.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

PARAMETERS = 3_274_634
DIGITS = 10
SIDE = 28

# The original's: weights from a truncated normal; the hidden layers' biases start a little above 0, so that no ReLU
# starts dead, the convolutions' at 0.
WEIGHT_STDDEV = 0.1
DENSE_BIAS = 0.1


def lenet5(
    dropout: float = 0.0,
    seed: int | None = None,
    dropout_layer: Callable[..., keras.Layer] = layers.Dropout,
    precision: str = "float32",
) -> keras.Model:
    """Build the network with fresh weights.

    Args:
        dropout: part of the hidden layer that a training step leaves out, 0 to below 1; prediction leaves out none.
        seed: of the initial weights and of the dropout; None draws another network at every call.
        dropout_layer: that of Keras, or one made as it is.
        precision: in which the layers compute, a dtype policy of Keras; weights and logits are float32 always.

    Returns:
        A model from pictures, (N, 28, 28, 1) float32 with 0 = paper and 1 = ink, to logits, (N, 10) float32.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(5).tolist())  # every layer draws with a seed of its own

    def normal() -> keras.initializers.Initializer:
        return keras.initializers.TruncatedNormal(stddev=WEIGHT_STDDEV, seed=next(seeds))

    def convolution(maps: int, name: str) -> keras.Layer:
        return layers.Conv2D(
            maps, 5, padding="same", activation="relu", kernel_initializer=normal(), dtype=precision, name=name
        )

    def dense(units: int, **kwargs: Any) -> keras.Layer:
        bias = keras.initializers.Constant(DENSE_BIAS)
        return layers.Dense(units, kernel_initializer=normal(), bias_initializer=bias, **kwargs)

    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1), name="picture"),  # (N, 28, 28, 1)
            convolution(32, name="conv1"),  # (N, 28, 28, 1) → (N, 28, 28, 32)
            layers.MaxPooling2D(2, dtype=precision, name="pool1"),  # (N, 28, 28, 32) → (N, 14, 14, 32)
            convolution(64, name="conv2"),  # (N, 14, 14, 32) → (N, 14, 14, 64)
            layers.MaxPooling2D(2, dtype=precision, name="pool2"),  # (N, 14, 14, 64) → (N, 7, 7, 64)
            layers.Flatten(dtype=precision, name="flatten"),  # (N, 3136)
            dense(1024, activation="relu", dtype=precision, name="hidden"),  # (N, 1024)
            dropout_layer(dropout, seed=next(seeds), dtype=precision, name="dropout"),
            dense(DIGITS, name="logits"),  # (N, 10)
        ],
        name="lenet5",
    )
    # 832 + 51,264 + 3,212,288 + 10,250
    if model.count_params() != PARAMETERS:
        raise AssertionError(f"LeNet-5 has {PARAMETERS:,} parameters; this network has {model.count_params():,}")
    return model
