"""Not-digits, drawn by rule: what people also draw on a digit pad, so that the network learns to doubt it.

Scribbles, letters, signs, little pictures, lines, dots, pieces of digits and several digits at once. Only what nobody
would read as a digit: no l I O o Z z S s B b G g q D U u C c J L i, no circle, no upright or right-leaning line, no
lollipop or balloon (a 9), no open lightning or Y (a 4). No font and no one's data.

    python -m lenet.datasets.outliers --out sheets [--digits FILE.jsonl]      a picture a kind, and its 28 × 28
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.datasets.drawings import place, read
from lenet.datasets.outlier_shapes import LETTERS, PICTURES, SIGNS
from lenet.preprocess import SIDE, preprocess
from lenet.strokes import CANVAS_SIZE, Drawing, Stroke

SIZE = 180.0  # the longer side of every drawing in pixels of the pad; who uses them places and scales them anew

# The hand; lengths in parts of the drawing's longer side.
MISS = 0.03  # spread with which a knot misses its place
SLANT = (0.05, 0.12)  # mean and spread of x moved a y; most hands lean right
TURN = 4.0  # spread of the rotation in degrees
ASPECT = 0.15  # spread of the logarithm of width : height
WAVE = 0.012  # largest wobble along a stroke
WAVES = (0.2, 0.7)  # and its length
SPACING = (0.015, 0.035)  # between points

Line = NDArray[np.float64]  # (N, 2): x, y down, in any unit until `_hand`
Digits = Callable[[np.random.Generator], Sequence[Stroke]]


def outlier(
    random: np.random.Generator, kind: str | None = None, digits: Digits | None = None
) -> list[list[list[float]]]:
    """Draw something that is not a digit.

    Args:
        random: the source of every choice; the same state draws the same.
        kind: one of `KINDS`; None: one of them by weight, `several` only if there are digits.
        digits: gives the strokes of some digit at each call, in any unit, y down; `several` sets them side by side.

    Returns:
        Strokes of [x, y] points in pixels of the pad, y down, as `lenet.strokes` has them; the longer side of their
        box is 180 (a single dot has none), its middle the middle of the pad.
    """
    kind = kind or _choice(random, digits)
    if kind != "several":
        return _hand(KINDS[kind].draw(random), random)
    if digits is None:
        raise ValueError("Several digits need a function that draws one: outlier(random, 'several', digits=…).")
    written = [[np.array(stroke, np.float64) for stroke in digits(random)] for _ in range(random.choice((2, 2, 3)))]
    return _hand(_row(written, random), random, calm=0.3)


def pictures(
    count: int, random: np.random.Generator, digits: Digits | None = None, kind: str | None = None
) -> NDArray[np.float32]:
    """Draw that many not-digits, each with a pen that suits its kind, and bring them into MNIST's form.

    Args:
        count: N.
        random: the source of every choice.
        digits: as for `outlier`.
        kind: as for `outlier`.

    Returns:
        (N, 28, 28) float32, 0 = paper, 1 = ink.
    """
    seen = [preprocess(_placed(random, digits, kind).render()).picture for _ in range(count)]
    return np.array(seen, np.float32).reshape(-1, SIDE, SIDE)


def _placed(random: np.random.Generator, digits: Digits | None, kind: str | None) -> Drawing:
    kind = kind or _choice(random, digits)
    return place(outlier(random, kind, digits), random, boldest=KINDS[kind].boldest)


def _choice(random: np.random.Generator, digits: Digits | None) -> str:
    names = [name for name in KINDS if digits or name != "several"]
    weights = np.cumsum([KINDS[name].weight for name in names])
    return names[int(np.searchsorted(weights, random.random() * weights[-1], "right"))]


def _hand(lines: Sequence[Line], random: np.random.Generator, calm: float = 1.0) -> list[list[list[float]]]:
    """Draw lines as a hand would: squeezed, slanted, turned, wavering; calm below 1 makes less of it."""
    lines = _boxed(lines, 1.0)
    angle = np.radians(random.normal(0, TURN) * calm)
    wide = np.exp(random.normal(0, ASPECT) * calm / 2)
    slant = np.clip(random.normal(*SLANT), -0.25, 0.35) * calm
    matrix = np.array([[wide, 0.0], [-slant, 1 / wide]]) @ _turn(angle)
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
    """Lines whose box has its middle at 0 and this longer side."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = side / max((high - low).max(), 1e-9)
    return [(line - (low + high) / 2) * scale for line in lines]


def _table(table: dict[str, tuple[str, ...]]) -> Callable[[np.random.Generator], list[Line]]:
    """A kind that draws one entry of a table as above, each as likely as the other."""
    entries = list(table.values())

    def draw(random: np.random.Generator) -> list[Line]:
        variants = entries[random.integers(len(entries))]
        strokes = variants[random.integers(len(variants))].split("/")
        corner = random.uniform(0, 0.2)
        return [_stroke(stroke.strip(), corner, random) for stroke in strokes]

    return draw


def _stroke(text: str, corner: float, random: np.random.Generator) -> Line:
    knots: Line = np.array([[int(digit, 16) for digit in knot] for knot in text.lstrip("~o").split()], np.float64)
    if text[0] == "o":  # started anywhere, either way round, and closed only nearly
        turns = np.linspace(0, 1, 25) * random.choice((-1, 1)) * random.uniform(0.95, 1.08) + random.random()
        ring: Line = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], 1)
        centre, axes = knots + random.normal(0, 10 * MISS, (2, 2)) * [[1], [0.3]]
        return np.asarray(centre + ring * axes)
    knots += random.normal(0, 10 * MISS, knots.shape)
    return _smooth(knots) if text[0] == "~" else _rounded(knots, corner)


def _smooth(knots: Line) -> Line:
    """A Catmull-Rom curve through the knots, eight points a piece."""
    ends = np.concatenate([knots[:1], knots, knots[-1:]])
    before, start, end, after = ends[:-3, None], ends[1:-2, None], ends[2:-1, None], ends[3:, None]
    t = np.linspace(0, 1, 9)[None, 1:, None]
    bent = (2 * before - 5 * start + 4 * end - after) * t**2 + (3 * start - before - 3 * end + after) * t**3
    return np.concatenate([knots[:1], (start + ((end - before) * t + bent) / 2).reshape(-1, 2)])


def _rounded(knots: Line, corner: float) -> Line:
    """Straight lines whose corners a fast hand leaves early, by this part of the way to the next knot."""
    if len(knots) < 3:
        return knots
    middle = knots[1:-1]
    early, late = middle + corner * (knots[:-2] - middle), middle + corner * (knots[2:] - middle)
    turned = np.stack([early, (early + 2 * middle + late) / 4, late], 1).reshape(-1, 2)
    return np.concatenate([knots[:1], turned, knots[-1:]])


def _row(written: Sequence[Sequence[Line]], random: np.random.Generator) -> list[Line]:
    """Drawings side by side, about as high as each other, rarely on one line."""
    lines: list[Line] = []
    edge = 0.0
    for each in written:
        each = _boxed(each, random.uniform(0.85, 1.15))
        points = np.concatenate(each)
        step = np.array([edge - points[:, 0].min(), random.normal(0, 0.06)])
        lines += [line + step for line in each]
        edge += float(np.ptp(points[:, 0])) + random.uniform(0.12, 0.45)
    return lines


def _word(random: np.random.Generator) -> list[Line]:
    return _row([_letter(random) for _ in range(random.choice((2, 2, 3)))], random)


def _lying(line: Line, random: np.random.Generator) -> list[Line]:
    """Turned by up to 35°, never upright: drawn with a thick pen it would be a 1."""
    return [line @ _turn(random.uniform(-0.6, 0.6))]


def _turn(angle: float) -> Line:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _zigzag(random: np.random.Generator) -> list[Line]:
    """At least five teeth: with two it is a Z, with three a W or a 3."""
    count = random.integers(6, 15)
    across = np.linspace(0, 1, count) + random.normal(0, 0.25 / count, count)
    down = random.uniform(0.2, 0.9) * (np.arange(count) % 2 + random.normal(0, 0.12, count))
    knots = np.stack([across, down], 1)
    return _lying(_smooth(knots) if random.random() < 0.4 else _rounded(knots, random.uniform(0, 0.2)), random)


def _spiral(random: np.random.Generator) -> list[Line]:
    """At least two and a half turns: with fewer it is a 6, a 9 or a 0."""
    turns, steps = random.uniform(2.6, 5), np.linspace(0, 1, 120)
    angle = 2 * np.pi * (turns * steps + random.random()) * random.choice((-1, 1))
    radius = (random.uniform(0.02, 0.12) + steps ** random.uniform(0.8, 1.3)) * (1 + 0.04 * np.sin(angle * 0.37))
    return [np.stack([np.cos(angle), np.sin(angle) * random.uniform(0.7, 1.2)], 1) * radius[:, None]]


def _coil(random: np.random.Generator) -> list[Line]:
    """Loops in a row, at least four."""
    loops, steps = random.integers(4, 9), np.linspace(0, 1, 200)
    angle = 2 * np.pi * loops * steps
    across = steps * loops * random.uniform(0.6, 1.3) + np.cos(angle) * random.uniform(0.4, 0.7)
    return _lying(np.stack([across, np.sin(angle) * random.uniform(0.5, 1.2)], 1), random)


def _hatching(random: np.random.Generator) -> list[Line]:
    lines: list[Line] = []
    angle = random.uniform(0, np.pi)
    for _ in range(random.choice((1, 1, 2))):
        count = random.integers(4, 10)
        for y in np.linspace(-0.5, 0.5, count):
            ends = np.array([[-0.5, y], [0.5, y]]) + random.normal(0, (0.06, 0.03), (2, 2))
            lines.append(ends @ _turn(angle))
        angle += random.uniform(1.2, 1.9)
    return lines


def _blob(random: np.random.Generator) -> list[Line]:
    """A patch filled by going to and fro."""
    count = random.integers(14, 30)
    down = np.linspace(-1, 1, count)
    half = np.sqrt(1.05 - down**2) if random.random() < 0.6 else np.full(count, random.uniform(0.8, 1.2))
    across = half * (-1.0) ** np.arange(count) * random.uniform(0.75, 1.05, count)
    return _lying(np.stack([across, down + random.normal(0, 0.04, count)], 1), random)


def _wave(random: np.random.Generator) -> list[Line]:
    """At least two periods, lying: one alone is an S or an N."""
    steps = np.linspace(0, 1, 100)
    down = random.uniform(0.05, 0.2) * np.sin(2 * np.pi * (random.uniform(2, 6) * steps + random.random()))
    return [np.stack([steps, down * np.linspace(random.uniform(0.6, 1.4), random.uniform(0.6, 1.4), 100)], 1)]


def _tangle(random: np.random.Generator) -> list[Line]:
    """One line through many places, curved or straight, or several short ones."""
    if random.random() < 0.25:
        return [_smooth(random.random(2) + random.normal(0, 0.25, (3, 2))) for _ in range(random.integers(5, 10))]
    knots = random.random((random.integers(8, 18), 2))
    return [_smooth(knots) if random.random() < 0.7 else _rounded(knots, 0.1)]


def _lines(random: np.random.Generator) -> list[Line]:
    """One line that lies or leans left, or some side by side; one that stands or leans right is a 1."""
    count = random.choice((1, 1, 2, 3, 4))
    angle = random.uniform(0, np.pi) if count > 1 else random.uniform(-0.3, 0.7)
    gap = random.uniform(0.35, 0.6)
    ends = [np.array([[-0.5, i * gap], [0.5, i * gap]]) + random.normal(0, 0.04, (2, 2)) for i in range(count)]
    return [line @ _turn(angle) for line in ends]


def _dots(random: np.random.Generator) -> list[Line]:
    return list(random.random((random.integers(1, 8), 1, 2)))


def _piece(random: np.random.Generator) -> list[Line]:
    """What is on the pad while a digit is begun, as far as no other digit looks so: shallow arcs, corners, hooks."""
    corner = random.integers(4)
    if corner == 0:  # the top of 0, 2, 3, 8 and 9, the foot of 0, 3 and 5: wide and shallow
        angles = np.radians(np.linspace(random.uniform(195, 215), random.uniform(325, 345), 20))
        return [np.stack([np.cos(angles), np.sin(angles) * random.uniform(0.5, 0.9) * random.choice((-1, 1))], 1)]
    stem, bar = random.uniform(0.15, 0.4), random.uniform(0.8, 1.1)
    if corner == 1:  # the beginning of a 7, its stem still short
        return [_rounded(np.array([[0, 0], [bar, 0], [bar - stem / 3, stem]]), random.uniform(0, 0.2))]
    if corner == 2:  # the beginning of a 5 from its upper right
        return [_rounded(np.array([[bar, 0], [0, 0], [0, bar * random.uniform(0.5, 1)]]), random.uniform(0, 0.2))]
    return [_rounded(np.array([[stem * 1.5, -stem], [0, 0], [bar, 0]]), random.uniform(0, 0.2))]  # the foot of a 2


class Kind(NamedTuple):
    """One kind of not-digit."""

    weight: int  # per cent of the drawings
    boldest: float  # thickest pen as part of the longer side, so that it still is one of its kind
    draw: Callable[[np.random.Generator], list[Line]]


_letter = _table(LETTERS)
# Letters weigh most: they are nearest to digits. What looks alike anyway (a blob, a tangle) needs fewer.
KINDS = {
    "letter": Kind(34, 0.18, _letter),
    "word": Kind(4, 0.1, _word),
    "sign": Kind(14, 0.16, _table(SIGNS)),
    "picture": Kind(12, 0.1, _table(PICTURES)),
    "zigzag": Kind(5, 0.12, _zigzag),
    "spiral": Kind(4, 0.12, _spiral),
    "coil": Kind(3, 0.12, _coil),
    "wave": Kind(2, 0.12, _wave),
    "hatching": Kind(3, 0.12, _hatching),
    "blob": Kind(3, 0.12, _blob),
    "tangle": Kind(5, 0.12, _tangle),
    "lines": Kind(3, 0.18, _lines),
    "dots": Kind(1, 0.2, _dots),
    "piece": Kind(2, 0.18, _piece),
    "several": Kind(5, 0.1, _word),
}


def sheet(kind: str, random: np.random.Generator, digits: Digits | None = None) -> Image.Image:
    """A picture of 48 drawings of a kind, placed at random, each with what the network sees of it to its right."""
    cell = 112
    picture = Image.new("L", (16 * (cell + 8), 6 * (cell + 8)), 128)
    for i in range(48):
        drawn = _placed(random, digits, kind).render()
        seen = np.round(255 - 255 * preprocess(drawn).picture).astype(np.uint8)
        corner = (i % 8 * 2 * (cell + 8), i // 8 * (cell + 8))
        picture.paste(Image.fromarray(drawn).resize((cell, cell)), corner)
        picture.paste(
            Image.fromarray(seen).resize((cell, cell), Image.Resampling.NEAREST), (corner[0] + cell, corner[1])
        )
    return picture


def main() -> None:
    """Write a contact sheet a kind of not-digit."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the pictures go")
    parser.add_argument(
        "--digits", metavar="FILE", help="a stroke file; without one there is no sheet of several digits"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    written = read(args.digits) if args.digits else None
    args.out.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        if written or kind != "several":
            random = np.random.default_rng(args.seed)
            digits = (lambda source: written[source.integers(len(written))].strokes) if written else None
            sheet(kind, random, digits).save(args.out / f"{kind}.png")


if __name__ == "__main__":
    main()
