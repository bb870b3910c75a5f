"""The learning rate follows the recipe, and the optimizer's steps equal those of Keras."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from lenet.training.optimizer import Schedule, optimizer
from lenet.training.recipes import AUGMENTED, PLAIN, Recipe


def test_the_rate_warms_up_and_decays_along_one_or_two_cosines() -> None:
    rate = Schedule(AUGMENTED)
    values = [float(rate(step)) for step in (0, 250, 500, 6250, 12_000)]
    assert values == pytest.approx([0, 0.0005, 0.001, 0.0005, 0], abs=1e-6)
    assert float(optimizer(PLAIN).learning_rate) == pytest.approx(0.001)
    restarted = Schedule(dataclasses.replace(AUGMENTED, steps=13_000, restart=1_000, restart_rate=4e-4))
    assert [float(restarted(step)) for step in (0, 250, 500, 6250)] == pytest.approx(values[:4], abs=1e-6)
    assert [float(restarted(step)) for step in (11_999, 12_000, 12_500, 13_000)] == pytest.approx(
        [0, 4e-4, 2e-4, 0], abs=1e-6
    )


@pytest.mark.parametrize(
    ("recipe", "reference"),
    [
        (PLAIN, keras.optimizers.Adam(PLAIN.rate)),
        (
            dataclasses.replace(PLAIN, decay=0.2),
            keras.optimizers.AdamW(PLAIN.rate, weight_decay=0.2),
        ),
    ],
    ids=["Adam", "AdamW"],
)
def test_the_fused_kernel_takes_the_same_steps_as_keras(recipe: Recipe, reference: keras.optimizers.Optimizer) -> None:
    random = np.random.default_rng(1)
    start = random.normal(size=(7, 5)).astype(np.float32)
    pairs = [
        (adam, [keras.Variable(start, name="kernel"), keras.Variable(start[0], name="bias")])
        for adam in (optimizer(recipe), reference)
    ]
    reference.exclude_from_weight_decay(var_names=["bias"])
    for _ in range(20):
        gradients = [random.normal(size=shape).astype(np.float32) for shape in ((7, 5), 5)]
        for adam, variables in pairs:
            adam.apply([tf.constant(gradient) for gradient in gradients], variables)
    for ours, theirs in zip(pairs[0][1], pairs[1][1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
