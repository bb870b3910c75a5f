"""Digits side by side are all on the pad, apart, and in the order given."""

import numpy as np
import pytest

from lenet.datasets.placement import row
from lenet.image.preprocess import preprocess
from tests.helpers.digits import DIGITS


@pytest.mark.parametrize("seed", range(20))
def test_all_ink_is_on_the_pad_and_a_pen_of_paper_is_between_two_digits(seed: int) -> None:
    random = np.random.default_rng(seed)
    drawing = row([DIGITS[4], DIGITS[2]], random)
    points = np.array([point for stroke in drawing.strokes for point in stroke])
    assert points.min() >= drawing.pen / 2 - 1e-6
    assert points.max() <= 280 - drawing.pen / 2 + 1e-6
    count = len(DIGITS[4])
    left = max(x for stroke in drawing.strokes[:count] for x, _ in stroke)
    right = min(x for stroke in drawing.strokes[count:] for x, _ in stroke)
    assert right - left >= 2 * drawing.pen - 1e-6  # half a pen of ink on each side, and a pen of paper
    assert max(part.end for part in preprocess(drawing.render()).parts) == 2


def test_a_digit_keeps_its_shape() -> None:
    drawing = row([DIGITS[7], DIGITS[1], DIGITS[3]], np.random.default_rng(0))
    three = np.array([point for stroke in drawing.strokes[-len(DIGITS[3]) :] for point in stroke])
    given = np.array([point for stroke in DIGITS[3] for point in stroke], float)
    scale = np.ptp(three, axis=0) / np.ptp(given, axis=0)
    assert scale[0] == pytest.approx(scale[1])
    moved = (given - given.min(0)) * scale + three.min(0)
    assert three == pytest.approx(moved)


def test_the_same_seed_draws_the_same_and_another_another_size() -> None:
    first, again, other = (row([DIGITS[0], DIGITS[5]], np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.pen != other.pen
