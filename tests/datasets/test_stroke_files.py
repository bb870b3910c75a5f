"""Stroke files are read whole or refused in a sentence; drawings are put on the pad as documented."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import stroke_files
from lenet.datasets.mnist import DatasetError
from lenet.datasets.placement import place
from lenet.datasets.stroke_files import LabelledDrawing, read, write
from lenet.image.strokes import Drawing, Stroke
from tests.helpers.digits import DIGITS

GOOD = '{"label": "8", "w": 500, "h": 400, "strokes": [[[10, 20], [30.5, 40]], [[7, 7]]]}'
EIGHT = LabelledDrawing(8, Drawing(500, 400, strokes=(((10, 20), (30.5, 40)), ((7, 7),))))


def saved(folder: Path, content: str | bytes, name: str = "digits.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def box(strokes: Iterable[Stroke]) -> tuple[np.ndarray, np.ndarray]:
    points = np.array([point for stroke in strokes for point in stroke])
    return points.min(0), points.max(0)


@pytest.mark.parametrize("name", ["digits.jsonl", "digits.jsonl.gz"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_gzipped_or_not_whatever_its_name(name: str, pack: type, tmp_path: Path) -> None:
    three = GOOD.replace('"8"', "3")
    lines = f"{GOOD}\n\n{three}\r\n".encode()
    assert read(saved(tmp_path, pack(lines), name)) == [EIGHT, LabelledDrawing(3, EIGHT.drawing)]


def test_the_last_line_needs_no_end_and_the_first_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    assert read(saved(tmp_path, f"\ufeff{GOOD}")) == [EIGHT]


@pytest.mark.parametrize("name", ["digits.jsonl", "digits.jsonl.gz"])
def test_what_is_written_is_read_back_equal(name: str, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    digits = [LabelledDrawing(label, place(strokes, random)) for label, strokes in DIGITS.items()]
    write(tmp_path / name, digits)
    assert read(tmp_path / name) == digits
    first = (tmp_path / name).read_bytes()
    assert (first[:2] == b"\x1f\x8b") == name.endswith(".gz")
    write(tmp_path / name, iter(digits))
    assert (tmp_path / name).read_bytes() == first


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        ('{"label": 1' + "0" * 5000, "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "A drawing is"),
        ('{"label": 8}', "A drawing is"),
        ('{"strokes": []}', "`label`.*not missing"),
        ('{"label": "3", "strokes": []}', "without a point"),
        ('{"label": null, "strokes": [[], []]}', "without a point"),
        ('{"label": "x", "strokes": []}', '`label`.*not "x"'),
        ('{"label": 10, "strokes": []}', "`label`.*not 10"),
        ('{"label": -1, "strokes": []}', "`label`.*not -1"),
        ('{"label": true, "strokes": []}', "`label`.*not true"),
        ('{"label": 8.0, "strokes": []}', "`label`.*not 8.0"),
        ('{"label": "٣", "strokes": []}', "`label`"),
        ('{"label": "12", "strokes": []}', "`label`"),
        ('{"label": "", "strokes": []}', "`label`"),
        ('{"label": ["8"], "strokes": []}', "`label`"),
        ('{"label": 8, "strokes": [[[1, NaN]]]}', "A point is"),
        ('{"label": 8, "strokes": [[1, 2]]}', "A point is"),
        ('{"label": 8, "w": 1e9, "strokes": []}', "`w`"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_line_is_refused_in_one_sentence_with_file_and_line(
    line: str | bytes, fault: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, b"\n".join([GOOD.encode(), line if isinstance(line, bytes) else line.encode(), b""]))
    with pytest.raises(DatasetError, match=rf"line 2: .*{fault}.*\.$") as refused:
        read(path)
    text = str(refused.value)
    assert text.startswith(str(path))
    assert len(text) < len(str(path)) + 150
    assert "\n" not in text


def test_a_file_that_is_missing_a_folder_empty_or_damaged_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress("\n".join([GOOD] * 1000).encode())
    for path, fault in [
        (tmp_path / "none.jsonl", "cannot be read.*No such file"),
        (tmp_path, "cannot be read.*directory"),
        (saved(tmp_path, "", "empty"), "holds no drawing"),
        (saved(tmp_path, "\n\n"), "holds no drawing"),
        (saved(tmp_path, packed[:-20], "short.gz"), "cut short"),
        (saved(tmp_path, packed[:30] + b"????????" + packed[38:], "bad.gz"), "cannot be read|not JSON"),
        (saved(tmp_path, b"\x1f\x8bnothing of the kind", "no.gz"), "cannot be read"),
    ]:
        with pytest.raises(DatasetError, match=fault):
            read(path)


def test_a_file_beyond_the_limits_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatasetError, match="line 2 has more than 1,000,000 bytes"):
        read(saved(tmp_path, gzip.compress(f"{GOOD}\n".encode() + b" " * 50_000_000)))
    lines = "\n".join([GOOD] * 20)
    monkeypatch.setattr(stroke_files, "MAX_LINES", 19)
    with pytest.raises(DatasetError, match="more than 19 lines"):
        read(saved(tmp_path, lines))
    monkeypatch.setattr(stroke_files, "MAX_BYTES", 18 * len(GOOD))
    with pytest.raises(DatasetError, match=r"more than 1,[0-9]+ bytes"):
        read(saved(tmp_path, gzip.compress(lines.encode())))


def test_placing_keeps_the_shape_and_all_ink_on_the_pad() -> None:
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


def test_size_place_and_pen_cover_what_is_documented() -> None:
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


def test_a_thinner_pen_can_be_asked_for_what_is_finer_than_a_digit() -> None:
    random = np.random.default_rng(7)
    placed = [place(DIGITS[8], random, boldest=0.1) for _ in range(500)]
    boxes = [box(each.strokes) for each in placed]
    ratio = [each.pen / ((high - low).max() + each.pen) for each, (low, high) in zip(placed, boxes, strict=True)]
    assert 0.09 < max(ratio) <= 0.1 + 1e-9
    assert min(each.pen for each in placed) >= 4


def test_dots_flat_lines_and_nothing_can_be_placed_too() -> None:
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
