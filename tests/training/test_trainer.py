"""Steps compute in the precision of recipe and processor; the saved network is float32."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from lenet.datasets.mnist import Split
from lenet.training import precision
from lenet.training.mixture import Component
from lenet.training.recipes import FAST, PLAIN, Recipe
from lenet.training.trainer import Trainer

RANDOM = np.random.default_rng(1)
DATA = Split(RANDOM.integers(0, 256, (20, 28, 28), np.uint8), RANDOM.integers(0, 10, 20).astype(np.uint8))
SMALL = dataclasses.replace(FAST, batch=20, average=0.0, warmup=0)


def trained(recipe: Recipe) -> Trainer:
    training = Trainer(recipe, [Component(DATA, recipe.batch)], seed=1)
    training.step(tf.constant(training.batch(0)), tf.constant(0))
    return training


@pytest.mark.parametrize("units", [True, False])
def test_layers_compute_in_bfloat16_where_the_processor_can_while_weights_and_logits_stay_float32(
    units: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: units)
    training = trained(SMALL)
    dtypes = {layer.compute_dtype for layer in training.model.layers if layer.name != "logits"}
    assert dtypes == {"bfloat16" if units else "float32"}
    assert training.model(DATA.pictures).dtype == tf.float32
    assert {variable.dtype for variable in training.model.trainable_variables} == {"float32"}


def test_a_recipe_that_is_not_mixed_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    assert {layer.compute_dtype for layer in trained(dataclasses.replace(PLAIN, batch=20)).model.layers} == {"float32"}


def test_without_an_average_the_last_weights_are_saved_in_float32() -> None:
    training = trained(SMALL)
    kept = training.kept()
    assert {layer.compute_dtype for layer in kept.layers} == {"float32"}
    for ours, theirs in zip(kept.trainable_variables, training.model.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
