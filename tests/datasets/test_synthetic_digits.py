"""Glyphs are legible digits in every promised style, as a pen reports them, and the same for a seed."""

from collections import Counter

import numpy as np
import pytest

from lenet.datasets.synthetic.digits import STYLES, Style, glyph
from tests.helpers.shapes import Strokes, crossing, holes, ink, pieces, steepness

PROMISED = {
    0: {"plain", "narrow", "slashed", "dotted", "crossed", "barred", "unclosed"},
    1: {"plain", "flagged", "long_flag", "hooked", "footed", "flagged_footed", "hooked_footed", "flat_flagged"},
    2: {"round", "looped", "z"},
    3: {"round", "flat", "looped", "closed", "narrow", "angular"},
    4: {"open", "cup", "closed", "closed_one", "short", "lightning", "bolt"},
    5: {"one", "two", "apart", "s", "hatted", "hat_apart", "flat"},
    6: {"looped", "straight", "curled", "crossed", "wide", "joined"},
    7: {"plain", "barred", "barred_loop", "serif", "curved", "barred_low"},
    8: {"one", "mirrored", "open", "rings", "waist", "angular"},
    9: {"straight", "curved", "hook", "g", "flat", "curled", "angular", "waist"},
}
RARE = [
    (0, "slashed"), (0, "dotted"), (1, "long_flag"), (1, "hooked"), (3, "closed"), (4, "lightning"), (4, "bolt"),
    (5, "apart"), (6, "straight"), (9, "g"), (0, "crossed"), (3, "narrow"), (6, "joined"),
]  # fmt: skip
STROKES = {
    1: ["0 plain", "1 plain", "1 flagged", "4 closed_one", "4 bolt", "5 one", "7 plain", "7 barred_loop", "8 one",
        "9 straight"],
    2: ["0 slashed", "1 footed", "4 open", "4 closed", "5 two", "7 barred", "8 rings", "9 two"],
}  # fmt: skip
HOLES = {  # a sloppy loop may be crossed twice
    (0,): ["1 plain", "1 hooked", "2 round", "3 round", "4 open", "4 cup", "4 short", "4 bolt", "5 s", "6 open",
           "7 plain"],
    (1,): ["2 looped", "3 looped", "8 open"],
    (1, 2): ["4 closed", "4 closed_one", "6 looped", "6 straight", "6 crossed", "7 barred_loop", "9 curved"],
    (2,): ["8 one", "8 rings"],
}  # fmt: skip
ALL = [(digit, style) for digit in STYLES for style in STYLES[digit]]
SEVERAL = 40  # glyphs of a style; as hands miss joins, most of them must pass, not all


def share(digit: int, style: str) -> float:
    return STYLES[digit][style].weight / sum(other.weight for other in STYLES[digit].values())


def several(digit: int, style: str, count: int = SEVERAL) -> list[Strokes]:
    random = np.random.default_rng(7)
    return [glyph(digit, random, style) for _ in range(count)]


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_its_promised_styles(digit: int) -> None:
    assert set(STYLES[digit]) >= PROMISED[digit]
    assert all(0.01 <= share(digit, style) <= 0.5 for style in STYLES[digit])


def test_no_rare_style_crowds_out_its_digit() -> None:
    for digit, style in RARE:
        assert share(digit, style) <= 0.15, (digit, style)


def test_styles_are_drawn_by_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    styles = {
        "often": Style(30, lambda u: [[(0, 0), (0, 100)]]),
        "never": Style(0, lambda u: [[(0, 0), (0, 100)]] * 3),
        "seldom": Style(10, lambda u: [[(0, 0), (0, 100)]] * 2),
    }
    monkeypatch.setitem(STYLES, 0, styles)
    random = np.random.default_rng(1)
    counts = Counter(len(glyph(0, random)) for _ in range(800))
    assert set(counts) == {1, 2}
    assert counts[2] == pytest.approx(200, abs=50)


@pytest.mark.parametrize("digit", range(10))
def test_a_glyph_is_the_same_for_a_seed_and_different_for_another(digit: int) -> None:
    first, same, other = (glyph(digit, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == same
    assert first != other


@pytest.mark.parametrize(("digit", "style"), ALL)
def test_strokes_lie_in_the_middle_of_the_pad_as_a_pen_reports_them(digit: int, style: str) -> None:
    written = several(digit, style)
    for strokes in written:
        points = np.concatenate([np.array(stroke) for stroke in strokes])
        low, high = points.min(0), points.max(0)
        assert (high - low).max() == pytest.approx(180, abs=3)  # points may fall short of a turn
        assert np.abs((low + high) / 2 - 140).max() < 3
        assert 30 <= len(points) <= 120
        gaps = np.concatenate([np.hypot(*np.diff(np.array(stroke), axis=0).T) for stroke in strokes])
        assert 1.5 < np.median(gaps) < 7
        assert gaps.max() < 12
    assert len({str(strokes) for strokes in written}) == SEVERAL


@pytest.mark.parametrize(("style", "count"), [(style, count) for count in STROKES for style in STROKES[count]])
def test_styles_have_their_number_of_strokes(style: str, count: int) -> None:
    digit, name = style.split()
    assert {len(strokes) for strokes in several(int(digit), name)} == {count}


@pytest.mark.parametrize(("style", "counts"), [(style, counts) for counts in HOLES for style in HOLES[counts]])
def test_loops_are_closed_and_open_shapes_stay_open(style: str, counts: tuple[int, ...]) -> None:
    digit, name = style.split()
    assert np.mean([holes(strokes) in counts for strokes in several(int(digit), name)]) >= 0.7


def test_a_slashed_zero_has_ink_inside_and_a_plain_one_none() -> None:
    for style, inked in (("plain", 0), ("slashed", 1)):
        middles = [ink(strokes, 20)[42:52, 42:52].any() for strokes in several(0, style)]
        assert np.mean(middles) == pytest.approx(inked, abs=0.05)
    for strokes in several(0, "slashed"):
        slash, ring = sorted((np.array(stroke) for stroke in strokes), key=lambda line: np.ptp(line @ [1, 1]))
        left, right = sorted((slash[0], slash[-1]), key=lambda point: point[0])
        assert right[1] < left[1]  # it rises to the right
        assert np.hypot(*(right - left)) > 0.35 * np.ptp(ring[:, 1])


def test_a_dot_stands_apart_inside_its_zero() -> None:
    for strokes in several(0, "dotted"):
        ring, dot = (np.array(stroke) for stroke in sorted(strokes, key=len, reverse=True))
        assert np.ptp(dot, 0).max() < 15
        assert (ring.min(0) < dot.min(0)).all()
        assert (ring.max(0) > dot.max(0)).all()
        assert np.linalg.norm(ring - dot.mean(0), axis=1).min() > 20


@pytest.mark.parametrize("style", ["barred", "barred_round", "barred_serif"])
def test_the_bar_of_a_seven_crosses_its_stem(style: str) -> None:
    assert all(crossing(*strokes) for strokes in several(7, style, 200))


def test_the_foot_of_a_one_lies_under_its_stem() -> None:
    for style in ("footed", "flagged_footed"):
        for strokes in several(1, style):
            foot, stem = (np.array(stroke) for stroke in sorted(strokes, key=lambda stroke: np.ptp(stroke, 0)[1]))
            assert np.ptp(foot[:, 0]) > 1.5 * np.ptp(foot[:, 1])
            bottom = stem[np.argmax(stem[:, 1])]
            assert foot[:, 0].min() < bottom[0] < foot[:, 0].max()
            assert abs(foot[:, 1] - bottom[1]).min() < 25


def test_a_flag_falls_steeper_than_any_roof() -> None:
    flags = [steepness(strokes) for strokes in several(1, "long_flag", 400)]
    hooks = [steepness(strokes) for strokes in several(1, "hooked", 400)]
    roofs = [steepness(strokes) for style in ("plain", "curved", "barred") for strokes in several(7, style, 200)]
    assert min(flags) > max(roofs)
    assert np.mean(np.array(hooks) > max(roofs)) > 0.98  # a round apex may be measured on the stem's side


def test_a_hook_is_round_where_a_flag_has_a_corner() -> None:
    def sharpest(style: str) -> float:
        """Return the sharpest turn of a line over an eighth of a digit's height to each side, in degrees."""
        turns = []
        for strokes in several(1, style):
            line = np.array(max(strokes, key=len))
            along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
            even = np.stack([np.interp(np.arange(0, along[-1], 11), along, line[:, axis]) for axis in (0, 1)], 1)
            ways = np.degrees(np.unwrap(np.arctan2(*np.diff(even, axis=0).T[::-1])))
            turns.append(abs(np.diff(ways)).max())
        return float(np.median(turns))

    assert sharpest("hooked") < 0.75 * sharpest("long_flag")


def test_the_loop_of_a_crossed_six_ends_left_of_its_stem() -> None:
    for strokes in several(6, "crossed"):
        line = np.array(strokes[0])
        top, end = sorted((line[0], line[-1]), key=lambda point: point[1])
        stem = line[(line[:, 1] > top[1]) & (abs(line[:, 1] - end[1]) < 6) & (abs(line - end).max(1) > 8)]
        assert end[0] < stem[:, 0].min()


def test_the_roof_of_a_five_may_stand_apart() -> None:
    assert np.mean([pieces(strokes) == 2 for strokes in several(5, "apart")]) > 0.8
    assert np.mean([pieces(strokes) == 1 for strokes in several(5, "two")]) > 0.8


def test_the_tails_of_hooked_nines_turn_left_and_those_of_straight_ones_do_not() -> None:
    def leftward(style: str) -> float:
        """Return the distance of the foot from the right edge, as part of the width."""
        reaches = []
        for strokes in several(9, style):
            points = np.concatenate([np.array(stroke) for stroke in strokes])
            foot = points[points[:, 1] > 140 + 0.6 * 90]
            reaches.append(np.ptp(foot[:, 0]) / np.ptp(points[:, 0]))
        return float(np.mean(reaches))

    assert leftward("straight") < 0.3
    assert all(leftward(style) > 0.55 for style in ("hook", "g", "flat", "curled"))
