"""The network is the one that was drawn: its layers, its start, its arithmetic."""

import keras
import numpy as np
import pytest

from lenet.model.network import PARAMETERS, lenet5
from tests.helpers import oracle

SHAPES = [(5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 1024), (1024,), (1024, 10), (10,)]


def test_the_parameters_are_those_of_the_original() -> None:
    shapes = [variable.shape for variable in lenet5().trainable_variables]
    assert shapes == SHAPES
    assert sum(np.prod(shape) for shape in SHAPES) == PARAMETERS == 3_274_634


def test_weights_start_in_a_truncated_normal_and_biases_at_0_0_01_01() -> None:
    arrays = [variable.numpy() for variable in lenet5(seed=7).trainable_variables]
    for kernel in arrays[::2]:
        assert np.abs(kernel).max() <= 0.2  # cut at two deviations
        assert np.std(kernel) == pytest.approx(0.088, abs=0.005)  # of a normal with σ 0.1 that is cut there
    assert [sorted(set(bias.tolist())) for bias in arrays[1::2]] == [
        [0],
        [0],
        [pytest.approx(0.1)],
        [pytest.approx(0.1)],
    ]


def test_a_seed_gives_the_same_network_and_each_layer_its_own_numbers() -> None:
    first, same, other = ([v.numpy() for v in lenet5(seed=seed).trainable_variables] for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0].ravel()[:800], first[2].ravel()[:800])


def test_numpy_computes_the_same_logits() -> None:
    model = lenet5(dropout=0.5, seed=3)
    pictures = np.random.default_rng(3).random((4, 28, 28), np.float32)
    arrays = [variable.numpy() for variable in model.trainable_variables]
    expected = oracle.logits(list(zip(arrays[::2], arrays[1::2], strict=True)), pictures)
    np.testing.assert_allclose(model(pictures[..., None], training=False), expected, rtol=1e-4, atol=1e-4)


def test_outputs_are_logits_and_dropout_is_for_training_alone() -> None:
    model = lenet5(dropout=0.5, seed=3)
    picture = np.ones((1, 28, 28, 1), np.float32)
    outputs = np.array(model(picture))
    assert outputs.sum() != pytest.approx(1)
    assert outputs.min() < 0
    np.testing.assert_array_equal(outputs, model(picture))
    assert not np.array_equal(outputs, model(picture, training=True))
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.5]
