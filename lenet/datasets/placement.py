"""Put drawings on the pad as people would: one at any size and place with any pen, or several in a row."""

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

ROW_SMALLEST = 0.3  # a row's longer side as part of the pad's: two digits, each as small as a single one may be
# In heights of a digit:
PENS = (0.02, 0.24)  # the pen's diameter: 4 pixels at a digit from edge to edge; MNIST's is an eighth of the digit
HEIGHTS = (0.85, 1.15)  # of one digit in a row
OFF = 0.06  # spread of a digit's distance from the line
PAPER = 0.4  # the widest paper between two digits' ink; the narrowest is the pen's diameter


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
    points = np.concatenate(lines)  # (P, 2)
    low = points.min(0)
    extent = points.max(0) - low  # (2,)
    scale = (size - pen) / max(extent.max(), 1e-9)  # not 0: a dot has no extent
    corner = pen / 2 + where * (side - pen - scale * extent)
    return _drawing([(line - low) * scale + corner for line in lines], side, float(pen))


def row(digits: Sequence[Sequence[Stroke]], random: np.random.Generator, side: int = CANVAS_SIZE) -> Drawing:
    """Put digits on the pad side by side, with at least the pen's diameter of paper between their ink.

    Args:
        digits: the strokes of each digit, of [x, y] points in any unit, y down; each has a point.
        random: the generator of size, place, pen, gaps and unevenness.
        side: of the pad, in pixels.

    Returns:
        A drawing on side × side pixels with all ink on it.
    """
    pen = float(np.exp(random.uniform(*np.log(PENS))))
    lines: list[NDArray[np.float64]] = []
    edge = 0.0  # left end of the next digit's ink
    for strokes in digits:
        written = [np.array(stroke, np.float64) for stroke in strokes if len(stroke)]
        points = np.concatenate(written)  # (P, 2)
        low, size = points.min(0), np.ptp(points, axis=0)
        scale = random.uniform(*HEIGHTS) / max(size.max(), 1e-9)
        corner = np.array([edge + pen / 2, random.normal(0, OFF) - scale * size[1] / 2])
        lines += [(line - low) * scale + corner for line in written]
        edge += scale * size[0] + pen + random.uniform(pen, max(pen, PAPER))
    points = np.concatenate(lines)
    low, size = points.min(0) - pen / 2, np.ptp(points, axis=0) + pen  # of the ink
    scale = side * random.uniform(ROW_SMALLEST, LARGEST) / size.max()
    corner = random.random(2) * (side - scale * size)
    return _drawing([(line - low) * scale + corner for line in lines], side, pen * scale)


def _drawing(lines: Sequence[NDArray[np.float64]], side: int, pen: float) -> Drawing:
    return Drawing(side, side, pen, tuple(tuple((x, y) for x, y in line.tolist()) for line in lines))
