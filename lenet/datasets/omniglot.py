"""Omniglot: characters of 50 alphabets, drawn online by 20 people each, as non-digits.

    $ python -m lenet.train --strokes strokes_background_small1.zip

A zip file holds a text file per drawing, FOLDER/ALPHABET/characterNN/NUMBER_PERSON.txt, with lines of x, y and time on
a canvas of 105 × 105, y from 0 down to -105; a stroke ends with BREAK:

    START
    68.75,-25.859438,0
    68.75,-27.859438,140
    BREAK

Source: Lake, Salakhutdinov and Tenenbaum, "Human-level concept learning through probabilistic program induction",
Science 350, 2015; https://github.com/brendenlake/omniglot, folder python (MIT licence).
"""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from lenet.datasets.mnist import DatasetError
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, Drawing, DrawingError

SIDE = 105  # of the canvas
PEN = BRUSH_WIDTH * SIDE / CANVAS_SIZE
# Limits, so that a small zip file cannot fill the memory: a small set has 3,120 drawings of 4 kB.
MAX_FILES, MAX_FILE, MAX_BYTES = 50_000, 1_000_000, 200_000_000


def parse(stream: BinaryIO, path: str) -> Iterator[tuple[str, Drawing]]:
    """Read the drawings of a zip file in the order of its names.

    Args:
        stream: the zip file, seekable.
        path: its path, for the errors.

    Yields:
        The character, as in "Greek/character08", and a drawing on 105 × 105 pixels, y down.

    Raises:
        DatasetError: the file is damaged, too large or something else.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in archive.infolist() if _is_drawing(entry.filename)]
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_FILES or size > MAX_BYTES or any(entry.file_size > MAX_FILE for entry in entries):
                raise DatasetError(f"{path} is too large for Omniglot: {len(entries):,} drawings, {size:,} bytes.")
            for entry in sorted(entries, key=lambda entry: entry.filename):
                *_, alphabet, character, _ = PurePosixPath(entry.filename).parts
                with archive.open(entry) as file:  # not more than its declared size
                    yield f"{alphabet}/{character}", _drawing(file.read(MAX_FILE), f"{path}, {entry.filename}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:  # damaged, unknown method, encrypted
        raise DatasetError(f"{path} cannot be unpacked ({problem}); download it again.") from None


def _is_drawing(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix == ".txt" and len(path.parts) >= 3 and path.parts[0] != "__MACOSX"  # macOS's resource forks


def _drawing(text: bytes, where: str) -> Drawing:
    lines = text.decode("ascii", "replace").split()
    strokes: list[list[list[float]]] = [[]]
    try:
        if lines[:1] != ["START"]:
            raise ValueError
        for line in lines[1:]:
            if line == "BREAK":
                strokes.append([])
            else:
                x, y, _ = map(float, line.split(","))
                strokes[-1].append([x, -y])
        filled = [stroke for stroke in strokes if stroke]
        drawing = Drawing.from_json({"w": SIDE, "h": SIDE, "pen": PEN, "strokes": filled})
    except (ValueError, DrawingError):
        raise DatasetError(
            f"{where}: not a drawing of Omniglot, which is START, lines of x,y,time, and BREAK."
        ) from None
    if not drawing.strokes:
        raise DatasetError(f"{where}: a drawing without a point; remove the file.")
    return drawing
