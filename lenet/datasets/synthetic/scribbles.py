"""Scribbles, lines and dots: the synthetic non-digits that are drawn by a formula instead of a table.

Each function draws in a unit and at a place of its own, y down; `lenet.datasets.synthetic.nondigits` scales the result
and applies a hand.
"""

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (N, 2): x, y down, in any unit


def zigzag(random: np.random.Generator) -> list[Line]:
    """At least five teeth: with two it is a Z, with three a W or a 3."""
    count = random.integers(6, 15)
    across = np.linspace(0, 1, count) + random.normal(0, 0.25 / count, count)
    down = random.uniform(0.2, 0.9) * (np.arange(count) % 2 + random.normal(0, 0.12, count))
    knots = np.stack([across, down], 1)
    return _lying(smooth(knots) if random.random() < 0.4 else rounded(knots, random.uniform(0, 0.2)), random)


def spiral(random: np.random.Generator) -> list[Line]:
    """At least two and a half turns: with fewer it is a 6, a 9 or a 0."""
    turns, steps = random.uniform(2.6, 5), np.linspace(0, 1, 120)
    angle = 2 * np.pi * (turns * steps + random.random()) * random.choice((-1, 1))
    radius = (random.uniform(0.02, 0.12) + steps ** random.uniform(0.8, 1.3)) * (1 + 0.04 * np.sin(angle * 0.37))
    return [np.stack([np.cos(angle), np.sin(angle) * random.uniform(0.7, 1.2)], 1) * radius[:, None]]


def coil(random: np.random.Generator) -> list[Line]:
    """Loops in a row, at least four."""
    loops, steps = random.integers(4, 9), np.linspace(0, 1, 200)
    angle = 2 * np.pi * loops * steps
    across = steps * loops * random.uniform(0.6, 1.3) + np.cos(angle) * random.uniform(0.4, 0.7)
    return _lying(np.stack([across, np.sin(angle) * random.uniform(0.5, 1.2)], 1), random)


def hatching(random: np.random.Generator) -> list[Line]:
    """Lines side by side, at least four, one time in three crossed by others."""
    hatches: list[Line] = []
    angle = random.uniform(0, np.pi)
    for _ in range(random.choice((1, 1, 2))):
        count = random.integers(4, 10)
        for y in np.linspace(-0.5, 0.5, count):
            ends = np.array([[-0.5, y], [0.5, y]]) + random.normal(0, (0.06, 0.03), (2, 2))
            hatches.append(ends @ turn(angle))
        angle += random.uniform(1.2, 1.9)
    return hatches


def blob(random: np.random.Generator) -> list[Line]:
    """A patch filled by going to and fro."""
    count = random.integers(14, 30)
    down = np.linspace(-1, 1, count)
    half = np.sqrt(1.05 - down**2) if random.random() < 0.6 else np.full(count, random.uniform(0.8, 1.2))
    across = half * (-1.0) ** np.arange(count) * random.uniform(0.75, 1.05, count)
    return _lying(np.stack([across, down + random.normal(0, 0.04, count)], 1), random)


def wave(random: np.random.Generator) -> list[Line]:
    """At least two periods, lying: a single one is an S or an N."""
    steps = np.linspace(0, 1, 100)
    down = random.uniform(0.05, 0.2) * np.sin(2 * np.pi * (random.uniform(2, 6) * steps + random.random()))
    return [np.stack([steps, down * np.linspace(random.uniform(0.6, 1.4), random.uniform(0.6, 1.4), 100)], 1)]


def tangle(random: np.random.Generator) -> list[Line]:
    """One line through many places, curved or straight, or several short ones."""
    if random.random() < 0.25:
        return [smooth(random.random(2) + random.normal(0, 0.25, (3, 2))) for _ in range(random.integers(5, 10))]
    knots = random.random((random.integers(8, 18), 2))
    return [smooth(knots) if random.random() < 0.7 else rounded(knots, 0.1)]


def lines(random: np.random.Generator) -> list[Line]:
    """One line that lies or leans left, or several side by side; one that stands or leans right is a 1."""
    count = random.choice((1, 1, 2, 3, 4))
    angle = random.uniform(0, np.pi) if count > 1 else random.uniform(-0.3, 0.7)
    gap = random.uniform(0.35, 0.6)
    ends = [np.array([[-0.5, i * gap], [0.5, i * gap]]) + random.normal(0, 0.04, (2, 2)) for i in range(count)]
    return [line @ turn(angle) for line in ends]


def dots(random: np.random.Generator) -> list[Line]:
    """One to seven dots, each a line of one point."""
    return list(random.random((random.integers(1, 8), 1, 2)))


def piece(random: np.random.Generator) -> list[Line]:
    """The beginning of a digit, unless it looks like another digit: shallow arcs, corners, hooks."""
    corner = random.integers(4)
    if corner == 0:  # the top of 0, 2, 3, 8 and 9, the foot of 0, 3 and 5: wide and shallow
        angles = np.radians(np.linspace(random.uniform(195, 215), random.uniform(325, 345), 20))
        return [np.stack([np.cos(angles), np.sin(angles) * random.uniform(0.5, 0.9) * random.choice((-1, 1))], 1)]
    stem, bar = random.uniform(0.15, 0.4), random.uniform(0.8, 1.1)
    if corner == 1:  # the beginning of a 7, its stem still short
        return [rounded(np.array([[0, 0], [bar, 0], [bar - stem / 3, stem]]), random.uniform(0, 0.2))]
    if corner == 2:  # the beginning of a 5 from its upper right
        return [rounded(np.array([[bar, 0], [0, 0], [0, bar * random.uniform(0.5, 1)]]), random.uniform(0, 0.2))]
    return [rounded(np.array([[stem * 1.5, -stem], [0, 0], [bar, 0]]), random.uniform(0, 0.2))]  # the foot of a 2


def smooth(knots: Line) -> Line:
    """A Catmull-Rom curve through the knots, eight points a piece."""
    ends = np.concatenate([knots[:1], knots, knots[-1:]])
    before, start, end, after = ends[:-3, None], ends[1:-2, None], ends[2:-1, None], ends[3:, None]
    t = np.linspace(0, 1, 9)[None, 1:, None]
    bent = (2 * before - 5 * start + 4 * end - after) * t**2 + (3 * start - before - 3 * end + after) * t**3
    return np.concatenate([knots[:1], (start + ((end - before) * t + bent) / 2).reshape(-1, 2)])


def rounded(knots: Line, corner: float) -> Line:
    """Straight lines whose corners a fast hand leaves early, by the part `corner` of the way to the next knot."""
    if len(knots) < 3:
        return knots
    middle = knots[1:-1]
    early, late = middle + corner * (knots[:-2] - middle), middle + corner * (knots[2:] - middle)
    turned = np.stack([early, (early + 2 * middle + late) / 4, late], 1).reshape(-1, 2)
    return np.concatenate([knots[:1], turned, knots[-1:]])


def turn(angle: float) -> Line:
    """Return the matrix (2, 2) by which a line is multiplied to turn it by radians, clockwise as y points down."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _lying(line: Line, random: np.random.Generator) -> list[Line]:
    """Turn a line by up to 35°, never upright: drawn with a thick pen it would be a 1."""
    return [line @ turn(random.uniform(-0.6, 0.6))]
