"""Synthetic digits, as people around the world write them: strokes for the styles that MNIST lacks.

MNIST is American school writing of the 1990s. Elsewhere a 1 has a flag and a foot, a 7 a bar, a 0 a slash; a 4 is open,
closed or a lightning; 6 and 9 curl. `digit_shapes` and `rare_shapes` have the shapes; this module has their
frequencies, and a hand that slants, bends and wavers, misses joins and cuts corners. No font and no data of people are
used.

`python -m tools.sheets digits --out sheets` draws them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.synthetic import digit_shapes as shapes
from lenet.datasets.synthetic import rare_shapes as rare
from lenet.image.strokes import CANVAS_SIZE

SIDE = 180  # the longer side of every glyph in pixels of the pad; callers place and scale it

# The hand, in units of the frame, in which a digit is 100 high and a line of the pad's pen 11 wide, or as noted.
SLANT = (0.09, 0.14)  # mean and spread; most hands lean right
SLANTS = (-0.2, 0.3)  # beyond, a 7 closes up and a 1 lies down
TURN = (4.0, 12.0)  # spread and limit of the rotation in degrees
ASPECT = (0.12, 0.22)  # spread and limit of the logarithm of width : height
MIDDLE = 3.5  # how far the digit's waist moves up or down
BEND = 2.5  # how far an upright bows
TAPER = 0.08  # how much wider the top is than the foot
LOOSE = (0.5, 1.8)  # from a careful hand to a hasty one; multiplies the next three
KNOT = 1.0  # spread of a knot about its place
REACH = (-3.0, 4.0)  # how far a stroke's end falls short or overshoots
WAVE = (0.2, 0.9)  # amplitude of a stroke's slow waves
WAVES = (45.0, 140.0)  # wavelength
TREMOR = 0.1  # spread of every point; a pixel of MNIST is 5 units
CUT = 0.25  # part of the way to the next knot by which a fast hand leaves a corner early, at most
TICK = 0.06  # part of the strokes that start with a small tick of the pen
TICKS = 7  # its length across and down, at most
SPACING = (2.5, 6.0)  # between points, in pixels of the pad: fingers and pens send 60 to 120 points/s
POINTS = (32, 112)  # fewest and most points of a glyph, apart from dots

# A quadratic B-spline at eight places between two knots, as weights of three of them: (8, 3).
BASIS = np.array([[(1 - t) ** 2 / 2, (1 + 2 * t - 2 * t * t) / 2, t * t / 2] for t in np.arange(8) / 8])

Line = NDArray[np.float64]  # (N, 2): x, y


@dataclass(frozen=True)
class Style:
    """One way to write a digit.

    Attributes:
        weight: frequency relative to the digit's other styles; an estimate, not a count.
        draw: returns the strokes as knots, in a frame 100 high and about 60 wide, y down.
    """

    weight: float
    draw: Callable[[shapes.Uniform], shapes.Strokes]


STYLES: dict[int, dict[str, Style]] = {
    0: {
        "plain": Style(48, lambda u: shapes.zero(u, 26, 38)),
        "narrow": Style(12, lambda u: shapes.zero(u, 17, 22)),
        "round": Style(12, lambda u: shapes.zero(u, 38, 48)),
        "spiral": Style(8, shapes.spiral_zero),
        "slashed": Style(14, lambda u: shapes.zero(u, 25, 40, "slash")),
        "dotted": Style(6, lambda u: shapes.zero(u, 28, 42, "dot")),
        "crossed": Style(18, lambda u: rare.crossed_zero(u, (35, 105))),
        "barred": Style(2, lambda u: rare.crossed_zero(u, (-20, 25))),
        "unclosed": Style(5, rare.open_zero),
    },
    1: {
        "plain": Style(32, shapes.one),
        "flagged": Style(26, lambda u: shapes.one(u, (20, 46))),
        "long_flag": Style(12, lambda u: shapes.one(u, (50, 90))),
        "hooked": Style(11, shapes.hooked_one),
        "footed": Style(5, lambda u: shapes.one(u, None, True)),
        "flagged_footed": Style(14, lambda u: shapes.one(u, (18, 55), True)),
        "hooked_footed": Style(15, rare.footed_one),
        "flat_flagged": Style(22, rare.flat_flagged_one),
    },
    2: {
        "round": Style(44, lambda u: shapes.two(u, "corner")),
        "looped": Style(20, lambda u: shapes.two(u, "loop")),
        "wave": Style(14, lambda u: shapes.two(u, "wave")),
        "curled": Style(8, lambda u: shapes.two(u, "corner", True)),
        "z": Style(14, shapes.z_two),
    },
    3: {
        "round": Style(43, lambda u: shapes.three(u, "corner")),
        "soft": Style(25, lambda u: shapes.three(u, "soft")),
        "looped": Style(13, lambda u: shapes.three(u, "loop")),
        "flat": Style(13, lambda u: shapes.three(u, "corner", True)),
        "closed": Style(6, shapes.closed_three),
        "narrow": Style(15, rare.narrow_three),
        "angular": Style(7, rare.angular_three),
        "curled": Style(5, rare.curled_three),
    },
    4: {
        "open": Style(28, lambda u: shapes.four(u, u(14, 24), (-4, 26))),
        "cup": Style(14, shapes.cup_four),
        "closed": Style(17, lambda u: shapes.four(u, 42, (-4, 4))),
        "closed_one": Style(11, lambda u: shapes.four(u, 42, (0, 0), strokes=1)),
        "short": Style(12, shapes.short_four),
        "lightning": Style(11, shapes.lightning_four),
        "bolt": Style(7, shapes.bolt_four),
    },
    5: {
        "one": Style(30, shapes.five),
        "two": Style(32, lambda u: shapes.five(u, (-4, 4))),
        "apart": Style(13, lambda u: shapes.five(u, (12, 20))),
        "square": Style(12, lambda u: shapes.five(u, None, True)),
        "s": Style(13, shapes.s_five),
        "hatted": Style(10, lambda u: rare.hatted_five(u, apart=False)),
        "hat_apart": Style(7, lambda u: rare.hatted_five(u, apart=True)),
        "flat": Style(7, rare.flat_five),
    },
    6: {
        "looped": Style(42, lambda u: shapes.six(u, [(u(36, 50), 0), (22, 26), (7, 58)], u(18, 25), (-230, -185))),
        "straight": Style(14, lambda u: shapes.six(u, [(u(16, 38), 0), (12, 50), (6, 76)], u(11, 17), (-230, -185))),
        "curled": Style(
            11, lambda u: shapes.six(u, [(58, u(8, 18)), (50, 2), (36, 1), (15, 24), (5, 60)], 25, (-280, -210), 0.7)
        ),
        "open": Style(12, lambda u: shapes.six(u, [(u(36, 50), 0), (20, 28), (6, 60)], u(18, 24), (-115, -75))),
        "upright": Style(13, lambda u: shapes.six(u, [(u(8, 22), 0), (9, 35), (6, 65)], u(18, 26), (-220, -180))),
        "crossed": Style(8, shapes.crossed_six),
        "wide": Style(10, rare.wide_six),
        "joined": Style(14, rare.joined_six),
    },
    7: {
        "plain": Style(33, shapes.seven),
        "barred": Style(25, lambda u: shapes.seven(u, bar=(42, 62))),
        "barred_round": Style(8, lambda u: shapes.seven(u, bar=(48, 76), curved=True)),
        "serif": Style(11, lambda u: shapes.seven(u, serif=True)),
        "curved": Style(10, lambda u: shapes.seven(u, curved=True)),
        "barred_serif": Style(7, lambda u: shapes.seven(u, serif=True, bar=(42, 62))),
        "barred_loop": Style(6, shapes.looped_seven),
        "barred_low": Style(8, rare.low_barred_seven),
        "ticked": Style(6, rare.ticked_seven),
    },
    8: {
        "one": Style(46, lambda u: shapes.eight(u, (-75, -25), (-25, 10))),
        "mirrored": Style(12, lambda u: shapes.eight(u, (-75, -25), (-25, 10), mirrored=True)),
        "open": Style(13, lambda u: shapes.eight(u, (-120, -60), (45, 70))),
        "ribbon": Style(14, lambda u: shapes.eight(u, (-75, -25), (0, 0), ribbon=True)),
        "rings": Style(15, shapes.ring_eight),
        "waist": Style(8, rare.waist_eight),
        "angular": Style(4, rare.angular_eight),
    },
    9: {
        "straight": Style(33, lambda u: shapes.nine(u, "straight")),
        "two": Style(13, lambda u: shapes.nine(u, "straight", 2)),
        "curved": Style(14, shapes.curved_nine),
        "hook": Style(13, lambda u: shapes.nine(u, "hook")),
        "g": Style(10, lambda u: shapes.nine(u, "g")),
        "curled": Style(8, shapes.curled_nine),
        "flat": Style(9, lambda u: shapes.nine(u, "flat")),
        "angular": Style(5, rare.angular_nine),
        "waist": Style(6, rare.waist_nine),
    },
}

# Shapes that are one digit to some people and another to others, and the share of the first; an estimate.
AMBIGUOUS: dict[tuple[int, int], tuple[float, Callable[[shapes.Uniform], shapes.Strokes]]] = {
    (1, 7): (0.65, rare.one_or_seven),  # more people write a 1 with a flat flag than a 7 with so short a roof
    (4, 9): (0.5, rare.four_or_nine),
}


def glyph(digit: int, random: np.random.Generator, style: str | None = None) -> list[list[list[float]]]:
    """Write a digit.

    Args:
        digit: 0 to 9.
        random: the generator of every choice; the same state writes the same glyph.
        style: a name in `STYLES[digit]`; None: one of them, by weight.

    Returns:
        Strokes as of `write`.
    """
    styles = STYLES[digit]
    if style is None:
        weights = np.cumsum([candidate.weight for candidate in styles.values()])
        style = list(styles)[int(np.searchsorted(weights, random.random() * weights[-1], "right"))]
    return write(styles[style].draw, random)


def write(draw: Callable[[shapes.Uniform], shapes.Strokes], random: np.random.Generator) -> list[list[list[float]]]:
    """Write a shape by hand.

    Args:
        draw: returns the strokes as knots, as of `Style`.
        random: the generator of every choice.

    Returns:
        Strokes of [x, y] points in pixels of the pad, y down, in any order and direction; the longer side of their box
        is 180, its middle the middle of the pad.
    """
    loose, cut = random.uniform(*LOOSE), random.uniform(0, CUT) * random.random()
    lines = [_curve(knots, loose, cut, random) for knots in draw(random.uniform)]
    points = _hand(np.concatenate(lines), random)
    low, high = points.min(0), points.max(0)
    points = (points - (low + high) / 2) * (SIDE / (high - low).max()) + CANVAS_SIZE / 2
    parts = np.split(points, np.cumsum([len(line) for line in lines])[:-1])
    lengths = [np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(part, axis=0).T))]) for part in parts]
    total = sum(float(length[-1]) for length in lengths)
    spacing = min(max(random.uniform(*SPACING), total / POINTS[1]), total / POINTS[0])
    strokes = []
    for i in random.permutation(len(parts)):
        part, length = parts[i], lengths[i]
        along = np.linspace(0, 1, max(2, round(length[-1] / spacing) + 1))
        along += random.uniform(-0.05, 0.05) * np.sin(2 * np.pi * along)  # pens speed up and slow down
        line = np.stack([np.interp(along * length[-1], length, part[:, axis]) for axis in (0, 1)], 1)
        strokes.append(line[:: -1 if random.random() < 0.2 else 1].round(1).tolist())
    return strokes


def _curve(knots: list[shapes.Knot], loose: float, cut: float, random: np.random.Generator) -> Line:
    """Lead a pen through a stroke's knots: a quadratic B-spline, in units of the frame.

    Args:
        knots: of one stroke.
        loose: how far everything misses its place, about 1.
        cut: how early a corner is left, as part of the way to its neighbours, 0 to 0.5; 0 keeps it sharp.
        random: the generator of missed knots, short or overshooting ends and waves.
    """
    count = len(knots)
    placed = np.array([knot[:2] for knot in knots]) + random.normal(0, KNOT * loose, (count, 2))
    for end, next_to in ((0, 1), (-1, -2)):
        way = placed[end] - placed[next_to]
        length = float(np.hypot(*way))
        if length > 12:  # a dot has no direction
            placed[end] += way / length * random.uniform(*REACH) * loose
    controls = [placed[0]]
    if random.random() < TICK and count > 2:
        controls.insert(0, placed[0] + random.uniform(-TICKS, TICKS, 2))
    controls.append(controls[0])
    for i, knot in enumerate(knots[1:-1], 1):
        if len(knot) > 2 and knot[2]:  # two knots in one place are a corner
            controls += [placed[i] + cut * (placed[j] - placed[i]) for j in (i - 1, i + 1)]
        else:
            controls.append(placed[i])
    controls += [placed[-1], placed[-1]]
    hull = np.array(controls)
    triples = np.stack([hull[:-2], hull[1:-1], hull[2:]], 1)  # (S, 3, 2)
    line: Line = (BASIS @ triples).reshape(-1, 2)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])[:, None]
    for _ in range(2):
        length, phase = random.uniform(*WAVES), random.uniform(0, 2 * np.pi, 2)
        line += loose * random.uniform(*WAVE) * np.sin(2 * np.pi * along / length + phase)
    return line


def _hand(points: Line, random: np.random.Generator) -> Line:
    """Apply one hand to a whole digit: waist, bow, taper, tremor, aspect, slant and rotation."""
    x, y = points[:, 0] - 30, points[:, 1]
    arch = np.sin(np.pi * y / 100)
    y = y + random.normal(0, MIDDLE) * arch - 50
    x = (x + random.normal(0, BEND) * arch) * (1 - random.normal(0, TAPER) * y / 50)
    x = (
        x * np.exp(np.clip(random.normal(0, ASPECT[0]), -ASPECT[1], ASPECT[1]))
        - np.clip(random.normal(*SLANT), *SLANTS) * y
    )
    turn = np.radians(np.clip(random.normal(0, TURN[0]), -TURN[1], TURN[1]))
    cos, sin = np.cos(turn), np.sin(turn)
    moved: Line = np.stack([cos * x - sin * y, sin * x + cos * y], 1)
    return moved + random.normal(0, TREMOR, moved.shape)
