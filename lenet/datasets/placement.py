"""Put drawings on paper as people would: one at any size and place with any pen, or several in rows, as numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lenet.image.strokes import CANVAS_SIZE, Drawing, Stroke

# People draw on an unfamiliar pad as small as a note in a corner, or from edge to edge.
SMALLEST, LARGEST = 0.15, 0.95  # the ink's longer side as part of the pad's
THINNEST, THICKEST = 4.0, 40.0  # the pen's diameter in pixels of a pad of 280; the pad's own is 20
# The thickest pen as part of the ink's longer side: 5.6 of 20 pixels, more than almost all of MNIST's digits have
# (2.5 ± 0.7). Beyond it the loops of an 8 close.
BOLDEST = 0.28

# Numbers; their lengths are in heights of a digit.
HEIGHTS = (36.0, 110.0)  # of a digit, in pixels
PENS = (0.04, 0.2)  # the pen's diameter; MNIST's is an eighth of the digit
SIZES = (0.85, 1.15)  # of one digit in a row
OFF = 0.06  # spread of a digit's distance from the line
INDENT = 0.5  # of a row
LEADING = (0.15, 0.6)  # paper between two rows
MARGINS = (0.1, 0.8)  # paper around all
APART = (0.06, 0.45)  # paper between the boxes of two digits
TOUCHING = (-0.16, 0.0)  # the boxes overlap, and most digits touch


def place(
    strokes: Sequence[Stroke], random: np.random.Generator, side: int = CANVAS_SIZE, boldest: float = BOLDEST
) -> Drawing:
    """Put a drawing on the pad at a random size and place with a random pen; its shape and angle are kept.

    The ink's longer side, the pen's width included, is uniform from 15 % to 95 % of the pad. The pen is log-uniform
    from 4 px of a pad of 280 to 40 px, or to 28 % of the ink's longer side where that is less. The place is uniform
    among those at which all ink is on the pad.

    Args:
        strokes: strokes of [x, y] points in any unit, y down; a drawing without extent becomes a dot.
        random: the generator; four numbers are drawn from it.
        side: of the pad, in pixels.
        boldest: the thickest pen as part of the ink's longer side, for drawings with finer parts than a digit.

    Returns:
        A drawing on side × side pixels, empty if no stroke has a point.
    """
    size = side * random.uniform(SMALLEST, LARGEST)  # longer side of the ink in pixels
    unit = side / CANVAS_SIZE
    pen = np.exp(
        random.uniform(np.log(THINNEST * unit), np.log(np.clip(boldest * size, THINNEST * unit, THICKEST * unit)))
    )
    where = random.random(2)  # 0 = left or top, 1 = right or bottom
    lines = [np.array(stroke, np.float64) for stroke in strokes if len(stroke)]
    if not lines:
        return Drawing(side, side, float(pen))
    low, extent = _box(lines)
    scale = (size - pen) / max(extent.max(), 1e-9)  # not 0: a dot has no extent
    corner = pen / 2 + where * (side - pen - scale * extent)
    return _drawing([(line - low) * scale + corner for line in lines], side, side, float(pen))


def number(
    rows: Sequence[Sequence[Sequence[Stroke]]], random: np.random.Generator, gaps: tuple[float, float] = APART
) -> Drawing:
    """Write digits in rows, on paper of the size that they need.

    Args:
        rows: the strokes of each digit of each row, of [x, y] points in any unit, y down; each digit has a point.
        random: the generator of sizes, places, pen, gaps and margins.
        gaps: the least and the most paper between the boxes of neighbours' ink, in heights of a digit.
    """
    pen = float(np.exp(random.uniform(*np.log(PENS))))
    lines: list[NDArray[np.float64]] = []
    top = 0.0  # of the next row's ink
    for digits in rows:
        written: list[NDArray[np.float64]] = []
        edge = random.uniform(0, INDENT)  # left end of the next digit's ink
        for strokes in digits:
            drawn = [np.array(stroke, np.float64) for stroke in strokes if len(stroke)]
            low, size = _box(drawn)
            scale = (random.uniform(*SIZES) - pen) / max(size.max(), 1e-9)
            corner = np.array([edge + pen / 2, random.normal(0, OFF) - scale * size[1] / 2])
            written += [(line - low) * scale + corner for line in drawn]
            edge += scale * size[0] + pen + random.uniform(*gaps)
        low, size = _box(written)
        lines += [line + np.array([0, top + pen / 2 - low[1]]) for line in written]
        top += size[1] + pen + random.uniform(*LEADING)
    height = random.uniform(*HEIGHTS)
    left, right, above, below = random.uniform(*MARGINS, 4)
    low, size = _box(lines)
    corner = np.array([left, above]) + pen / 2
    width, depth = np.ceil((corner + size + pen / 2 + [right, below]) * height).astype(int).tolist()
    return _drawing([(line - low + corner) * height for line in lines], width, depth, pen * height)


def _box(lines: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left top corner and the size of strokes, (2,) each."""
    points = np.concatenate(lines)  # (P, 2)
    return points.min(0), np.ptp(points, axis=0)


def _drawing(lines: Sequence[NDArray[np.float64]], width: int, height: int, pen: float) -> Drawing:
    return Drawing(width, height, pen, tuple(tuple((x, y) for x, y in line.tolist()) for line in lines))
