"""Strokes from lines, Bézier curves and ovals."""

import math
from itertools import pairwise

Point = tuple[float, float]
Stroke = list[Point]


def line(*points: Point) -> Stroke:
    """Connect the points by straight lines of ten points each."""
    path = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        path += [(x0 + (x1 - x0) * i / 10, y0 + (y1 - y0) * i / 10) for i in range(1, 11)]
    return path


def bezier(*points: Point) -> Stroke:
    """Join cubic Bézier curves that share their ends; takes 4, 7, 10, … points."""
    path = [points[0]]
    for i in range(0, len(points) - 1, 3):
        for step in range(1, 17):
            t = step / 16
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            path.append(
                tuple(sum(w * p[axis] for w, p in zip(weights, points[i : i + 4], strict=True)) for axis in (0, 1))
            )
    return path


def oval(x: float, y: float, rx: float, ry: float | None = None, start: float = 0, turn: float = 370) -> Stroke:
    """Draw an oval around (x, y); angles are degrees, clockwise from three o'clock."""
    angles = [math.radians(start + turn * i / 36) for i in range(37)]
    return [(x + rx * math.cos(a), y + (rx if ry is None else ry) * math.sin(a)) for a in angles]
