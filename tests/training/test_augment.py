"""Distortions stay within their bounds and depend on the seed only."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.training.augment import distort
from lenet.training.recipes import Distortion
from tests.helpers.digits import DIGITS

NONE = Distortion(rotation=0, scale=0, shear=0, shift=0, bend=0, stroke=0, tone=0)
SEED = tf.constant([1, 2])
FIVE = preprocess(render(DIGITS[5])).picture
BATCH = np.repeat(FIVE[None, :, :, None], 200, 0)  # (200, 28, 28, 1)


def distorted(**amounts: float) -> np.ndarray:
    return distort(tf.constant(BATCH), dataclasses.replace(NONE, **amounts), SEED).numpy()[..., 0]


def centre(pictures: np.ndarray, axis: int) -> np.ndarray:
    mass = pictures.sum(axis)  # axis 1: by column, 2: by row
    return (mass * np.arange(28)).sum(1) / mass.sum(1)


def test_amounts_of_zero_change_nothing() -> None:
    np.testing.assert_allclose(distorted(), BATCH[..., 0], atol=1e-6)


def test_a_seed_reproduces_the_distortions_and_every_picture_gets_its_own() -> None:
    everything = Distortion(rotation=15, scale=0.15, shear=0.2, shift=2, bend=1.1, stroke=0.5, tone=0.5)
    first, same = (distort(tf.constant(BATCH), everything, SEED).numpy() for _ in range(2))
    other = distort(tf.constant(BATCH), everything, tf.constant([1, 3])).numpy()
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
    assert len({picture.tobytes() for picture in first}) == len(BATCH)
    assert first.min() >= 0
    assert first.max() <= 1


@pytest.mark.parametrize("axis", [1, 2])
def test_shift_moves_the_centre_of_mass_by_up_to_its_pixels_both_ways(axis: int) -> None:
    moved = centre(distorted(shift=2), axis) - centre(BATCH[..., 0], axis)
    assert -2.1 < moved.min() < -1.8
    assert 1.8 < moved.max() < 2.1


def test_scale_shear_and_rotation_keep_the_centre_of_mass() -> None:
    for pictures in (distorted(scale=0.15), distorted(shear=0.2), distorted(rotation=15)):
        for axis in (1, 2):
            assert np.abs(centre(pictures, axis) - centre(BATCH[..., 0], axis)).max() < 0.6
        assert np.abs(pictures - BATCH[..., 0]).mean(axis=(1, 2)).max() > 0.02


def test_scale_adds_and_removes_ink() -> None:
    ink = distorted(scale=0.15).sum((1, 2)) / FIVE.sum()
    assert 0.7 < ink.min() < 0.85
    assert 1.15 < ink.max() < 1.4


def test_stroke_makes_lines_thicker_and_thinner_in_place() -> None:
    pictures = distorted(stroke=0.5)
    ink = pictures.sum((1, 2)) / FIVE.sum()
    assert ink.min() < 0.75
    assert ink.max() > 1.4
    thicker, thinner = pictures[ink > 1], pictures[ink < 1]
    assert (thicker >= FIVE - 1e-6).all()
    assert (thinner <= FIVE + 1e-6).all()


def test_tone_changes_only_greys() -> None:
    pictures = distorted(tone=0.5)
    assert (pictures[:, FIVE == 0] == 0).all()
    np.testing.assert_allclose(pictures[:, FIVE == 1], 1)
    grey = pictures[:, (FIVE > 0.3) & (FIVE < 0.7)].mean(1)
    assert np.ptp(grey) > 0.2
