"""What is trained on besides MNIST is in MNIST's form, with the labels that it was drawn by."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import stroke_files
from lenet.datasets.mnist import Split
from lenet.image.strokes import Drawing
from lenet.training import mixture
from lenet.training.recipes import WORLD
from tests.helpers.digits import DIGITS, HOUSE

PEOPLE = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)] * 2
DATA = Split(np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8))  # MNIST's place


def mass(images: np.ndarray) -> np.ndarray:
    """(N, 2) centre of mass."""
    share = images / images.sum((1, 2), keepdims=True)
    return np.stack([(share.sum(2) * np.arange(28)).sum(1), (share.sum(1) * np.arange(28)).sum(1)], 1)


def test_all_sources_are_in_mnists_form() -> None:
    random = np.random.default_rng(0)
    for split in (mixture.glyphs(20, random), mixture.drawn(PEOPLE, 2, random), mixture.not_digits(20, random)):
        assert split.images.shape[1:] == (28, 28)
        assert split.images.dtype == split.labels.dtype == np.uint8
        assert (split.images.max((1, 2)) == 255).all()
        assert np.abs(mass(split.images.astype(float)) - 14).mean() < 0.5


def test_glyphs_are_the_ten_digits_in_turn_and_drawings_keep_their_labels() -> None:
    random = np.random.default_rng(0)
    assert mixture.glyphs(25, random).labels.tolist() == [*range(10), *range(10), *range(5)]
    assert mixture.drawn(PEOPLE[:3], 2, random).labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_each_time_a_drawing_is_put_on_the_pad_it_is_another_picture() -> None:
    images = mixture.drawn(PEOPLE[7:8], 4, np.random.default_rng(0)).images
    assert len(np.unique(images.reshape(4, -1), axis=0)) == 4


def test_not_digits_are_labelled_as_none_of_the_ten() -> None:
    assert set(mixture.not_digits(5, np.random.default_rng(0), PEOPLE).labels.tolist()) == {stroke_files.NOT_A_DIGIT}
    assert stroke_files.NOT_A_DIGIT == 10


def test_the_last_tenth_of_every_file_is_kept_back(tmp_path: Path) -> None:
    for name, count in (("first", 20), ("second", 10)):
        stroke_files.write(tmp_path / name, PEOPLE[:count])
    people = mixture.read([tmp_path / "first", tmp_path / "second"])
    assert [each.label for each in people.kept] == [8, 9, 9]
    assert len(people.learned) == 27
    assert [(file["name"], file["count"], len(file["sha256"])) for file in people.files] == [
        ("first", 20, 64),
        ("second", 10, 64),
    ]


def test_what_is_no_digit_is_trained_on_but_nothing_is_chosen_by_it(tmp_path: Path) -> None:
    none = stroke_files.LabelledDrawing(stroke_files.NOT_A_DIGIT, Drawing(strokes=HOUSE))
    stroke_files.write(tmp_path / "file", [none, *PEOPLE[:9], none] + [none] * 9)
    people = mixture.read([tmp_path / "file"])
    assert people.learned[0].label == stroke_files.NOT_A_DIGIT
    assert people.kept == []


def test_no_more_is_drawn_than_a_short_training_looks_at() -> None:
    short = dataclasses.replace(WORLD, steps=2, glyphs=5, drawings=30, outliers=4)
    sources = mixture.sources(short, DATA, 1, PEOPLE)
    assert [len(source.data.labels) for source in sources] == [10, 10, 60, 8]
    assert [source.share for source in sources] == [105, 5, 30, 4]


def test_world_draws_all_there_is_to_draw_each_in_its_own_random_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert WORLD.steps * WORLD.glyphs > mixture.GLYPHS == 40_000
    assert WORLD.steps * WORLD.outliers > mixture.OUTLIERS == 30_000
    monkeypatch.setattr(mixture, "GLYPHS", 20)
    monkeypatch.setattr(mixture, "OUTLIERS", 10)
    randoms = [np.random.default_rng((7, number)) for number in (1, 2, 3)]
    expected = [
        DATA,
        mixture.glyphs(20, randoms[0]),
        mixture.drawn(PEOPLE, 4, randoms[1]),
        mixture.not_digits(10, randoms[2], PEOPLE),
    ]
    for source, split in zip(mixture.sources(WORLD, DATA, 7, PEOPLE), expected, strict=True):
        np.testing.assert_array_equal(source.data.images, split.images)
        np.testing.assert_array_equal(source.data.labels, split.labels)
