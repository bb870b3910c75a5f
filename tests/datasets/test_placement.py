"""Drawings are put on the pad as documented: one anywhere, several in rows."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from lenet.datasets.placement import APART, TOUCHING, number, place
from lenet.image.strokes import Stroke
from tests.helpers.digits import DIGITS


def box(strokes: Iterable[Stroke]) -> tuple[np.ndarray, np.ndarray]:
    points = np.array([point for stroke in strokes for point in stroke])
    return points.min(0), points.max(0)


def test_place_keeps_the_shape_and_all_ink_on_the_pad() -> None:
    random = np.random.default_rng(2)
    for strokes in [*DIGITS.values()] * 30:
        placed = place(strokes, random)
        assert (placed.width, placed.height) == (280, 280)
        (low, high), (was_low, was_high) = box(placed.strokes), box(strokes)
        assert (low >= placed.pen / 2 - 1e-9).all()
        assert (high <= 280 - placed.pen / 2 + 1e-9).all()
        scale = (high - low).max() / (was_high - was_low).max()
        for stroke, was in zip(placed.strokes, strokes, strict=True):
            np.testing.assert_allclose(stroke, (np.array(was) - was_low) * scale + low, atol=1e-6)


def test_place_covers_the_documented_sizes_places_and_pens() -> None:
    random = np.random.default_rng(3)
    placed = [place(DIGITS[0], random) for _ in range(4000)]
    boxes = np.array([box(each.strokes) for each in placed])  # (4000, low or high, x or y)
    pens = np.array([each.pen for each in placed])
    sizes = (boxes[:, 1] - boxes[:, 0]).max(1) + pens
    counts = np.histogram(sizes, 8, (0.15 * 280, 0.95 * 280))[0]
    assert counts.sum() == len(sizes)
    assert counts / len(sizes) == pytest.approx(1 / 8, abs=0.025)
    assert 4 <= pens.min() < 4.1
    assert 38 < pens.max() <= 40
    assert 10 < np.median(pens) < 16
    ratio = pens / sizes
    assert ratio.max() <= 0.28 + 1e-9  # no 40-px pen on a digit of 42 px
    assert (ratio > 0.25).mean() > 0.01
    room = 280 - pens[:, None] - (boxes[:, 1] - boxes[:, 0])
    where = (boxes[:, 0] - pens[:, None] / 2) / room
    for axis in (0, 1):
        assert np.histogram(where[:, axis], 5, (0, 1))[0] / len(where) == pytest.approx(0.2, abs=0.03)


def test_boldest_limits_the_pen() -> None:
    random = np.random.default_rng(7)
    placed = [place(DIGITS[8], random, boldest=0.1) for _ in range(500)]
    boxes = [box(each.strokes) for each in placed]
    ratio = [each.pen / ((high - low).max() + each.pen) for each, (low, high) in zip(placed, boxes, strict=True)]
    assert 0.09 < max(ratio) <= 0.1 + 1e-9
    assert min(each.pen for each in placed) >= 4


def test_place_accepts_dots_flat_lines_and_empty_drawings() -> None:
    random = np.random.default_rng(4)
    for _ in range(50):
        dot = place([[[5, 5]], [[5, 5]]], random)
        (low, high) = box(dot.strokes)
        assert (low == high).all()
        assert (low >= dot.pen / 2).all()
        assert (high <= 280 - dot.pen / 2).all()
        line = place([[[0, 9], [1e-3, 9]], []], random)
        low, high = box(line.strokes)
        assert high[1] == low[1]
        assert 42 <= high[0] - low[0] + line.pen <= 266
        assert len(line.strokes) == 1
        assert place([], random).strokes == place([[]], random).strokes == ()
    assert np.isfinite(place([[[0, 0], [5e-324, 0]]], random).strokes).all()


def test_a_pad_of_another_size_has_its_pen_and_margins_in_proportion() -> None:
    small, large = (place(DIGITS[3], np.random.default_rng(5), side) for side in (280, 560))
    assert (large.width, large.height) == (560, 560)
    assert large.pen == pytest.approx(2 * small.pen)
    for twice, once in zip(large.strokes, small.strokes, strict=True):
        np.testing.assert_allclose(twice, 2 * np.array(once))


@pytest.mark.parametrize("seed", range(20))
def test_the_digits_of_a_number_are_on_the_paper_and_apart_or_overlap_as_asked(seed: int) -> None:
    for gaps, least, most in ((APART, 0.05, 0.46), (TOUCHING, -0.17, 0.01)):
        drawing = number([[DIGITS[4], DIGITS[2]]], np.random.default_rng(seed), gaps)
        low, high = box(drawing.strokes)
        assert low.min() >= drawing.pen / 2 - 1e-6
        assert high[0] <= drawing.width - drawing.pen / 2 + 1e-6
        assert high[1] <= drawing.height - drawing.pen / 2 + 1e-6
        count = len(DIGITS[4])
        (_, top), (right, bottom) = box(drawing.strokes[:count])
        left = box(drawing.strokes[count:])[0][0]
        height = bottom - top + drawing.pen  # 85 to 115 % of the height that gaps are measured in
        assert least / 0.85 * height - 1 <= left - right - drawing.pen <= most / 0.85 * height + 1


def test_rows_are_under_each_other_with_paper_between() -> None:
    rows = [[DIGITS[5], DIGITS[0]], [DIGITS[3]], [DIGITS[8], DIGITS[1]]]
    drawing = number(rows, np.random.default_rng(3))
    ends = np.cumsum([0, *(sum(map(len, row)) for row in rows)]).tolist()
    boxes = [box(drawing.strokes[start:end]) for start, end in pairwise(ends)]
    for (_, above), (below, _) in pairwise(boxes):
        assert below[1] - above[1] > drawing.pen


def test_a_digit_of_a_number_keeps_its_shape() -> None:
    drawing = number([[DIGITS[7], DIGITS[1], DIGITS[3]]], np.random.default_rng(0))
    (low, high), (was_low, was_high) = box(drawing.strokes[-len(DIGITS[3]) :]), box(DIGITS[3])
    scale = (high - low) / (was_high - was_low)
    assert scale[0] == pytest.approx(scale[1])
    for stroke, was in zip(drawing.strokes[-len(DIGITS[3]) :], DIGITS[3], strict=True):
        np.testing.assert_allclose(stroke, (np.array(was) - was_low) * scale + low)


def test_a_number_is_the_same_for_a_seed_and_different_for_another() -> None:
    first, again, other = (number([[DIGITS[0], DIGITS[5]]], np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.pen != other.pen
