"""UCI's own text is read stroke by stroke and right side up, or refused with file and line."""

import gzip
from pathlib import Path

import pytest

from lenet.datasets.mnist import DatasetError
from lenet.datasets.stroke_files import LabelledDrawing, read
from lenet.image.strokes import Drawing

HEADER = """
.INCLUDE        none.doc

.LEXICON "0" "1" "2" "3" "4"
 "5" "6" "7" "8" "9"
.HIERARCHY      DIGIT
"""
SEVEN = """
.SEGMENT DIGIT    0 ? "7"
.COMMENT 7  1  0
.PEN_DOWN
 100  450
 400  450
 200   50
.PEN_UP
.DT 100
"""
FOUR = """
.SEGMENT DIGIT    1-2 ? "4"
.COMMENT 4  1  1
.PEN_DOWN
 150  400
 100  200
 350  200
.PEN_UP
.DT 100
.PEN_DOWN
 300  300
.PEN_UP
.DT 100
"""
READ = [
    LabelledDrawing(7, Drawing(500, 500, strokes=(((100, 50), (400, 50), (200, 450)),))),
    LabelledDrawing(4, Drawing(500, 500, strokes=(((150, 100), (100, 300), (350, 300)), ((300, 200),)))),
]


def saved(folder: Path, content: str | bytes, name: str = "digits.tra") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", ["digits.tra", "digits.jsonl.gz"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_digits_are_read_right_side_up_whatever_the_name_packing_and_line_ends(
    name: str, pack: type, end: str, tmp_path: Path
) -> None:
    text = (HEADER + SEVEN + FOUR).replace("\n", end).encode()
    assert read(saved(tmp_path, pack(text), name)) == READ


def test_a_7_has_its_bar_above_its_foot_on_the_pad(tmp_path: Path) -> None:
    picture = read(saved(tmp_path, SEVEN))[0].drawing.render()  # (500, 500), 0 = ink
    assert (picture[50, 100:400] == 0).all()
    assert (picture[440:, :100] == 255).all()
    assert picture[450, 200] == 0


def test_the_header_may_be_missing_or_indented_and_the_last_line_needs_no_end(tmp_path: Path) -> None:
    for text in (SEVEN.strip() + FOUR.rstrip(), " \n\n  .INCLUDE none.doc" + SEVEN + FOUR):
        assert read(saved(tmp_path, text)) == READ


@pytest.mark.parametrize("command", [".DT 100", ".PRESSURE_UNIT 3", ".comment 1 2"])
def test_other_commands_are_ignored_anywhere(command: str, tmp_path: Path) -> None:
    text = (HEADER + SEVEN + FOUR).replace("\n", f"\n{command}\n")
    text = text.replace(f'"4"\n{command}\n "5"', '"4"\n "5"')
    assert read(saved(tmp_path, text)) == READ


def test_points_of_the_lifted_pen_are_ignored(tmp_path: Path) -> None:
    text = (SEVEN + FOUR).replace(".PEN_UP", ".PEN_UP 10 10\n 20 20\n 30 30")
    assert read(saved(tmp_path, text)) == READ


def test_coordinates_may_have_decimals_and_signs(tmp_path: Path) -> None:
    text = SEVEN.replace(" 100  450", ".5 +450.25").replace(" 200   50", " 200 -0")
    assert read(saved(tmp_path, text))[0].strokes == (((0.5, 49.75), (400, 50), (200, 500)),)


@pytest.mark.parametrize(
    ("was", "is_now", "line", "fault"),
    [
        (' ? "4"', ' ? "A"', 11, 'DIGIT 6-7 . "4".*"A"'),
        (' ? "4"', ' ? "12"', 11, 'not .*"12"'),
        (' ? "4"', "", 11, "a segment must"),
        ("DIGIT    1-2", "WORD 1-2", 11, "not .*WORD"),
        ("DIGIT    1-2", "DIGIT 1:0-2:5", 11, "not .*1:0"),
        ("DIGIT    1-2", "DIGIT 1-3", 11, "a stroke count of 2, not 3"),
        ("DIGIT    1-2", "DIGIT 1", 11, "a stroke count of 2, not 1"),
        (" 350  200", " 350", 16, "x and y from 0 to 500, not b'350'"),
        (" 350  200", " 350 200 7", 16, "a point must"),
        (" 350  200", " 350 501", 16, "a point must"),
        (" 350  200", " -1 200", 16, "a point must"),
        (" 350  200", " nan 200", 16, "a point must"),
        (" 350  200", " x y " + "z" * 1000, 16, "a point must"),
        (" 350  200", " \u0663 200", 16, "a point must"),
        (" 350  200\n.PEN_UP", " 350  200", 18, "PEN_UP is missing"),
        (" 300  300\n.PEN_UP", " 300  300", 11, "lacks a .PEN_UP"),
        (".PEN_DOWN\n 300  300", ".PEN_DOWN 300  300", 19, "on a line of its own"),
        (" 350  200", " 350  200\n" * 10_001, 11, "at most 10,000 points"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_fault_is_reported_in_one_sentence_with_file_and_line(
    was: str, is_now: str, line: int, fault: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, SEVEN + FOUR.replace(was, is_now))
    with pytest.raises(DatasetError, match=rf"line {line}: .*{fault}.*\.$") as refused:
        read(path)
    text = str(refused.value)
    assert text.startswith(str(path))
    assert len(text) < len(str(path)) + 150
    assert "\n" not in text


def test_a_file_cut_short_inside_a_digit_is_refused(tmp_path: Path) -> None:
    text = (SEVEN + FOUR).encode()
    start = len(SEVEN) + 1
    whole = text.rindex(b".PEN_UP") + len(".PEN_UP")
    for size in range(start + len(".SEGMENT"), whole):
        with pytest.raises(DatasetError, match=r", line [0-9]+: "):
            read(saved(tmp_path, text[:size]))
    assert read(saved(tmp_path, text[:whole])) == READ


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (".VERSION 1.0\n.PEN_DOWN\n1 2\n.PEN_UP\n", r", line 2: a stroke before the first \.SEGMENT"),
        (HEADER, r"holds no drawing.*\.SEGMENT"),
        (".SOMETHING else\n1 2\n", r"holds no drawing.*\.SEGMENT"),
        (b"\x1f\x9d\x90" + b"anything" * 100, r"\(\.Z\).*unpack it with gzip -d\.$"),  # packed, as UCI publishes it
    ],
    ids=["a stroke without a digit", "a header", "one command", "packed"],
)
def test_a_file_without_a_digit_is_refused(content: str | bytes, fault: str, tmp_path: Path) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(DatasetError, match=fault) as refused:
        read(path)
    assert str(refused.value).startswith(str(path))
