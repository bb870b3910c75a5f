"""A step computes in the precision of recipe and processor, and what is kept is float32 and none but the trained."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from lenet.datasets.mnist import Split
from lenet.training import precision, trainer
from lenet.training.mixture import Source
from lenet.training.recipes import FAST, PLAIN
from lenet.training.trainer import Trainer

RANDOM = np.random.default_rng(1)
DATA = Split(RANDOM.integers(0, 256, (20, 28, 28), np.uint8), RANDOM.integers(0, 10, 20).astype(np.uint8))
SMALL = dataclasses.replace(FAST, batch=20, average=0.0, warmup=0)


def learnt(recipe: trainer.Recipe) -> Trainer:
    made = Trainer(recipe, [Source(DATA, recipe.batch)], seed=1)
    made.step(tf.constant(made.batch(0)), tf.constant(0))
    return made


@pytest.mark.parametrize("units", [True, False])
def test_layers_compute_in_bfloat16_where_the_processor_can_and_weights_and_logits_stay_float32(
    units: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: units)
    made = learnt(SMALL)
    computed = {layer.compute_dtype for layer in made.model.layers if layer.name != "logits"}
    assert computed == {"bfloat16" if units else "float32"}
    assert made.model(DATA.pictures).dtype == tf.float32
    assert {variable.dtype for variable in made.model.trainable_variables} == {"float32"}


def test_a_recipe_that_is_not_mixed_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    assert {layer.compute_dtype for layer in learnt(dataclasses.replace(PLAIN, batch=20)).model.layers} == {"float32"}


def test_what_is_kept_without_an_average_is_the_last_weights_in_float32() -> None:
    made = learnt(SMALL)
    kept = made.kept()
    assert {layer.compute_dtype for layer in kept.layers} == {"float32"}
    for ours, theirs in zip(kept.trainable_variables, made.model.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
