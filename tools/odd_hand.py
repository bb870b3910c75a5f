"""One odd hand: the digits of an invented person who leans to the left and learned to write elsewhere.

People can read them; the committed network misreads many, because it learned from no such hand. It shares no code or
shape with `lenet.datasets.synthetic.digits`, so a network that learns from it here has not seen it before.

    $ python -m tools.odd_hand my-drawings.jsonl --count 50 --seed 1

`python -m tools.sheets odd_hand --out sheets` draws them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.command import LARGEST_SEED, Parser, add_number, command
from lenet.datasets.stroke_files import LabelledDrawing, write
from lenet.files import writing
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, Drawing

Line = NDArray[np.float64]  # (N, 2): x, y

# Strokes as places that the pen passes, in a frame 100 high, y down; a place given twice is a corner.
# fmt: off
SHAPES: dict[int, list[list[tuple[float, float]]]] = {
    0: [[(40, 2), (12, 20), (10, 74), (38, 98), (64, 74), (62, 22), (40, 2)], [(-8, 52), (84, 48)]],  # a bar through it
    1: [[(-14, 66), (-8, 82), (4, 78), (24, 44), (44, 0), (44, 0), (46, 50), (46, 100)]],  # a hook begins the long flag
    2: [[(2, 12), (30, 8), (66, 8), (78, -4), (62, -10), (58, 8), (34, 46), (6, 92), (-14, 104), (-20, 80), (6, 74),
         (36, 96), (78, 106)]],  # a z with a loop at both corners
    3: [[(4, 2), (4, 2), (66, 2), (66, 2), (30, 42), (30, 42), (62, 50), (68, 78), (38, 100), (6, 88), (6, 62),
         (30, 46)]],  # flat, and the bowl closes
    4: [[(20, 0), (20, 0), (10, 40), (24, 54), (56, 46), (66, 10), (66, 10), (58, 60), (46, 98), (24, 102), (12, 90)]],
    5: [[(24, 0), (74, -6)], [(62, 22), (40, 16), (18, 28), (26, 48), (54, 60), (59, 83), (35, 100), (6, 88),
                              (10, 76)]],  # an s; its bar is far above
    6: [[(-10, 0), (18, 3), (25, 30), (16, 66), (24, 96), (56, 96), (62, 76), (40, 66), (20, 80)]],  # from the left
    7: [[(0, 14), (8, 2), (8, 2), (70, 4), (70, 4), (44, 50), (30, 100), (8, 100), (4, 76), (34, 58), (84, 48)]],
    8: [[(60, 4), (20, 2), (16, 30), (50, 60), (66, 84), (40, 100), (12, 84), (28, 58), (60, 30), (76, 6)]],  # open
    9: [[(56, 10), (30, 0), (8, 22), (24, 42), (50, 28), (56, 10), (58, 50), (50, 90), (26, 104), (4, 90), (30, 76),
         (80, 66)]],  # a g
}
# fmt: on

PLACE = 3.0  # spread of every place about that of the shape, in units of the frame
LEAN = (0.25, 0.06)  # to the left, in units across per unit down: mean and spread
STRETCH = 0.08  # spread of the logarithm of the width
TURN = 0.06  # spread of the rotation, in radians
SIZE = (130, 200)  # the longer side on the pad, in pixels
STEP = 4.0  # between two points of a line, in units of the frame


def digit(label: int, random: np.random.Generator) -> Drawing:
    """Write a digit with the pad's pen, completely on the pad of 280 × 280."""
    lines = [_curve(np.array(places, np.float64), random) for places in SHAPES[label]]
    x, y = np.concatenate(lines).T
    x = x * np.exp(random.normal(0, STRETCH)) + random.normal(*LEAN) * y
    turn = random.normal(0, TURN)
    points = np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], 1)
    low, extent = points.min(0), np.ptp(points, axis=0)
    scale = random.uniform(*SIZE) / extent.max()
    free = CANVAS_SIZE - BRUSH_WIDTH - scale * extent  # the distance by which it can be moved
    points = scale * (points - low) + BRUSH_WIDTH / 2 + random.uniform(0.1, 0.9, 2) * free
    strokes = np.split(points.round(1), np.cumsum([len(line) for line in lines])[:-1])
    return Drawing(strokes=tuple(tuple((x, y) for x, y in stroke.tolist()) for stroke in strokes))


def _curve(places: Line, random: np.random.Generator) -> Line:
    """Return a Catmull-Rom spline that misses the places a little."""
    corners = np.flatnonzero((places[1:] == places[:-1]).all(1)) + 1
    passed = places + random.normal(0, PLACE, places.shape)
    passed[corners] = passed[corners - 1]
    ahead, behind = 2 * passed[:1] - passed[1:2], 2 * passed[-1:] - passed[-2:-1]
    knots = np.concatenate([ahead, passed, behind])
    line = []
    for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        count = max(1, round(float(np.hypot(*(c - b))) / STEP))
        t = np.arange(count)[:, None] / count
        line.append(b + t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * b - a - 3 * c + d))) / 2)
    return np.concatenate([*line, passed[-1:]])


def drawings(count: int, seed: int) -> list[LabelledDrawing]:
    """Return the ten digits in turn, `count` drawings in all; the same seed gives the same."""
    random = np.random.default_rng(seed)
    return [LabelledDrawing(i % 10, digit(i % 10, random)) for i in range(count)]


@command()
def main(arguments: Sequence[str] | None = None) -> None:
    parser = Parser("python -m tools.odd_hand", __doc__)
    parser.add_argument("out", type=Path, metavar="OUT.jsonl", help="a stroke file")
    add_number(parser, "--count", 1, 100_000, "drawings", 50)
    add_number(parser, "--seed", 0, LARGEST_SEED, "of the hand and its drawings", 1)
    options = parser.parse_args(arguments)
    with writing(options.out):
        write(options.out, drawings(options.count, options.seed))


if __name__ == "__main__":
    sys.exit(main())
