"""Strokes: the form in which a drawing is kept, and the one brush that turns it into pixels.

The pad in the browser, the training, the evaluation and the tests draw with the same brush, so a style learned in
training looks the same on the pad. As JSON a drawing is

    {"w": 280, "h": 280, "pen": 20, "strokes": [[[140, 40], [140, 240]], [[60, 60]]]}

a canvas of w × h pixels, the pen's diameter, and strokes of [x, y] points, y down; a stroke of one point is a dot.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

# The pad's own pixels. 280 = ten times the network's 28, so MNIST's pen of 2.5 px is a round number here too.
CANVAS_SIZE = 280
# The pad's pen. A digit as high as 70 % of the pad is scaled by 20/196, so 20 px become 2.0; at 56 % they become 2.5.
BRUSH_WIDTH = 20
# Drawn at twice the size and averaged: edges as soft as the browser's antialiased ones.
SUPERSAMPLE = 2

# Limits of a drawing, so that reading one takes at most 10 ms. A pad is never smaller or larger, and sends up to about
# 1,000 points.
MIN_SIDE, MAX_SIDE = 10, 2000
MAX_PEN = 200
MAX_POINTS = 10_000
DRAWN_POINTS = 1_000  # of more, every third is drawn, or every fourth, …, and the last of each stroke
FAR = 10 * MAX_SIDE  # largest coordinate: a captured pen may leave the pad

PAPER = 255  # dark ink on white, as gr.Sketchpad(image_mode="L") gives it
INK = 0

Point = Sequence[float]
Stroke = Sequence[Point]


class DrawingError(ValueError):
    """Not a drawing that can be read; the text says why and what is accepted."""


@dataclass(frozen=True)
class Drawing:
    """Strokes on a canvas.

    Attributes:
        width: the canvas's width in pixels.
        height: the canvas's height in pixels.
        pen: the pen's diameter in pixels.
        strokes: strokes of (x, y) points in pixels, y down.
    """

    width: int = CANVAS_SIZE
    height: int = CANVAS_SIZE
    pen: float = BRUSH_WIDTH
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Validate decoded JSON, which may come from anywhere, and return it as a drawing.

        Points more than a side away from the canvas are moved there. A drawing of more than DRAWN_POINTS is thinned.

        Args:
            value: `{"w", "h", "pen", "strokes"}` as at the top of this module; `w`, `h` and `pen` may be left out.

        Raises:
            DrawingError: if the value is not a drawing or exceeds this module's limits.
        """
        if not isinstance(value, dict) or not isinstance(value.get("strokes"), list):
            raise DrawingError('A drawing is {"w": 280, "h": 280, "pen": 20, "strokes": [[[x, y], …], …]}.')
        width, height = (_number(value.get(key, CANVAS_SIZE), key, MIN_SIDE, MAX_SIDE) for key in ("w", "h"))
        pen = _number(value.get("pen", BRUSH_WIDTH), "pen", 0.1, MAX_PEN)
        strokes, points = value["strokes"], 0
        for stroke in strokes:
            if not isinstance(stroke, list):
                raise DrawingError(f"A stroke is a list of [x, y] points, not {type(stroke).__name__}.")
            points += max(1, len(stroke))
        if points > MAX_POINTS:
            raise DrawingError(f"A drawing has at most {MAX_POINTS:,} points; clear the pad and draw again.")
        step = 1 if points <= DRAWN_POINTS else math.ceil(2 * points / DRAWN_POINTS)
        if len(strokes) > DRAWN_POINTS // 2:  # dots
            strokes = strokes[::step]
        thinned = (stroke[:-1:step] + stroke[-1:] for stroke in strokes)
        drawn = tuple(tuple(_point(point, width, height) for point in stroke) for stroke in thinned)
        return cls(int(width), int(height), pen, drawn)

    def render(self) -> NDArray[np.uint8]:
        """Return the drawing as a picture: (height, width) uint8, 255 = paper, 0 = ink."""
        return render(self.strokes, (self.height, self.width), self.pen)


def _number(value: Any, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise DrawingError(f"`{name}` of a drawing is a number from {low} to {high}, not {str(value)[:20]!r}.")
    return value


def _point(point: Any, width: float, height: float) -> tuple[float, float]:
    if isinstance(point, list) and len(point) == 2 and all(type(value) in (int, float) for value in point):
        x, y = point
        if abs(x) <= FAR and abs(y) <= FAR:  # also false for NaN
            return float(min(max(x, -width), 2 * width)), float(min(max(y, -height), 2 * height))
    raise DrawingError(f"A point is [x, y] in pixels of the pad, not {point!r:.40}.")


def render(
    strokes: Sequence[Stroke], size: tuple[int, int] = (CANVAS_SIZE, CANVAS_SIZE), width: float = BRUSH_WIDTH
) -> NDArray[np.uint8]:
    """Draw strokes with a round pen on white paper: straight lines, round joints, round ends.

    Args:
        strokes: strokes of [x, y] points in pixels of the picture, x right, y down; empty strokes are ignored.
        size: (height, width) of the picture in pixels.
        width: the pen's diameter in pixels, more than 0.

    Returns:
        (height, width) uint8, 255 = paper, 0 = ink.
    """
    height, breadth = size
    canvas = Image.new("L", (breadth * SUPERSAMPLE, height * SUPERSAMPLE), PAPER)
    draw = ImageDraw.Draw(canvas)
    pen = max(1, round(width * SUPERSAMPLE))
    for stroke in strokes:
        # Pillow's origin is the centre of the first pixel, a drawing's is its corner.
        points = [(x * SUPERSAMPLE - 0.5, y * SUPERSAMPLE - 0.5) for x, y in stroke]
        if len(points) > 1:
            draw.line(points, fill=INK, width=pen)
        for point in points:  # Pillow's joint="curve" leaves hairline cracks between short segments
            draw.circle(point, (pen - 1) / 2, fill=INK)
    return np.asarray(canvas.reduce(SUPERSAMPLE), np.uint8)
