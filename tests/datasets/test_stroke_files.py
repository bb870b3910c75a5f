"""Stroke files are read completely or refused in a sentence."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets.mnist import DatasetError
from lenet.datasets.placement import place
from lenet.datasets.stroke_files import LabelledDrawing, read, write
from lenet.image.strokes import Drawing
from tests.helpers.digits import DIGITS

GOOD = '{"label": "8", "w": 500, "h": 400, "strokes": [[[10, 20], [30.5, 40]], [[7, 7]]]}'
EIGHT = LabelledDrawing(8, Drawing(500, 400, strokes=(((10, 20), (30.5, 40)), ((7, 7),))))


def saved(folder: Path, content: str | bytes, name: str = "digits.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


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
        *((f'{{"label": {label}, "strokes": []}}', f"`label`.*not {label}") for label in ('"x"', 10, -1, "true", 8.0)),
        *((f'{{"label": {label}, "strokes": []}}', "`label`") for label in ('"٣"', '"12"', '""', '["8"]')),
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


def test_a_file_beyond_the_limits_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 2 has more than 1,000,000 bytes"):
        read(saved(tmp_path, gzip.compress(f"{GOOD}\n".encode() + b" " * 50_000_000)))
    path = saved(tmp_path, gzip.compress("\n".join([GOOD] * 20).encode()))
    with pytest.raises(DatasetError, match="more than 19 lines"):
        read(path, max_lines=19)
    with pytest.raises(DatasetError, match="more than 1,500 bytes"):
        read(path, max_bytes=1_500)
