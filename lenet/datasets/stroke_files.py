"""Stroke files: drawings of people with their labels.

    >>> from lenet.datasets import stroke_files
    >>> drawings = stroke_files.read("pendigits-train.jsonl.gz")
    >>> drawings[0].drawing.render().shape
    (500, 500)

A file holds JSON lines, gzipped or not, one drawing per line: the JSON of `lenet.image.strokes` with a label, a digit
or, for a non-digit, null, and optionally with the kind of thing that it shows.

    {"label": "8", "w": 500, "h": 500, "strokes": [[[267, 167], [267, 164], …], …]}
    {"label": null, "kind": "owl", "strokes": [[[93.5, 40], …], …]}

Three public datasets are read as they are published: UCI's pendigits-orig.tra and pendigits-orig.tes
(`lenet.datasets.unipen`), Omniglot's zip files (`lenet.datasets.omniglot`) and Quick, Draw!'s ndjson files
(`lenet.datasets.quickdraw`).
"""

import argparse
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from lenet.datasets import omniglot, quickdraw, unipen
from lenet.datasets.download import Flaw
from lenet.datasets.mnist import DatasetError
from lenet.image.strokes import Drawing, DrawingError

# Limits of a file, so that a few gzipped kilobytes cannot fill the memory. UCI's 7,494 digits take 3.2 MB.
MAX_BYTES = 200_000_000  # unpacked
MAX_LINES = 1_000_000
MAX_LINE = 1_000_000  # bytes; the 10,000 points that a drawing may have take about 400,000 at two decimals

# First bytes of gzip, of Unix's compress as UCI publishes, and of zip as Omniglot does.
GZIPPED, COMPRESSED, ZIPPED = b"\x1f\x8b", b"\x1f\x9d", b"PK"

DIGITS = tuple("0123456789")
NOT_A_DIGIT = 10  # the label after the ten digits


@dataclass(frozen=True)
class LabelledDrawing:
    """A drawing and its label."""

    label: int  # 0 to 9, or NOT_A_DIGIT
    drawing: Drawing
    kind: str = ""  # of a non-digit, as in "owl" or "Greek/character08"; "" if the file does not say

    @property
    def strokes(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The drawing's strokes of (x, y) points in pixels, y down."""
        return self.drawing.strokes


def read(
    path: str | Path, max_bytes: int = MAX_BYTES, max_lines: int = MAX_LINES, count: int | None = None
) -> list[LabelledDrawing]:
    """Read a stroke file.

    Args:
        path: JSON lines or UNIPEN, gzipped or not, or Omniglot's zip, whatever its name; empty lines are ignored.
        max_bytes: of the unpacked file.
        max_lines: of the file.
        count: of the drawings to read, from the file's beginning; None: all.

    Raises:
        DatasetError: the file is missing, damaged, too large or something else; the text names file and line.
    """
    try:
        with Path(path).open("rb") as stream:
            drawings = list(islice(_drawings(stream, str(path), max_bytes, max_lines), count))
    except EOFError:
        raise DatasetError(f"{path} is cut short; copy or download it again.") from None
    except (OSError, zlib.error) as problem:
        raise DatasetError(f"{path} cannot be read ({problem}).") from None
    except Flaw as flaw:
        raise DatasetError(f"{path} {flaw}.") from None
    if not drawings:
        line = '{"label": "8", "strokes": [[[x, y], …], …]}'
        raise DatasetError(f"{path} holds no drawing; each line must be one, {line}, or the file UNIPEN with .SEGMENT.")
    return drawings


def write(path: str | Path, drawings: Iterable[LabelledDrawing]) -> None:
    """Write, or replace, a stroke file that `read` reads back unchanged; the same drawings give the same bytes.

    Args:
        path: gzipped if it ends in .gz.
        drawings: the file's drawings.
    """
    path = Path(path)
    text = "".join(f"{json.dumps(_to_json(drawing), separators=(',', ':'))}\n" for drawing in drawings).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def add_strokes(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Add the option --strokes, a list of paths that `read` takes; its help begins with `purpose`."""
    parser.add_argument(
        "--strokes",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help=f"{purpose}, JSON lines, UCI's UNIPEN, Omniglot's zip or Quick, Draw!'s ndjson; may be repeated",
    )


def _drawings(stream: BinaryIO, path: str, max_bytes: int, max_lines: int) -> Iterator[LabelledDrawing]:
    magic = stream.read(2)  # not by the name: browsers unpack and keep ".gz"
    stream.seek(0)
    if magic == ZIPPED:
        yield from (LabelledDrawing(NOT_A_DIGIT, drawing, kind) for kind, drawing in omniglot.parse(stream, path))
        return
    if magic == COMPRESSED:
        raise Flaw("is packed by Unix's compress (.Z), which Python cannot read; unpack it with gzip -d")
    if magic == GZIPPED:
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    lines = enumerate(_lines(stream, max_bytes, max_lines), 1)
    filled = ((number, line) for number, line in lines if line.strip())
    first = next(filled, None)
    if not first:
        return
    numbered = chain([first], filled)
    if unipen.is_unipen(first[1]):
        for label, drawing in unipen.parse(numbered, path):
            if not any(drawing.strokes):
                raise DatasetError(f"{path}: a {label} without a point; remove its segment.")
            yield LabelledDrawing(label, drawing)
    else:
        parsed = (_parse(line, f"{path}, line {number}") for number, line in numbered)
        yield from filter(None, parsed)


def _lines(stream: BinaryIO, max_bytes: int, max_lines: int) -> Iterator[bytes]:
    """Yield the lines of an unpacked file, within the limits."""
    size = number = 0
    while line := stream.readline(MAX_LINE + 1):
        size, number = size + len(line), number + 1
        if len(line) > MAX_LINE:
            raise Flaw(f"is no stroke file, for its line {number} has more than {MAX_LINE:,} bytes")
        if size > max_bytes:
            raise Flaw(f"holds more than {max_bytes:,} bytes; split it")
        if number > max_lines:
            raise Flaw(f"holds more than {max_lines:,} lines; split it")
        yield line


def _parse(line: bytes, where: str) -> LabelledDrawing | None:
    """Read a line; None for a drawing of Quick, Draw! that is to be skipped."""
    try:
        value = json.loads(line)
        if quickdraw.is_quickdraw(value):
            doodle = quickdraw.parse(value)
            return doodle and LabelledDrawing(NOT_A_DIGIT, doodle[1], doodle[0])
        drawing = Drawing.from_json(value)  # so that value is a dict
    except RecursionError:
        raise DatasetError(f"{where}: not a drawing, but lists nested too deep.") from None
    except DrawingError as problem:
        raise DatasetError(f"{where}: {problem}") from None
    except ValueError:  # not UTF-8, not JSON, or a number of thousands of digits
        raise DatasetError(f"{where}: not JSON; it begins with {line[:30]!r}.") from None
    label = value.get("label", "missing")
    if label is not None and (type(label) not in (str, int) or str(label) not in DIGITS):
        shown = json.dumps(label)[:20] if "label" in value else "missing"
        raise DatasetError(f"{where}: `label` must be a digit from 0 to 9, or null, not {shown}.")
    if not any(drawing.strokes):
        raise DatasetError(f"{where}: a drawing without a point; remove the line.")
    kind = value.get("kind", "") if label is None else ""
    if not isinstance(kind, str):
        raise DatasetError(f"{where}: `kind` must be a text, not {json.dumps(kind)[:20]}.")
    return LabelledDrawing(NOT_A_DIGIT if label is None else int(label), drawing, kind)


def _to_json(labelled: LabelledDrawing) -> dict[str, Any]:
    drawing = labelled.drawing
    strokes = [[[_short(x), _short(y)] for x, y in stroke] for stroke in drawing.strokes]
    size = {"w": drawing.width, "h": drawing.height, "pen": _short(drawing.pen)}
    label = None if labelled.label == NOT_A_DIGIT else str(labelled.label)
    kind = {"kind": labelled.kind} if labelled.kind else {}
    return {"label": label, **kind, **size, "strokes": strokes}


def _short(number: float) -> float:
    return int(number) if number == int(number) else number
