"""The learning rate goes along the steps as the recipe says, and the steps are those of Keras."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from lenet.training.optimizer import Schedule, optimizer
from lenet.training.recipes import AUGMENTED, PLAIN, Recipe


def test_the_rate_warms_up_and_falls_along_a_cosine_and_then_a_second_one() -> None:
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
    ("recipe", "theirs"),
    [
        (PLAIN, keras.optimizers.Adam(PLAIN.rate)),
        (
            dataclasses.replace(PLAIN, decay=0.2),
            keras.optimizers.AdamW(PLAIN.rate, weight_decay=0.2),
        ),
    ],
    ids=["Adam", "AdamW"],
)
def test_one_kernel_makes_the_steps_of_keras(recipe: Recipe, theirs: keras.optimizers.Optimizer) -> None:
    random = np.random.default_rng(1)
    start = random.normal(size=(7, 5)).astype(np.float32)
    pairs = [
        (each, [keras.Variable(start, name="kernel"), keras.Variable(start[0], name="bias")])
        for each in (optimizer(recipe), theirs)
    ]
    theirs.exclude_from_weight_decay(var_names=["bias"])
    for _ in range(20):
        gradients = [random.normal(size=shape).astype(np.float32) for shape in ((7, 5), 5)]
        for each, variables in pairs:
            each.apply([tf.constant(gradient) for gradient in gradients], variables)
    for mine, other in zip(pairs[0][1], pairs[1][1], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
