"""LeNet-5 in Keras, with the layers of the TensorFlow program that this project reimplements.

That program was published in December 2016 in a Chinese-language article, *LeNet5-based MNIST handwritten digit
recognition model*. The architecture follows LeCun et al., "Gradient-Based Learning Applied to Document Recognition"
(1998): two convolutions, each followed by max pooling, a hidden layer of 1,024 units and ten outputs, with 3,274,634
parameters.

The outputs are logits. The original ended in softmax and computed its loss as `-sum(y * log(softmax))`; a probability
that rounds to 0 makes that log(0) and the training NaN: in two of two runs, between steps 5,500 and 6,500, the test
accuracy fell from 99.2 to 9.8 %.
"""

from typing import Any

import keras
import numpy as np
from keras import layers

PARAMETERS = 3_274_634
DIGITS = 10
SIDE = 28

# The original's initial values: weights from a truncated normal, biases of the dense layers slightly above 0 so that no
# ReLU starts dead, biases of the convolutions 0.
WEIGHT_STDDEV = 0.1
DENSE_BIAS = 0.1


def lenet5(
    dropout: float = 0.0,
    seed: int | None = None,
    precision: str = "float32",
) -> keras.Model:
    """Build the network with new weights.

    Args:
        dropout: fraction of the hidden units dropped in training, in [0, 1).
        seed: of the initial weights and the dropout; None gives different weights at every call.
        precision: dtype policy of the hidden layers; weights and logits are always float32.

    Returns:
        A model from pictures, (N, 28, 28, 1) float32 with 0 = paper and 1 = ink, to logits, (N, 10) float32.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(5).tolist())  # one for each layer that draws numbers

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
            layers.Dropout(dropout, seed=next(seeds), dtype=precision, name="dropout"),
            dense(DIGITS, name="logits"),  # (N, 10)
        ],
        name="lenet5",
    )
    # 832 + 51,264 + 3,212,288 + 10,250
    if model.count_params() != PARAMETERS:
        raise AssertionError(f"LeNet-5 has {PARAMETERS:,} parameters; this network has {model.count_params():,}")
    return model
