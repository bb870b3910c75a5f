"""Contact sheets of synthetic drawings beside the pictures that the network sees.

    $ python -m tools.sheets digits --out sheets
    sheets/digits.png

The generators are `digits`, `ambiguous`, `nondigits`, `doodles` and `odd_hand`; the default is all of them.
A row is a style or a kind.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lenet.command import LARGEST_SEED, Parser, add_number, command
from lenet.datasets.synthetic import nondigits
from lenet.datasets.synthetic.digits import AMBIGUOUS, STYLES, glyph, write
from lenet.files import writing
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from tools import doodles, odd_hand

Draw = Callable[[np.random.Generator], NDArray[np.uint8]]  # returns (280, 280), 255 = paper, 0 = ink

CELL, LABEL = 72, 130  # pixels: of a drawing, and of the text before a row


def some_digit(random: np.random.Generator) -> list[list[list[float]]]:
    return glyph(int(random.integers(10)), random)


GENERATORS: dict[str, dict[str, Draw]] = {
    "digits": {
        f"{digit} {style}": lambda random, digit=digit, style=style: render(glyph(digit, random, style))
        for digit in STYLES
        for style in STYLES[digit]
    },
    "ambiguous": {
        f"{first} or {second}": lambda random, draw=draw: render(write(draw, random))
        for (first, second), (_, draw) in AMBIGUOUS.items()
    },
    "nondigits": {
        kind: lambda random, kind=kind: nondigits.draw(random, some_digit, kind).render() for kind in nondigits.KINDS
    },
    "doodles": {
        f"{group} {name}": lambda random, draw=draw: render(doodles.shaky(draw(random), random), width=12)
        for group, names in doodles.GROUPS.items()
        for name, draw in names.items()
    },
    "odd_hand": {str(digit): lambda random, digit=digit: odd_hand.digit(digit, random).render() for digit in range(10)},
}


def sheet(rows: dict[str, Draw], random: np.random.Generator, columns: int) -> Image.Image:
    """Return a picture with a row per entry: its drawings, then the same as the network sees them."""
    picture = Image.new("L", (LABEL + 2 * columns * CELL, len(rows) * CELL), 255)
    for top, (label, draw) in zip(range(0, picture.height, CELL), rows.items(), strict=True):
        ImageDraw.Draw(picture).text((4, top + CELL // 2), label)
        for left in range(LABEL, LABEL + columns * CELL, CELL):
            drawing = draw(random)
            seen = (255 - 255 * preprocess(drawing).picture).astype(np.uint8)
            for x, pixels in ((left, drawing), (left + columns * CELL, seen)):
                picture.paste(Image.fromarray(pixels).resize((CELL - 4, CELL - 4)), (x, top))
    return picture


@command()
def main(arguments: Sequence[str] | None = None) -> None:
    parser = Parser("python -m tools.sheets", __doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(GENERATORS))
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the pictures")
    add_number(parser, "--columns", 1, 100, "drawings per row", 12)
    add_number(parser, "--seed", 0, LARGEST_SEED, "of everything random", 0)
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - GENERATORS.keys():
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(GENERATORS)}")
    with writing(options.out):
        options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or GENERATORS:
        path = options.out / f"{name}.png"
        sheet(GENERATORS[name], np.random.default_rng(options.seed), options.columns).save(path)
        print(path)


if __name__ == "__main__":
    sys.exit(main())
