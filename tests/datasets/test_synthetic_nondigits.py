"""Synthetic non-digits are no digits, and the same for a seed; the doodles to test with are independent of them."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets.synthetic.nondigit_shapes import LETTERS, PICTURES, SIGNS
from lenet.datasets.synthetic.nondigits import KINDS, draw, nondigit
from lenet.image.preprocess import preprocess
from lenet.image.strokes import Drawing
from tests.helpers.digits import DIGITS
from tools import doodles

Strokes = list[list[list[float]]]


def some_digit(random: np.random.Generator) -> Strokes:
    return DIGITS[int(random.integers(10))]


def drawn(kind: str, count: int, seed: int = 1) -> list[Strokes]:
    random = np.random.default_rng(seed)
    return [nondigit(random, kind, some_digit) for _ in range(count)]


def box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    points = np.array([point for stroke in strokes for point in stroke])
    return points.min(0), points.max(0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fills_180_pixels_in_the_middle_of_the_pad(kind: str) -> None:
    for strokes in drawn(kind, 100):
        assert Drawing.from_json({"strokes": strokes}).strokes
        assert sum(map(len, strokes)) < 2000
        low, high = box(strokes)
        if len(strokes) > 1 or len(strokes[0]) > 1:
            assert (high - low).max() == pytest.approx(180, abs=0.2)
        assert (low + high) / 2 == pytest.approx(140, abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_draws_the_same_for_a_seed_and_otherwise_different_drawings(kind: str) -> None:
    first = drawn(kind, 40)
    assert first == drawn(kind, 40)
    assert len({str(strokes) for strokes in [*first, *drawn(kind, 40, seed=2)]}) >= (80 if kind != "dots" else 60)


def test_kinds_are_drawn_by_weight_and_several_only_with_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sum(kind.weight for kind in KINDS.values()) == 100
    drawn_kinds: list[str] = []
    for name, kind in KINDS.items():
        stub = kind._replace(draw=lambda random, name=name: drawn_kinds.append(name) or [np.zeros((1, 2))])
        monkeypatch.setitem(KINDS, name, stub)
    random = np.random.default_rng(3)
    for _ in range(4000):
        nondigit(random)
    for name, kind in KINDS.items():
        expected = kind.weight / (100 - KINDS["several"].weight) if name != "several" else 0
        assert drawn_kinds.count(name) / 4000 == pytest.approx(expected, abs=0.025)
        assert (drawn_kinds.count(name) > 0) == (name != "several")
    drawn_kinds.clear()
    for _ in range(2000):
        nondigit(random, digits=some_digit)
    assert 1 - len(drawn_kinds) / 2000 == pytest.approx(KINDS["several"].weight / 100, abs=0.02)


def test_only_letters_that_cannot_be_digits_are_drawn() -> None:
    assert not set("IlOoQDUuCcJjLiZzSsBbGgqPpdYyTt0123456789") & set(LETTERS)
    assert set("ehkmwxEFHKMNRWX") <= set(LETTERS)


@pytest.mark.parametrize(
    "entry", [f"{name}: {text}" for table in (LETTERS, SIGNS, PICTURES) for name in table for text in table[name]]
)
def test_no_entry_of_a_table_is_a_lone_line_or_ring_and_all_are_well_formed(entry: str) -> None:
    strokes = entry.split(": ")[1].split(" / ")
    for stroke in strokes:
        assert re.fullmatch(r"o[0-9a]{2} [0-9a]{2}|~[0-9a]{2}( [0-9a]{2}){2,}|[0-9a]{2}( [0-9a]{2})*", stroke)
    assert len(strokes) > 1 or (strokes[0][0] != "o" and len(strokes[0].split()) > 2)


def test_a_lone_line_neither_stands_nor_leans_right_as_a_1_does() -> None:
    alone = [strokes[0] for strokes in drawn("lines", 1000) if len(strokes) == 1]
    assert len(alone) > 200
    across, down = np.array([np.subtract(line[-1], line[0]) for line in alone]).T
    slopes = down / across  # y down: below 0 leans right
    assert -1 < slopes.min() < -0.1
    assert 0.5 < slopes.max() < 2


def test_a_spiral_turns_more_often_than_a_6_a_9_or_a_0() -> None:
    for (spiral,) in drawn("spiral", 200):
        steps = np.diff(np.array(spiral)[::2], axis=0)
        turned = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        assert abs(turned[-1] - turned[0]) > 2.3 * 2 * np.pi


@pytest.mark.parametrize("kind", ["coil", "wave"])
def test_coils_and_waves_lie_as_a_thick_pen_makes_them_bars(kind: str) -> None:
    for strokes in drawn(kind, 200):
        points = np.array(strokes[0])
        across, down = np.linalg.svd(points - points.mean(0), full_matrices=False)[2][0]
        assert abs(down) < 1.5 * abs(across)


def test_several_are_two_or_three_digits_side_by_side() -> None:
    random = np.random.default_rng(4)
    counts = set()
    for _ in range(100):
        strokes = nondigit(random, "several", lambda random: DIGITS[(0, 7)[random.integers(2)]])  # of one stroke each
        counts.add(len(strokes))
        edges = sorted((box([stroke])[0][0], box([stroke])[1][0]) for stroke in strokes)
        assert all(left[1] < right[0] for left, right in pairwise(edges))
    assert counts == {2, 3}
    with pytest.raises(ValueError, match="a function that draws one"):
        nondigit(random, "several")


def test_a_drawing_is_the_same_for_a_seed_and_different_for_another() -> None:
    first, same, other = (draw(np.random.default_rng(seed), some_digit) for seed in (5, 5, 6))
    assert first == same
    assert first != other


def test_the_pen_is_thin_enough_to_keep_several_digits_apart() -> None:
    random = np.random.default_rng(6)
    seen = np.stack([preprocess(draw(random, some_digit, "several").render()).picture for _ in range(200)])
    assert (seen > 0.5).mean((1, 2)).max() < 0.35  # of 28 × 28; fused, three digits fill half


def test_doodles_import_nothing_of_the_generators_for_training() -> None:
    tree = ast.parse(Path(doodles.__file__).read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert {name for name in imported if name.startswith("lenet")} <= {
        "lenet.command",
        "lenet.datasets.stroke_files",
        "lenet.files",
        "lenet.image.strokes",
    }


def test_doodles_cover_three_groups_and_are_the_same_for_a_seed() -> None:
    first, same = ([doodles.doodle(random) for _ in range(400)] for random in map(np.random.default_rng, (7, 7)))
    assert first == same
    kinds = {kind for kind, _ in first}
    assert kinds == {f"{group} {name}" for group, names in doodles.GROUPS.items() for name in names}
    assert set("ehkmwxEFHKMNRWX") == {kind.split()[1] for kind in kinds if kind.startswith("letter ")}
    for _, strokes in first:
        low, high = box(strokes)
        assert (high - low).max() == pytest.approx(180)
        assert (low + high) / 2 == pytest.approx(140)
        assert Drawing.from_json({"strokes": strokes}).strokes
