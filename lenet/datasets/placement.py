"""Several digits on one pad, side by side, as people write a number."""

from collections.abc import Sequence

import numpy as np

from lenet.datasets.drawings import LARGEST
from lenet.strokes import CANVAS_SIZE, Drawing, Stroke

SMALLEST = 0.3  # the row's longer side as part of the pad's: two digits, each as small as one alone may be
# In heights of a digit:
PENS = (0.02, 0.24)  # the pen's diameter: 4 pixels at a digit from edge to edge; MNIST's is an eighth of the digit
HEIGHTS = (0.85, 1.15)  # of one digit among the others
OFF = 0.06  # spread with which a digit misses the line
PAPER = 0.4  # between two digits' ink, at most, and at least the pen's diameter


def row(written: Sequence[Sequence[Stroke]], random: np.random.Generator, side: int = CANVAS_SIZE) -> Drawing:
    """Put digits on the pad side by side, with at least the pen's diameter of paper between their ink.

    Args:
        written: each digit's strokes of [x, y] points, in any unit, y down; each has a point.
        random: the source of size, place, pen, gaps and unevenness.
        side: of the pad, in pixels.

    Returns:
        A drawing on side × side pixels with all ink on it.
    """
    pen = float(np.exp(random.uniform(*np.log(PENS))))
    lines: list[np.ndarray] = []
    edge = 0.0  # where the next digit's ink begins
    for strokes in written:
        placed = [np.array(stroke, np.float64) for stroke in strokes if len(stroke)]
        points = np.concatenate(placed)  # (P, 2)
        low, size = points.min(0), np.ptp(points, axis=0)
        scale = random.uniform(*HEIGHTS) / max(size.max(), 1e-9)
        corner = np.array([edge + pen / 2, random.normal(0, OFF) - scale * size[1] / 2])
        lines += [(line - low) * scale + corner for line in placed]
        edge += scale * size[0] + pen + random.uniform(pen, max(pen, PAPER))
    points = np.concatenate(lines)
    low, size = points.min(0) - pen / 2, np.ptp(points, axis=0) + pen  # of the ink
    scale = side * random.uniform(SMALLEST, LARGEST) / size.max()
    corner = random.random(2) * (side - scale * size)
    moved = [((line - low) * scale + corner).tolist() for line in lines]
    return Drawing(side, side, pen * scale, tuple(tuple((x, y) for x, y in line) for line in moved))
