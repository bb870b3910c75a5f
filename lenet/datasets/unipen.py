"""UNIPEN text: UCI's digits as people wrote them on a tablet, before they were resampled.

    $ gzip -d pendigits-orig.tra.Z
    $ python -m lenet.train --strokes pendigits-orig.tra

A file begins with commands about all digits (`.INCLUDE`, `.LEXICON`, `.HIERARCHY`). Each digit is then

    .SEGMENT DIGIT    6-7 ? "4"     the digit is a 4; its strokes are the file's 6th and 7th, counted from 0
    .COMMENT 4  1  5                the digit again, its writer, a number of its own
    .PEN_DOWN
     180  420                       one point per line, x and y in a box of 500 × 500, y up
     120  230
    .PEN_UP
    .DT 100
    .PEN_DOWN
    …

Only .SEGMENT, the pen and the points are read; all other commands are ignored. This is a small part of UNIPEN: one
hierarchy, points of two coordinates, and a digit's strokes directly below its .SEGMENT.

Source: Alpaydin and Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI, 1998,
https://archive.ics.uci.edu/dataset/81/pen+based+recognition+of+handwritten+digits (CC BY 4.0): 7,494 digits of 30
people in pendigits-orig.tra, 3,498 of 14 others in pendigits-orig.tes. Format: Guyon, "UNIPEN 1.0 Format Definition",
1994, http://unipen.nici.ru.nl/unipen.def.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from lenet.datasets.mnist import DatasetError
from lenet.image.strokes import Drawing, DrawingError

BOX = 500  # the largest x and y: the writers' box in pixels of the tablet

COMMAND = re.compile(rb"\.[A-Za-z]\w*")  # a letter, for .5 is a number
# Strokes "6" or "6-7", the quality, which UCI leaves at "?", and the label.
SEGMENT = re.compile(rb'\.SEGMENT\s+DIGIT\s+(\d{1,9})(?:-(\d{1,9}))?\s+\S+\s+"([0-9])"')


def is_unipen(line: bytes) -> bool:
    """Return True for the first line of a UNIPEN file that is not empty."""
    return COMMAND.match(line.lstrip()) is not None


def parse(lines: Iterable[tuple[int, bytes]], path: str) -> Iterator[tuple[int, Drawing]]:
    """Read the digits of a UNIPEN file one after the other.

    Args:
        lines: the lines that are not empty, with their numbers.
        path: the file's path, for the errors.

    Yields:
        The label, 0 to 9, and a drawing on 500 × 500 pixels, y down.

    Raises:
        DatasetError: the file is damaged or something else; the text names file and line.
    """
    digit: _Digit | None = None
    for number, line in lines:
        line, where = line.strip(), f"{path}, line {number}"
        command = COMMAND.match(line)
        if command and command[0] == b".SEGMENT":
            if digit:
                yield digit.label, digit.drawing()
            digit = _Digit.begin(line, where)
        elif command and command[0] == b".PEN_DOWN":
            if not digit:
                raise DatasetError(f"{where}: a stroke before the first .SEGMENT, which names its digit.")
            digit.pen_down(line, where)
        elif command and digit and command[0] == b".PEN_UP":
            digit.writing = False
        elif not command and digit and digit.writing:  # other lines continue the command above
            digit.strokes[-1].append(_point(line, where))
    if digit:
        yield digit.label, digit.drawing()


@dataclass
class _Digit:
    """A digit, perhaps not yet complete."""

    label: int  # 0 to 9
    promised: int  # count of strokes in its .SEGMENT
    where: str  # file and line of its .SEGMENT
    strokes: list[list[list[float]]] = field(default_factory=list)  # of [x, y], y down
    writing: bool = False  # between .PEN_DOWN and .PEN_UP

    @classmethod
    def begin(cls, line: bytes, where: str) -> Self:
        segment = SEGMENT.fullmatch(line)
        if not segment:
            raise DatasetError(f'{where}: a segment must be like .SEGMENT DIGIT 6-7 ? "4", not {line[:40]!r}.')
        first, last, label = segment.groups()
        return cls(int(label), int(last or first) - int(first) + 1, where)

    def pen_down(self, line: bytes, where: str) -> None:
        if self.writing:
            raise DatasetError(f"{where}: .PEN_DOWN, but the pen is down; a .PEN_UP is missing before it.")
        if line != b".PEN_DOWN":
            raise DatasetError(f"{where}: .PEN_DOWN must be on a line of its own, not {line[:30]!r}.")
        self.writing = True
        self.strokes.append([])

    def drawing(self) -> Drawing:
        count = len(self.strokes)
        if self.writing or count != self.promised:
            fault = "lacks a .PEN_UP" if self.writing else f"has a stroke count of {count}, not {self.promised}"
            raise DatasetError(f"{self.where}: this digit {fault}; the file is damaged or cut short.")
        try:
            return Drawing.from_json({"w": BOX, "h": BOX, "strokes": self.strokes})
        except DrawingError as problem:
            raise DatasetError(f"{self.where}: {problem}") from None


def _point(line: bytes, where: str) -> list[float]:
    try:
        x, y = map(float, line.split())
    except ValueError:
        x = y = float("nan")
    if not (0 <= x <= BOX and 0 <= y <= BOX):
        raise DatasetError(f"{where}: a point must be x and y from 0 to {BOX}, not {line[:30]!r}.")
    return [x, BOX - y]
