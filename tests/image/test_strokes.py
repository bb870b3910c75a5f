"""The brush draws as a pen does, and JSON from outside becomes a drawing or is refused in a sentence."""

import math
import timeit

import numpy as np
import pytest

from lenet.image.strokes import DRAWN_POINTS, MAX_POINTS, Drawing, DrawingError, render


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
        *({"strokes": [], "w": width} for width in (0, 9, "280", True)),
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


def spread(count: int) -> list[list[float]]:
    return np.random.default_rng(1).uniform(0, 280, (count, 2)).round(1).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "strokes",
    [
        [spread(MAX_POINTS)],
        [[point] for point in spread(MAX_POINTS)],
        [spread(2)] * (MAX_POINTS // 2),
        [spread(24)] * 400,
        [spread(1000), *([point] for point in spread(600))],
    ],
    ids=["one stroke", "dots", "short strokes", "strokes", "a stroke and dots"],
)
def test_a_drawing_is_thinned_to_what_is_drawn_in_10_ms(strokes: list[list[list[float]]]) -> None:
    drawing = Drawing.from_json({"strokes": strokes})
    assert sum(map(len, drawing.strokes)) <= 1.6 * DRAWN_POINTS  # dots and ends are cheap
    seconds = min(timeit.repeat(drawing.render, number=1, repeat=10))
    reference = min(timeit.repeat(lambda: render([spread(DRAWN_POINTS)]), number=1, repeat=10))
    assert seconds < 2 * reference  # 6 ms on one core of an EPYC of 2021


def test_a_drawing_of_the_page_is_not_thinned_and_keeps_its_ends() -> None:
    stroke = spread(DRAWN_POINTS)
    assert Drawing.from_json({"strokes": [stroke]}).strokes == (tuple(map(tuple, stroke)),)
    thinned = Drawing.from_json({"strokes": [spread(5000)] * 2}).strokes
    assert [(stroke[0], stroke[-1]) for stroke in thinned] == [(tuple(spread(5000)[0]), tuple(spread(5000)[-1]))] * 2


def test_far_points_are_moved_to_a_side_away_from_the_canvas() -> None:
    drawing = Drawing.from_json({"w": 10, "h": 20, "strokes": [[[-20_000, 5], [20_000, 20_000], [-3, 25]]]})
    assert drawing.strokes == (((-10, 5), (20, 40), (-3, 25)),)
