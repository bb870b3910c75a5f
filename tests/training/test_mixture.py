"""Pictures to train on besides MNIST have MNIST's form and correct labels."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import stroke_files
from lenet.datasets.mnist import Split
from lenet.datasets.synthetic.digits import AMBIGUOUS
from lenet.image.strokes import Drawing
from lenet.training import mixture
from lenet.training.recipes import WORLD
from tests.helpers.digits import DIGITS, HOUSE

PEOPLE = [
    stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit], pen=pen))
    for pen in (20, 21)
    for digit in range(10)
]
OWL = stroke_files.LabelledDrawing(stroke_files.NOT_A_DIGIT, Drawing(strokes=HOUSE), "owl")
SHORT = dataclasses.replace(
    WORLD, steps=2, warmup=0, restart=0, batch=200, glyphs=5, torn=0, drawings=30, outliers=4, doodles=6
)
DATA = Split(np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8))  # in place of MNIST


def mass(images: np.ndarray) -> np.ndarray:
    """Return (N, 2) centres of mass."""
    share = images / images.sum((1, 2), keepdims=True)
    return np.stack([(share.sum(2) * np.arange(28)).sum(1), (share.sum(1) * np.arange(28)).sum(1)], 1)


def test_all_rendered_pictures_have_mnists_form() -> None:
    random = np.random.default_rng(0)
    for split in (
        mixture.glyphs(20, random),
        mixture.torn(20, random),
        mixture.drawn(PEOPLE, 40, random),
        mixture.non_digits(20, random),
    ):
        assert split.images.shape[1:] == (28, 28)
        assert split.images.dtype == split.labels.dtype == np.uint8
        assert (split.images.max((1, 2)) == 255).all()
        assert np.abs(mass(split.images.astype(float)) - 14).mean() < 0.5


def test_glyphs_are_the_ten_digits_in_turn_and_drawings_keep_their_labels() -> None:
    random = np.random.default_rng(0)
    assert mixture.glyphs(25, random).labels.tolist() == [*range(10), *range(10), *range(5)]
    assert mixture.drawn(PEOPLE[:3], 5, random).labels.tolist() == [0, 1, 2, 0, 1]


def test_every_rendering_of_a_drawing_is_different() -> None:
    images = mixture.drawn(PEOPLE[7:8], 4, np.random.default_rng(0)).images
    assert len(np.unique(images.reshape(4, -1), axis=0)) == 4


def test_an_ambiguous_shape_is_trained_towards_both_its_digits() -> None:
    targets = mixture.TARGETS[mixture.torn(4, np.random.default_rng(0)).labels]
    for target, ((first, second), (share, _)) in zip(targets, [*AMBIGUOUS.items()] * 2, strict=True):
        assert (target[first], target[second]) == (pytest.approx(share), pytest.approx(1 - share))
        assert 0.3 < share < 0.7
    assert np.allclose(mixture.TARGETS.sum(1), 1)


def test_non_digits_have_the_label_after_the_ten_digits() -> None:
    assert mixture.non_digits(5, np.random.default_rng(0), PEOPLE).labels.tolist() == [10] * 5


def test_the_last_tenth_of_every_files_digits_is_for_validation(tmp_path: Path) -> None:
    for name, count in (("first", 20), ("second", 10)):
        stroke_files.write(tmp_path / name, PEOPLE[:count])
    people = mixture.read([tmp_path / "first", tmp_path / "second"])
    assert [drawing.label for drawing in people.kept_digits] == [8, 9, 9]
    assert len(people.learned) == 27
    assert [(file["name"], file["count"], len(file["sha256"])) for file in people.files] == [
        ("first", 20, 64),
        ("second", 10, 64),
    ]


def test_non_digits_are_trained_on_and_validated_on_by_kind(tmp_path: Path) -> None:
    house, *kinds = (
        stroke_files.LabelledDrawing(stroke_files.NOT_A_DIGIT, Drawing(strokes=HOUSE), kind)
        for kind in ("", "hat", "owl")
    )
    stroke_files.write(tmp_path / "file", [house, *kinds, *PEOPLE[:9]])
    people = mixture.read([tmp_path / "file"])
    assert [drawing.kind for drawing in people.kept_non_digits] == ["hat"]
    assert [(drawing.label, drawing.kind) for drawing in people.learned[-2:]] == [(10, ""), (10, "owl")]
    assert people.kept_digits == []


def test_no_more_is_rendered_than_a_short_training_sees() -> None:
    short = dataclasses.replace(
        WORLD, steps=2, warmup=0, restart=0, batch=200, glyphs=5, torn=1, drawings=30, outliers=4, doodles=6
    )
    components = mixture.components(short, DATA, 1, [*PEOPLE, OWL])
    assert [len(component.data.labels) for component in components] == [10, 10, 2, 60, 4, 8]
    assert [component.per_batch for component in components] == [154, 5, 1, 30, 6, 4]


def test_without_doodles_synthetic_non_digits_take_their_place_and_without_drawings_mnist_does() -> None:
    short = dataclasses.replace(
        WORLD, steps=2, warmup=0, restart=0, batch=200, glyphs=5, torn=0, drawings=30, outliers=4, doodles=6
    )
    assert [component.per_batch for component in mixture.components(short, DATA, 1)] == [185, 5, 10]


def test_a_long_training_renders_up_to_the_limits_with_a_random_generator_per_component() -> None:
    assert WORLD.steps * WORLD.glyphs > mixture.GLYPHS
    assert WORLD.steps * WORLD.outliers > mixture.NONDIGITS
    randoms = [np.random.default_rng((7, number)) for number in range(5)]
    expected = [
        DATA,
        mixture.glyphs(20, randoms[0]),
        mixture.torn(20, randoms[1]),
        mixture.drawn(PEOPLE, 4 * len(PEOPLE), randoms[2]),
        mixture.drawn([OWL], 4, randoms[3]),
        mixture.non_digits(10, randoms[4], PEOPLE),
    ]
    components = mixture.components(WORLD, DATA, 7, [*PEOPLE, OWL], glyph_limit=20, nondigit_limit=10)
    for component, split in zip(components, expected, strict=True):
        np.testing.assert_array_equal(component.data.images, split.images)
        np.testing.assert_array_equal(component.data.labels, split.labels)
