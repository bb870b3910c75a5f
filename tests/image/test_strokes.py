"""The brush draws as a pen does, and JSON from outside becomes a drawing or is refused in a sentence."""

import math

import numpy as np
import pytest

from lenet.image.strokes import MAX_POINTS, Drawing, DrawingError, render


def ink(picture: np.ndarray) -> np.ndarray:
    return 1 - picture / 255


def test_a_line_is_as_wide_as_the_pen_with_round_ends() -> None:
    picture = ink(render([[[100, 50], [100, 150]]], (200, 200), width=20))
    assert picture[100].sum() == pytest.approx(20, abs=1)
    assert picture.sum() == pytest.approx(100 * 20 + math.pi * 10**2, rel=0.02)
    assert picture[:, 100].sum() == pytest.approx(120, abs=1)


def test_joints_have_neither_gaps_nor_spikes() -> None:
    circle = [[100 + 60 * math.cos(t), 100 + 60 * math.sin(t)] for t in np.linspace(0, 2 * math.pi, 60)]
    picture = ink(render([circle], (200, 200), width=24))
    radius = np.hypot(*(np.indices(picture.shape) + 0.5 - 100))
    assert picture[abs(radius - 60) < 10].min() == 1
    assert picture[abs(radius - 60) > 14].max() == 0


def test_a_single_point_is_a_dot_and_an_empty_stroke_leaves_no_ink() -> None:
    assert ink(render([[[50, 50]], []], (100, 100), width=30)).sum() == pytest.approx(math.pi * 15**2, rel=0.03)
    assert render([[]], (10, 20)).tolist() == [[255] * 20] * 10


def test_ink_is_cut_off_at_the_edge() -> None:
    picture = render([[[-500, 50], [500, 50]]], (100, 100), width=10)
    assert picture.shape == (100, 100)
    assert (picture[48:52] == 0).all()


def test_canvas_pen_and_strokes_are_read_from_json() -> None:
    drawing = Drawing.from_json({"w": 40, "h": 30, "pen": 4, "strokes": [[[1, 2], [3.5, 4]], [[20, 20]]]})
    assert drawing == Drawing(40, 30, 4, (((1, 2), (3.5, 4)), ((20, 20),)))
    np.testing.assert_array_equal(drawing.render(), render(drawing.strokes, (30, 40), 4))


def test_canvas_and_pen_default_to_the_pads() -> None:
    assert Drawing.from_json({"strokes": [], "label": "7"}) == Drawing(280, 280, 20, ())


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], "strokes", {}, {"strokes": None}, {"strokes": "[[1,2]]"}, {"strokes": [1]}, {"strokes": [[1, 2]]}),
        *({"strokes": [[point]]} for point in ([1], [1, 2, 3], ["1", "2"], [None, 2], [True, 2])),
        *({"strokes": [[[x, 2]]]} for x in (float("nan"), float("inf"), 1e300, 10**400)),
        *({"strokes": [], "w": width} for width in (0, "280", True)),
        *({"strokes": [], "pen": pen} for pen in (0, float("nan"), 10**6)),
        {"strokes": [], "h": 10**9},
        {"strokes": [[[1, 2]] * (MAX_POINTS + 1)]},
        {"strokes": [[]] * (MAX_POINTS + 1)},
    ],
    ids=lambda value: str(value)[:50],
)
def test_other_json_is_refused_in_a_sentence(value: object) -> None:
    with pytest.raises(DrawingError, match=r"^[A-Z`].{10,200}\.$"):
        Drawing.from_json(value)
