"""Doodles, letters and scribbles by Bézier curves: non-digits to test with, independent of the training's.

They share no code, table or construction with `lenet.datasets.synthetic.nondigits`, and many kinds are missing there,
so a network that refuses them has not learned them by heart. `python -m tools.sheets doodles --out sheets` draws them.
"""

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lenet.command import LARGEST_SEED, Parser, add_number, command
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing, write
from lenet.files import writing
from lenet.image.strokes import Drawing
from tools.curves import Point, Stroke, bezier, line, oval

Random = np.random.Generator


def lissajous(random: Random) -> list[Stroke]:
    a, b = [(3, 4), (4, 5), (3, 5), (5, 6), (5, 4)][random.integers(5)]
    # Far from the phases at which the curve runs back over itself: with few lines left it could be a slashed 0.
    phase = (0 if (a + b) % 2 else math.pi / 2 / b) + random.normal(0, 0.05)
    times = np.linspace(0, 2 * math.pi * random.uniform(0.85, 1), 220)
    return [[(math.sin(a * t + phase), math.sin(b * t)) for t in times]]


def rosette(random: Random) -> list[Stroke]:
    petals = random.integers(4, 8)
    times = np.linspace(0, 2 * math.pi, 200)
    inner = random.uniform(0.05, 0.4)
    radii = [inner + abs(math.cos(petals * t / 2)) for t in times]
    return [[(r * math.cos(t), r * math.sin(t)) for r, t in zip(radii, times, strict=True)]]


def scrawl(random: Random) -> list[Stroke]:
    """Back and forth with a drifting hand: the arcs of a child's first drawing."""
    path: Stroke = []
    x = y = heading = 0.0
    for _ in range(random.integers(9, 18)):
        reach, heading = random.uniform(0.6, 1.3), heading + math.pi + random.normal(0, 0.5)
        side = random.normal(0, 0.5)
        to = (x + reach * math.cos(heading), y + reach * math.sin(heading))
        bent = (x - side * math.sin(heading), y + side * math.cos(heading))
        path += bezier((x, y), bent, (bent[0] + to[0] - x, bent[1] + to[1] - y), to)
        x, y = to[0] + random.normal(0, 0.1), to[1] + random.normal(0, 0.1)
    return [path]


def signature(random: Random) -> list[Stroke]:
    times = np.linspace(0, 1, 240)
    hums = [(random.uniform(3, 9), random.uniform(0, 6.3), random.uniform(0.2, 1)) for _ in range(4)]
    wave = [sum(a * math.sin(6.28 * f * t + p) for f, p, a in hums) for t in times]
    return [[(5 * t + 0.3 * math.sin(6.28 * 7 * t), w * (1 - 0.6 * t)) for t, w in zip(times, wave, strict=True)]]


def bramble(random: Random) -> list[Stroke]:
    """A Bézier curve of random points."""
    pieces = int(random.integers(6, 11))
    return [bezier(*(tuple(point) for point in random.random((3 * pieces + 1, 2))))]


def tree(random: Random) -> list[Stroke]:
    strokes: list[Stroke] = []

    def branch(x: float, y: float, angle: float, length: float, depth: int) -> None:
        end = (x + length * math.cos(angle), y + length * math.sin(angle))
        strokes.append(line((x, y), end))
        if depth:
            for side in (-1, 1):
                branch(*end, angle + side * random.uniform(0.3, 0.8), length * random.uniform(0.55, 0.8), depth - 1)

    branch(0, 0, -math.pi / 2, 1, int(random.integers(3, 5)))
    return strokes


# fmt: off
def stairs(random: Random) -> list[Stroke]:
    count = int(random.integers(4, 7))
    corners = [corner for i in range(count) for corner in ((i, -i), (i, -i - 1))]
    return [line(*corners, (count, -count))]


def mountains(random: Random) -> list[Stroke]:
    ridge = [(0.0, 0.0)]
    for i in range(3):
        ridge += [(i + 0.5, -random.uniform(0.3, 1)), (i + 1.0, -0.15 * float(i < 2))]
    return [line(*ridge), oval(2.6, -1.2, 0.2)]


def rain(random: Random) -> list[Stroke]:
    top = bezier((0, 0), (-0.5, -0.1), (-0.3, -0.7), (0.1, -0.5), (0.2, -1), (0.8, -1), (0.9, -0.6),
                 (1.4, -0.8), (1.5, 0), (1, 0))
    return [[*top, (0, 0)], *(line((x, 0.2), (x - 0.1, random.uniform(0.4, 0.7))) for x in (0.1, 0.4, 0.7, 1))]


def umbrella(random: Random) -> list[Stroke]:
    scallops = [bezier((x, 0), (x + 0.1, -0.2), (x + 0.4, -0.2), (x + 0.5, 0)) for x in (-1, -0.5, 0, 0.5)]
    return [oval(0, 0, 1, start=180, turn=180), *scallops, bezier((0, -1), (0, 1.2), (0, 1.4), (0.3, 1.1))]


def notes(random: Random) -> list[Stroke]:
    heads = [oval(x, 1.5, 0.25, 0.18, turn=720) for x in (0.0, 1.2)]
    return [*heads, line((0.25, 1.5), (0.25, 0), (1.45, -0.2), (1.45, 1.5)), line((0.25, 0.3), (1.45, 0.1))]


def butterfly(random: Random) -> list[Stroke]:
    wings = [bezier((0, 0), (s * 0.6, -1.6), (s * 1.8, -0.6), (0, 0), (s * 1.4, 0.2), (s * 0.8, 1.4), (0, 0.2))
             for s in (-1, 1)]
    return [*wings, line((0, -0.3), (0, 0.6)), line((0, -0.3), (-0.3, -0.9)), line((0, -0.3), (0.3, -0.9))]


def bird(random: Random) -> list[Stroke]:
    legs = [line((x, 0.5), (x + 0.1, 1)) for x in (-0.1, 0.2)]
    beak, tail = line((1.15, -0.6), (1.6, -0.5), (1.15, -0.4)), line((-0.7, 0), (-1.3, -0.3))
    return [oval(0, 0, 0.8, 0.5), oval(0.9, -0.5, 0.3), beak, tail, *legs]


def rabbit(random: Random) -> list[Stroke]:
    face = [oval(x, y, rx, ry) for x in (-0.35, 0.35) for y, rx, ry in ((-1.4, 0.17, 0.6), (-0.2, 0.06, 0.06))]
    return [oval(0, 0, 0.85, 0.8), *face, line((-0.15, 0.2), (0.15, 0.2), (0, 0.35), (-0.15, 0.2))]


def spider(random: Random) -> list[Stroke]:
    legs = [line((s * 0.4, y), (s * 1, y * 2 - 0.2), (s * 1.3, y * 2.5 + 0.3))
            for s in (-1, 1) for y in (-0.3, -0.1, 0.1, 0.3)]
    return [oval(0, 0, 0.45, turn=700), *legs]


def dog(random: Random) -> list[Stroke]:
    legs = [line((x, 0.4), (x, 1.1)) for x in (-0.9, -0.6, 0.5, 0.8)]
    body = line((-1, 0.4), (-1, -0.2), (0.7, -0.2), (0.8, -0.8), (1.3, -0.7), (1.6, -0.4), (1, -0.2), (0.9, 0.4),
                (-1, 0.4))
    return [body, *legs, bezier((-1, -0.1), (-1.4, -0.2), (-1.4, -0.6), (-1.2, -0.8))]


def truck(random: Random) -> list[Stroke]:
    cab = line((1.5, -0.7), (2, -0.7), (2.3, -0.3), (2.3, 0), (1.5, 0))
    return [line((0, 0), (0, -1), (1.5, -1), (1.5, 0), (0, 0)), cab, oval(0.4, 0.1, 0.22), oval(1.8, 0.1, 0.22)]


def rocket(random: Random) -> list[Stroke]:
    hull = bezier((-0.35, 1), (-0.5, 0), (-0.3, -0.7), (0, -1.2), (0.3, -0.7), (0.5, 0), (0.35, 1))
    fins = [line((s * 0.4, 0.4), (s * 0.8, 1.1), (s * 0.35, 0.9)) for s in (-1, 1)]
    return [[*hull, (-0.35, 1)], *fins, oval(0, -0.1, 0.15), line((-0.2, 1.1), (0, 1.5), (0.2, 1.1))]


def gift(random: Random) -> list[Stroke]:
    bow = [bezier((0, -1), (s * 0.2, -1.6), (s * 0.9, -1.5), (0, -1)) for s in (-1, 1)]
    box = line((-0.9, -1), (0.9, -1), (0.9, 0.6), (-0.9, 0.6), (-0.9, -1))
    return [box, line((0, -1), (0, 0.6)), line((-0.9, -0.2), (0.9, -0.2)), *bow]


def web(random: Random) -> list[Stroke]:
    corners = [(math.cos(i * math.pi / 3), math.sin(i * math.pi / 3)) for i in range(7)]
    rings = [line(*((r * x, r * y) for x, y in corners)) for r in (0.4, 0.8)]
    return [*(line((0, 0), corner) for corner in corners[1:]), *rings]


def heart_and_arrow(random: Random) -> list[Stroke]:
    heart = bezier((0, 1), (-1.6, -0.1), (-0.8, -1.2), (0, -0.4), (0.8, -1.2), (1.6, -0.1), (0, 1))
    return [heart, line((-1.4, 0.5), (1.4, -0.5)), line((1.1, -0.6), (1.4, -0.5), (1.25, -0.2))]


def triangle(random: Random) -> list[Stroke]:
    return [line((0, 0), (random.uniform(0.3, 0.7), -random.uniform(0.7, 1.1)), (1, 0), (0, 0))]


def star(random: Random) -> list[Stroke]:
    """Its outline, unlike the star in one line."""
    points = int(random.integers(5, 8))
    radii = [1.0 if i % 2 == 0 else random.uniform(0.38, 0.5) for i in range(2 * points)]
    corners = [(r * math.sin(math.pi * i / points), -r * math.cos(math.pi * i / points)) for i, r in enumerate(radii)]
    return [line(*corners, corners[0])]


# Letters as strokes: two points are a line, 4, 7, … points Bézier pieces; a small letter reaches from 0 to 1.
LETTERS: dict[str, list[list[Point]]] = {
    "e": [[(0.05, 0.5), (0.95, 0.5)],
          [(0.95, 0.5), (1, -0.1), (0, -0.2), (0, 0.5), (0, 1.15), (0.8, 1.1), (0.95, 0.8)]],
    "h": [[(0, -0.7), (0, 1)], [(0, 0.5), (0.2, -0.1), (0.8, -0.1), (0.8, 0.4)], [(0.8, 0.4), (0.8, 1)]],
    "k": [[(0, -0.6), (0, 1)], [(0.75, 0), (0, 0.5)], [(0.15, 0.42), (0.8, 1)]],
    "m": [[(0, 0), (0, 1)],
          [(0, 0.4), (0.1, -0.1), (0.6, -0.2), (0.6, 0.4), (0.6, 0.6), (0.6, 0.8), (0.6, 1)],
          [(0.6, 0.4), (0.7, -0.1), (1.2, -0.2), (1.2, 0.4), (1.2, 0.6), (1.2, 0.8), (1.2, 1)]],
    "w": [[(0, 0), (0.1, 1.3), (0.5, 1.2), (0.6, 0.2), (0.6, 1.2), (1, 1.3), (1.2, 0)]],
    "x": [[(0, 0), (0.5, 0.1), (0.4, 0.9), (0.9, 1)], [(0.9, 0), (0.5, 0.1), (0.4, 0.9), (0, 1)]],
    "E": [[(0, 0), (0, 1)], [(0, 0), (0.6, 0)], [(0, 0.5), (0.5, 0.5)], [(0, 1), (0.6, 1)]],
    "F": [[(0, 0), (0, 1)], [(0, 0), (0.6, 0)], [(0, 0.45), (0.5, 0.45)]],
    "H": [[(0, 0), (0, 1)], [(0.7, 0), (0.7, 1)], [(0, 0.5), (0.7, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.6, 0), (0, 0.55)], [(0.15, 0.45), (0.7, 1)]],
    "M": [[(0, 1), (0.05, 0)], [(0.05, 0), (0.45, 0.7)], [(0.45, 0.7), (0.85, 0)], [(0.85, 0), (0.9, 1)]],
    "N": [[(0, 1), (0, 0)], [(0, 0), (0.7, 1)], [(0.7, 1), (0.7, 0)]],
    "R": [[(0, 0), (0, 1)], [(0, 0), (0.8, -0.1), (0.8, 0.6), (0, 0.5)], [(0.2, 0.5), (0.7, 1)]],
    "W": [[(0, 0), (0.25, 1)], [(0.25, 1), (0.5, 0.3)], [(0.5, 0.3), (0.75, 1)], [(0.75, 1), (1, 0)]],
    "X": [[(0, 0), (0.8, 1)], [(0.8, 0), (0, 1)]],
}


def written(letter: str) -> Callable[[Random], list[Stroke]]:
    return lambda random: [(line if len(part) == 2 else bezier)(*part) for part in LETTERS[letter]]


SCRIBBLES = (lissajous, rosette, scrawl, signature, bramble)
THINGS = (tree, stairs, mountains, rain, umbrella, notes, butterfly, bird, rabbit, spider, dog, truck, rocket, gift,
          web, heart_and_arrow, triangle, star)
GROUPS: dict[str, dict[str, Callable[[Random], list[Stroke]]]] = {
    "scribble": {draw.__name__: draw for draw in SCRIBBLES},
    "thing": {draw.__name__: draw for draw in THINGS},
    "letter": {letter: written(letter) for letter in LETTERS},
}
# fmt: on


def doodle(random: Random, group: str | None = None) -> tuple[str, list[list[list[float]]]]:
    """Draw a scribble, a thing or a letter, all equally likely: (kind, strokes on the pad of 280 × 280).

    The kind is `scribble scrawl`, `thing tree`, `letter e` and so on.
    """
    group = group or ("scribble", "thing", "letter")[random.integers(3)]
    name = list(GROUPS[group])[random.integers(len(GROUPS[group]))]
    return f"{group} {name}", shaky(GROUPS[group][name](random), random)


def shaky(strokes: list[Stroke], random: Random) -> list[list[list[float]]]:
    """Apply a hand that leans, misplaces every stroke a little and drifts; 180 px in the middle of the pad."""
    everything = np.concatenate([np.array(stroke) for stroke in strokes])
    middle, size = (everything.max(0) + everything.min(0)) / 2, np.ptp(everything, axis=0).max()
    lean = np.eye(2) + random.normal(0, 0.08, (2, 2))
    moved = []
    for stroke in strokes:
        points = (np.array(stroke) - middle) / size
        centre = points.mean(0)
        points = centre + (points - centre) * random.normal(1, 0.04, 2) + random.normal(0, 0.012, 2)
        drift = np.cumsum(random.normal(0, 0.003, points.shape), 0)
        moved.append((points + drift - drift.mean(0)) @ lean.T)
    everything = np.concatenate(moved)
    middle, size = (everything.max(0) + everything.min(0)) / 2, np.ptp(everything, axis=0).max()
    return [((points - middle) * (180 / size) + 140).tolist() for points in moved]


@command()
def main(arguments: Sequence[str] | None = None) -> None:
    parser = Parser("python -m tools.doodles", __doc__)
    parser.add_argument(
        "--strokes",
        type=Path,
        required=True,
        metavar="FILE.jsonl",
        help="a stroke file for `lenet.evaluate`",
    )
    add_number(parser, "--count", 1, 100_000, "doodles", 1_000)
    add_number(parser, "--seed", 0, LARGEST_SEED, "of everything random", 0)
    options = parser.parse_args(arguments)
    random = np.random.default_rng(options.seed)
    drawings = [Drawing.from_json({"strokes": doodle(random)[1]}) for _ in range(options.count)]
    with writing(options.strokes):
        write(options.strokes, [LabelledDrawing(NOT_A_DIGIT, drawing) for drawing in drawings])


if __name__ == "__main__":
    sys.exit(main())
