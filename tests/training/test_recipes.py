"""Recipes keep their promises."""

import dataclasses

from lenet.training.recipes import PLAIN, RECIPES


def test_plain_has_the_hyper_parameters_of_the_original() -> None:
    values = dataclasses.asdict(PLAIN)
    assert values | {"validate_every": 0} == {
        "name": "plain",
        "steps": 10_000,
        "batch": 100,
        "rate": 1e-3,
        "warmup": 0,
        "cosine": False,
        "decay": 0,
        "smoothing": 0,
        "dropout": 0.2,
        "average": 0,
        "distortion": None,
        "mixed": False,
        "glyphs": 0,
        "drawings": 0,
        "renderings": 4,
        "outliers": 0,
        "doodles": 0,
        "torn": 0,
        "restart": 0,
        "restart_rate": 0,
        "report_every": 100,
        "validate_every": 0,
        "checkpoint_every": 100,
        "blend": 1.0,
        "continues": False,
        "personal": False,
    }


def test_at_least_half_of_every_batch_is_mnist() -> None:
    for recipe in RECIPES.values():
        assert recipe.glyphs + recipe.torn + recipe.drawings + recipe.outliers + recipe.doodles <= recipe.batch / 2
