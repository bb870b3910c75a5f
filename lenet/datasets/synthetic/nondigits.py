"""Synthetic non-digits: what people also draw on a digit pad, so that the network learns to doubt it.

Scribbles, letters, signs, little pictures, lines, dots, pieces of digits and several digits at once, but nothing that
reads as a digit: no l I O o Z z S s B b G g q D U u C c J L i, no circle, no upright or right-leaning line, no lollipop
or balloon (a 9), no open lightning or Y (a 4). No font and no data of people are used.

`python -m tools.sheets nondigits --out sheets` draws them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lenet.datasets.placement import place
from lenet.datasets.synthetic import scribbles
from lenet.datasets.synthetic.nondigit_shapes import LETTERS, PICTURES, SIGNS
from lenet.datasets.synthetic.scribbles import Line, rounded, smooth, turn
from lenet.image.strokes import CANVAS_SIZE, Drawing, Stroke

SIZE = 180.0  # the longer side of every drawing in pixels of the pad; callers place and scale it

# The hand; lengths as part of the drawing's longer side.
MISS = 0.03  # spread of a knot about its place
SLANT = (0.05, 0.12)  # mean and spread of x moved a y; most hands lean right
TURN = 4.0  # spread of the rotation in degrees
ASPECT = 0.15  # spread of the logarithm of width : height
WAVE = 0.012  # largest wobble along a stroke
WAVES = (0.2, 0.7)  # its wavelength
SPACING = (0.015, 0.035)  # between points

Digits = Callable[[np.random.Generator], Sequence[Stroke]]


def nondigit(
    random: np.random.Generator, kind: str | None = None, digits: Digits | None = None
) -> list[list[list[float]]]:
    """Draw a non-digit.

    Args:
        random: the generator of every choice; the same state draws the same.
        kind: one of `KINDS`; None: one of them by weight, `several` only with `digits`.
        digits: returns the strokes of some digit, in any unit, y down; `several` puts them side by side.

    Returns:
        Strokes of [x, y] points in pixels of the pad, y down; the longer side of their box is 180 (a single dot has
        none), its middle the middle of the pad.

    Raises:
        ValueError: if several digits are asked for without `digits`.
    """
    kind = kind or _choice(random, digits)
    if kind != "several":
        return _hand(KINDS[kind].draw(random), random)
    if digits is None:
        raise ValueError("Several digits need a function that draws one: nondigit(random, 'several', digits=…).")
    written = [[np.array(stroke, np.float64) for stroke in digits(random)] for _ in range(random.choice((2, 2, 3)))]
    return _hand(_row(written, random), random, calm=0.3)


def draw(random: np.random.Generator, digits: Digits | None = None, kind: str | None = None) -> Drawing:
    """Draw a non-digit on the pad at any size and place, with a pen for its kind; arguments as of `nondigit`."""
    kind = kind or _choice(random, digits)
    return place(nondigit(random, kind, digits), random, boldest=KINDS[kind].boldest)


def _choice(random: np.random.Generator, digits: Digits | None) -> str:
    names = [name for name in KINDS if digits or name != "several"]
    weights = np.cumsum([KINDS[name].weight for name in names])
    return names[int(np.searchsorted(weights, random.random() * weights[-1], "right"))]


def _hand(lines: Sequence[Line], random: np.random.Generator, calm: float = 1.0) -> list[list[list[float]]]:
    """Apply a hand to lines: squeezed, slanted, turned and wavering, by less if `calm` is below 1."""
    lines = _boxed(lines, 1.0)
    angle = np.radians(random.normal(0, TURN) * calm)
    wide = np.exp(random.normal(0, ASPECT) * calm / 2)
    slant = np.clip(random.normal(*SLANT), -0.25, 0.35) * calm
    matrix = np.array([[wide, 0.0], [-slant, 1 / wide]]) @ turn(angle)
    spacing = random.uniform(*SPACING)
    drawn = []
    for line in lines:
        steps = np.hypot(*np.diff(line, axis=0).T)
        length = np.concatenate([[0.0], np.cumsum(steps)])
        along = np.linspace(0, length[-1], max(2, round(length[-1] / spacing) + 1) if length[-1] else 1)
        line = np.stack([np.interp(along, length, line[:, axis]) for axis in (0, 1)], 1)
        waves = 2 * np.pi * (along[:, None] / random.uniform(*WAVES, 2) + random.random(2))
        drawn.append(line @ matrix + WAVE * random.random() * np.sin(waves))
    return [(line + CANVAS_SIZE / 2).round(1).tolist() for line in _boxed(drawn, SIZE)]


def _boxed(lines: Sequence[Line], side: float) -> list[Line]:
    """Move and scale lines so that the middle of their box is at 0 and its longer side is `side`."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = side / max((high - low).max(), 1e-9)
    return [(line - (low + high) / 2) * scale for line in lines]


def _table(table: dict[str, tuple[str, ...]]) -> Callable[[np.random.Generator], list[Line]]:
    """Return a function that draws one entry of a table of `nondigit_shapes`, all equally likely."""
    entries = list(table.values())

    def draw(random: np.random.Generator) -> list[Line]:
        variants = entries[random.integers(len(entries))]
        strokes = variants[random.integers(len(variants))].split("/")
        corner = random.uniform(0, 0.2)
        return [_stroke(stroke.strip(), corner, random) for stroke in strokes]

    return draw


def _stroke(text: str, corner: float, random: np.random.Generator) -> Line:
    knots: Line = np.array([[int(digit, 16) for digit in knot] for knot in text.lstrip("~o").split()], np.float64)
    if text[0] == "o":  # starting anywhere, in either direction, and not quite closed
        turns = np.linspace(0, 1, 25) * random.choice((-1, 1)) * random.uniform(0.95, 1.08) + random.random()
        ring: Line = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], 1)
        centre, axes = knots + random.normal(0, 10 * MISS, (2, 2)) * [[1], [0.3]]
        return np.asarray(centre + ring * axes)
    knots += random.normal(0, 10 * MISS, knots.shape)
    return smooth(knots) if text[0] == "~" else rounded(knots, corner)


def _row(drawings: Sequence[Sequence[Line]], random: np.random.Generator) -> list[Line]:
    """Put drawings of about the same height side by side, nearly on one line."""
    row: list[Line] = []
    edge = 0.0
    for drawing in drawings:
        lines = _boxed(drawing, random.uniform(0.85, 1.15))
        points = np.concatenate(lines)
        step = np.array([edge - points[:, 0].min(), random.normal(0, 0.06)])
        row += [line + step for line in lines]
        edge += float(np.ptp(points[:, 0])) + random.uniform(0.12, 0.45)
    return row


def _word(random: np.random.Generator) -> list[Line]:
    return _row([_letter(random) for _ in range(random.choice((2, 2, 3)))], random)


class Kind(NamedTuple):
    """One kind of non-digit."""

    weight: int  # per cent of the drawings
    boldest: float  # thickest pen, as part of the longer side, with which it is still recognisable
    draw: Callable[[np.random.Generator], list[Line]]


_letter = _table(LETTERS)
# Letters weigh most: they are nearest to digits. Kinds that all look alike (a blob, a tangle) need fewer.
KINDS = {
    "letter": Kind(34, 0.18, _letter),
    "word": Kind(4, 0.1, _word),
    "sign": Kind(14, 0.16, _table(SIGNS)),
    "picture": Kind(12, 0.1, _table(PICTURES)),
    "zigzag": Kind(5, 0.12, scribbles.zigzag),
    "spiral": Kind(4, 0.12, scribbles.spiral),
    "coil": Kind(3, 0.12, scribbles.coil),
    "wave": Kind(2, 0.12, scribbles.wave),
    "hatching": Kind(3, 0.12, scribbles.hatching),
    "blob": Kind(3, 0.12, scribbles.blob),
    "tangle": Kind(5, 0.12, scribbles.tangle),
    "lines": Kind(3, 0.18, scribbles.lines),
    "dots": Kind(1, 0.2, scribbles.dots),
    "piece": Kind(2, 0.18, scribbles.piece),
    "several": Kind(5, 0.1, _word),
}
