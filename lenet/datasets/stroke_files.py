"""Stroke files: digits as people drew them, read, written, and put on the pad as some person would have.

    >>> from lenet.datasets import drawings
    >>> read = drawings.read("pendigits-train.jsonl.gz")
    >>> drawings.place(read[0].strokes, np.random.default_rng(1)).render().shape
    (280, 280)

A file holds JSON lines, gzipped or not, a drawing a line: that of `lenet.image.strokes` with its label, a digit, or null for
a drawing that is none.

    {"label": "8", "w": 500, "h": 500, "strokes": [[[267, 167], [267, 164], …], …]}

UCI's own files, pendigits-orig.tra and pendigits-orig.tes, are read as well: see `lenet.datasets.unipen`.
"""

import argparse
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from lenet.datasets import unipen
from lenet.datasets.download import Flaw
from lenet.datasets.mnist import DatasetError
from lenet.image.strokes import Drawing, DrawingError

# What a file may be, so that a few gzipped kilobytes cannot fill the memory. UCI's 7,494 digits take 3.2 MB.
MAX_BYTES = 200_000_000  # unpacked
MAX_LINES = 1_000_000
MAX_LINE = 1_000_000  # bytes; the 10,000 points that a drawing may have take some 400,000 at two decimals

# How a file begins that is packed by gzip, and one packed by Unix's compress, as UCI has them since 1998.
GZIPPED, COMPRESSED = b"\x1f\x8b", b"\x1f\x9d"

DIGITS = tuple("0123456789")
NOT_A_DIGIT = 10  # the label after the ten digits


@dataclass(frozen=True)
class LabelledDrawing:
    """A drawing and the digit that it shows."""

    label: int  # 0 to 9, or NOT_A_DIGIT
    drawing: Drawing

    @property
    def strokes(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The drawing's strokes, as `place` takes them."""
        return self.drawing.strokes


def read(path: str | Path) -> list[LabelledDrawing]:
    """Read a stroke file.

    Args:
        path: JSON lines or UNIPEN, gzipped or not, whatever its name; empty lines are passed over.

    Raises:
        DatasetError: the file is missing, damaged, too large or holds something else; the text names file and line.
    """
    try:
        with Path(path).open("rb") as stream:
            drawings = list(_drawings(stream, path))
    except EOFError:
        raise DatasetError(f"{path} is cut short; copy or download it again.") from None
    except (OSError, zlib.error) as problem:
        raise DatasetError(f"{path} cannot be read ({problem}).") from None
    except Flaw as flaw:
        raise DatasetError(f"{path} {flaw}.") from None
    if not drawings:
        drawing = '{"label": "8", "strokes": [[[x, y], …], …]}'
        raise DatasetError(f"{path} holds no drawing; each line is one, {drawing}, or it is UNIPEN with its .SEGMENT.")
    return drawings


def write(path: str | Path, drawings: Iterable[LabelledDrawing]) -> None:
    """Write a stroke file, gzipped if its name ends in .gz; the same drawings give the same bytes.

    Args:
        path: the file; what was there is replaced.
        drawings: what `read` gives back, equal in every number.
    """
    path = Path(path)
    packed = "".join(f"{json.dumps(_to_json(each), separators=(',', ':'))}\n" for each in drawings).encode()
    path.write_bytes(gzip.compress(packed, mtime=0) if path.suffix == ".gz" else packed)


def add_strokes(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Give a command the option --strokes, a list of paths that `read` takes; `purpose` begins its help."""
    parser.add_argument(
        "--strokes",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help=f"{purpose}, JSON lines or UCI's UNIPEN; may be repeated",
    )


def _drawings(stream: BinaryIO, path: str | Path) -> Iterator[LabelledDrawing]:
    filled = ((number, line) for number, line in enumerate(_lines(stream), 1) if line.strip())
    first = next(filled, None)
    if not first:
        return
    numbered = chain([first], filled)
    if unipen.is_unipen(first[1]):
        for label, drawing in unipen.parse(numbered, str(path)):
            if not any(drawing.strokes):
                raise DatasetError(f"{path}: a {label} without a point; take its segment out.")
            yield LabelledDrawing(label, drawing)
    else:
        yield from (_parse(line, f"{path}, line {number}") for number, line in numbered)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, gzipped or not, within this module's limits."""
    magic = stream.read(2)  # asked of the file, not of its name: browsers unpack and keep ".gz"
    stream.seek(0)
    if magic == COMPRESSED:
        raise Flaw("is packed by Unix's compress (.Z), which Python cannot read; unpack it with gzip -d")
    if magic == GZIPPED:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    size = number = 0
    while line := stream.readline(MAX_LINE + 1):
        size, number = size + len(line), number + 1
        if len(line) > MAX_LINE:
            raise Flaw(f"is no stroke file, for its line {number} has more than {MAX_LINE:,} bytes")
        if size > MAX_BYTES:
            raise Flaw(f"holds more than {MAX_BYTES:,} bytes; split it")
        if number > MAX_LINES:
            raise Flaw(f"holds more than {MAX_LINES:,} lines; split it")
        yield line


def _parse(line: bytes, where: str) -> LabelledDrawing:
    try:
        value = json.loads(line)
        drawing = Drawing.from_json(value)  # so that value is a dict
    except RecursionError:
        raise DatasetError(f"{where}: no drawing, but lists nested too deep.") from None
    except DrawingError as problem:
        raise DatasetError(f"{where}: {problem}") from None
    except ValueError:  # not UTF-8, not JSON, or a number of thousands of digits
        raise DatasetError(f"{where}: not JSON; it begins with {line[:30]!r}.") from None
    label = value.get("label")
    none = label is None and "label" in value
    if not none and (type(label) not in (str, int) or str(label) not in DIGITS):
        found = json.dumps(label)[:20] if "label" in value else "missing"
        raise DatasetError(f"{where}: `label` is a digit from 0 to 9, or null, not {found}.")
    if not any(drawing.strokes):
        raise DatasetError(f"{where}: a drawing without a point; take the line out.")
    return LabelledDrawing(NOT_A_DIGIT if none else int(label), drawing)


def _to_json(labelled: LabelledDrawing) -> dict[str, Any]:
    drawing = labelled.drawing
    strokes = [[[_short(x), _short(y)] for x, y in stroke] for stroke in drawing.strokes]
    size = {"w": drawing.width, "h": drawing.height, "pen": _short(drawing.pen)}
    label = None if labelled.label == NOT_A_DIGIT else str(labelled.label)
    return {"label": label, **size, "strokes": strokes}


def _short(number: float) -> float:
    return int(number) if number == int(number) else number
