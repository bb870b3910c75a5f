"""Ink is divided into rows of components and pieces, none of which loses ink."""

import time
from itertools import pairwise

import numpy as np
import pytest

from lenet.image.cuts import cuts
from lenet.image.ink import read_ink
from lenet.image.segment import MOST_COMPONENTS, Piece, divide, join, segment
from lenet.image.strokes import Drawing

Box = tuple[int, int, int, int]  # left, top, right, bottom


def bars(*boxes: Box) -> np.ndarray:
    """A page with a black bar in each box."""
    page = np.full((300, 500), 255, np.uint8)
    for left, top, right, bottom in boxes:
        page[top:bottom, left:right] = 0
    return page


def places(drawing: np.ndarray) -> list[list[Box]]:
    """The boxes of the components, by row."""
    rows = segment(read_ink(drawing))
    return [[(piece.left, piece.top, piece.right, piece.bottom) for piece in row] for row in rows]


def test_rows_come_from_top_to_bottom_and_components_from_left_to_right() -> None:
    first, second, third, fourth = (50, 20, 70, 80), (120, 25, 160, 85), (40, 120, 90, 175), (150, 118, 160, 180)
    assert places(bars(fourth, second, third, first)) == [[first, second], [third, fourth]]


def test_a_row_that_slopes_by_more_than_its_height_is_one_row() -> None:
    row = [(20 + 40 * i, 20 + 12 * i, 45 + 40 * i, 70 + 12 * i) for i in range(10)]
    assert places(bars(*row)) == [row]


@pytest.mark.parametrize(
    "part", [(102, 20, 130, 28), (110, 74, 118, 80), (100, 84, 140, 98)], ids=["hat", "dot", "foot"]
)
def test_a_low_component_is_in_the_row_of_its_nearest_one(part: Box) -> None:
    digits = [(20, 30, 60, 80), (100, 30, 130, 70), (160, 30, 200, 80)]
    below = [(20, 130, 60, 180), (100, 130, 140, 180)]
    rows = places(bars(*digits, *below, part))
    assert sorted(rows[0]) == sorted([*digits, part])
    assert rows[1] == below


def test_dirt_is_left_out() -> None:
    assert places(bars((20, 30, 60, 80), (100, 30, 140, 80), (80, 50, 82, 52))) == [
        [(20, 30, 60, 80), (100, 30, 140, 80)]
    ]


def test_ink_inside_a_digit_is_part_of_it() -> None:
    page = bars((20, 20, 100, 120), (150, 20, 160, 120))
    page[30:110, 30:90] = 255
    page[50:90, 55:65] = 0
    assert places(page) == [[(20, 20, 100, 120), (150, 20, 160, 120)]]


def test_two_blocks_are_cut_apart_at_the_bridge_between_them() -> None:
    [[component]] = segment(read_ink(bars((20, 20, 80, 120), (80, 60, 90, 66), (90, 20, 150, 120))))
    cheapest = min(component for component in cuts(component.ink))
    assert cheapest[0] == pytest.approx(6, abs=2)  # the bridge's height
    assert 60 <= cheapest[1][45] <= 70
    pieces = divide(component)
    assert any(80 <= piece.left <= 91 and piece.cut == cheapest[0] for piece in pieces[1:])


def test_the_pieces_of_a_component_are_its_ink_from_left_to_right() -> None:
    strokes = [[[30, 40], [60, 90], [90, 40]], [[90, 40], [120, 90], [150, 40], [150, 100]]]
    drawing = Drawing(200, 150, 8, tuple(tuple(map(tuple, stroke)) for stroke in strokes))
    [[component]] = segment(read_ink(drawing.render()))
    pieces = divide(component)
    assert len(pieces) >= 3
    assert sum(float(piece.ink.sum()) for piece in pieces) == pytest.approx(float(component.ink.sum()))
    np.testing.assert_array_equal(join(pieces).ink, component.ink)
    assert all(one.left < other.right for one, other in pairwise(pieces))


def test_touching_strokes_of_a_drawing_are_divided_as_they_were_drawn() -> None:
    drawing = Drawing(200, 150, 8, (((40, 30), (80, 110)), ((60, 30), (60, 110)), ((150, 20), (150, 120))))
    [[both, single]] = segment(read_ink(drawing.render()), drawing)
    first, second = divide(both)
    alone = Drawing(200, 150, 8, drawing.strokes[:1]).render()
    np.testing.assert_array_equal(
        first.ink, 1 - alone[first.top : first.bottom, first.left : first.right] / np.float32(255)
    )
    assert (second.left, second.right) == (56, 64)
    assert len(divide(single)) == 1
    whole = join([first, second])
    assert (whole.left, whole.top, whole.ink.shape) == (both.left, both.top, both.ink.shape)
    np.testing.assert_allclose(whole.ink, both.ink, atol=0.3)  # only where soft edges overlap


def test_strokes_beyond_the_paper_are_ignored() -> None:
    drawing = Drawing(100, 100, 8, (((20, 20), (20, 80)), ((300, 20), (300, 80)), ((90, 50), (150, 50)), ()))
    [row] = segment(read_ink(drawing.render()), drawing)
    assert sum(len(piece.strokes) for piece in row) == 2


def test_of_thousands_of_components_the_largest_are_read_soon() -> None:
    page = np.full((1000, 1000), 255, np.uint8)
    page[5:-5:10, 5:-5:10] = 0
    page[100:200, 100:150] = 0
    start = time.perf_counter()
    rows = segment(read_ink(page))
    assert time.perf_counter() - start < 2
    assert sum(map(len, rows)) <= MOST_COMPONENTS
    assert (100, 100) in {(piece.left, piece.top) for row in rows for piece in row}


def test_a_piece_knows_its_box() -> None:
    piece = Piece(np.ones((3, 5), np.float32), 10, 20)
    assert (piece.right, piece.bottom) == (25, 13)
