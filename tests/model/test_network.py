"""The Keras network has the original's layers and initial values, and computes what NumPy computes."""

import keras
import numpy as np
import pytest

from lenet.model import weights
from lenet.model.network import PARAMETERS, lenet5
from tests.helpers import oracle

SHAPES = [(5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 1024), (1024,), (1024, 10), (10,)]


def test_the_parameters_are_those_of_the_original() -> None:
    assert [variable.shape for variable in lenet5().trainable_variables] == weights.SHAPES == SHAPES
    assert sum(np.prod(shape) for shape in SHAPES) == PARAMETERS == 3_274_634


def test_initial_weights_are_a_truncated_normal_and_initial_biases_0_0_01_01() -> None:
    arrays = [variable.numpy() for variable in lenet5(seed=7).trainable_variables]
    for kernel in arrays[::2]:
        assert np.abs(kernel).max() <= 0.2  # truncated at two standard deviations
        assert np.std(kernel) == pytest.approx(0.088, abs=0.005)  # of a normal with σ 0.1, truncated there
    assert [sorted(set(bias.tolist())) for bias in arrays[1::2]] == [
        [0],
        [0],
        [pytest.approx(0.1)],
        [pytest.approx(0.1)],
    ]


def test_a_seed_determines_the_network_and_gives_each_layer_different_numbers() -> None:
    first, same, other = ([v.numpy() for v in lenet5(seed=seed).trainable_variables] for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0].ravel()[:800], first[2].ravel()[:800])


def test_keras_and_numpy_compute_the_same_logits() -> None:
    model = lenet5(dropout=0.5, seed=3)
    pictures = np.random.default_rng(3).random((4, 28, 28), np.float32)
    arrays = [variable.numpy() for variable in model.trainable_variables]
    expected = oracle.logits(list(zip(arrays[::2], arrays[1::2], strict=True)), pictures)
    np.testing.assert_allclose(model(pictures[..., None], training=False), expected, rtol=1e-4, atol=1e-4)


def test_outputs_are_logits_and_dropout_acts_only_in_training() -> None:
    model = lenet5(dropout=0.5, seed=3)
    picture = np.ones((1, 28, 28, 1), np.float32)
    outputs = np.array(model(picture))
    assert outputs.sum() != pytest.approx(1)
    assert outputs.min() < 0
    np.testing.assert_array_equal(outputs, model(picture))
    assert not np.array_equal(outputs, model(picture, training=True))
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.5]
