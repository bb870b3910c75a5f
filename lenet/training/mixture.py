"""The mixture that a network is trained on: MNIST, synthetic digits, people's drawings, and non-digits.

    >>> from lenet.training import mixture
    >>> mixture.glyphs(1_000, np.random.default_rng(1)).images.shape
    (1000, 28, 28)

Every drawing is rendered with the pad's brush at a random size, place and pen width, then preprocessed as in the demo,
so that the network learns from what it will be shown. Pictures are rendered once, before the first step; distortions
vary them afterwards.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from lenet.datasets import holdout, stroke_files
from lenet.datasets.mnist import Split
from lenet.datasets.placement import place
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing
from lenet.datasets.synthetic import nondigits
from lenet.datasets.synthetic.digits import AMBIGUOUS, glyph, write
from lenet.image.preprocess import SIDE, preprocess
from lenet.image.strokes import Stroke
from lenet.training.recipes import Recipe

# Most synthetic pictures to render: a long training sees each about five times, distorted differently.
GLYPHS, NONDIGITS = 40_000, 30_000

# Targets of the labels: the ten digits, then NOT_A_DIGIT, then each pair of `AMBIGUOUS`. (13, 10)
_shared = [
    share * np.eye(10)[first] + (1 - share) * np.eye(10)[second] for (first, second), (share, _) in AMBIGUOUS.items()
]
TARGETS = np.concatenate([np.eye(10), np.full((1, 10), 0.1), _shared], dtype=np.float32)


class StrokeFile(TypedDict):
    """A stroke file that a network was trained on."""

    name: str
    sha256: str
    count: int  # drawings


class People(NamedTuple):
    """People's drawings from stroke files."""

    learned: Sequence[LabelledDrawing] = ()  # to train on, non-digits among them
    kept: Sequence[LabelledDrawing] = ()  # for validation and calibration, non-digits among them
    files: Sequence[StrokeFile] = ()

    @property
    def kept_digits(self) -> list[LabelledDrawing]:
        """The digits for validation and calibration."""
        return [drawing for drawing in self.kept if drawing.label != NOT_A_DIGIT]

    @property
    def kept_non_digits(self) -> list[LabelledDrawing]:
        """The non-digits for validation and calibration, of kinds that are not trained on."""
        return [drawing for drawing in self.kept if drawing.label == NOT_A_DIGIT]


class Component(NamedTuple):
    """Pictures to train on, and how many of them are in every batch."""

    data: Split
    per_batch: int


def read(paths: Iterable[str | Path], keep: bool = True) -> People:
    """Read stroke files.

    Args:
        paths: the files.
        keep: keep a tenth of each for validation; False for a file of one person, whose end is no new writer
            but perhaps all the nines, and too few drawings to calibrate with.

    Raises:
        DatasetError: if a file cannot be read.
    """
    learned: list[LabelledDrawing] = []
    kept: list[LabelledDrawing] = []
    files: list[StrokeFile] = []
    for path in map(Path, paths):
        drawings = stroke_files.read(path)
        training, validation = holdout.split(drawings) if keep else (drawings, [])
        learned += training
        kept += validation
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"name": path.name, "sha256": digest, "count": len(drawings)})
    return People(learned, kept, files)


def glyphs(count: int, random: np.random.Generator) -> Split:
    """Render `count` synthetic digits, 0 to 9 in turn."""
    digits = ((glyph(i % 10, random), i % 10) for i in range(count))
    return _render(count, "synthetic digits", digits, random)


def drawn(drawings: Sequence[LabelledDrawing], count: int, random: np.random.Generator) -> Split:
    """Render `count` pictures of the drawings in turn, placed anew on the pad each time."""
    turns = islice(cycle(drawings), count)
    return _render(count, "people's drawings", ((drawing.strokes, drawing.label) for drawing in turns), random)


def non_digits(count: int, random: np.random.Generator, drawings: Sequence[LabelledDrawing] = ()) -> Split:
    """Render non-digits, labelled NOT_A_DIGIT.

    Args:
        count: how many.
        random: source of every choice.
        drawings: people's digits, which give half of the digits that are joined to numbers; the other half, or all
            without drawings, are synthetic.
    """

    def digit(source: np.random.Generator) -> Sequence[Stroke]:
        if drawings and source.random() < 0.5:
            return drawings[int(source.integers(len(drawings)))].strokes
        return glyph(int(source.integers(10)), source)

    pictures = (preprocess(nondigits.draw(random, digit).render()).picture for _ in range(count))
    return Split(_bytes(count, "non-digits", pictures), np.full(count, NOT_A_DIGIT, np.uint8))


def torn(count: int, random: np.random.Generator) -> Split:
    """Render `count` drawings that could be either of two digits, labelled with the row of their target."""
    draws = [draw for _, draw in AMBIGUOUS.values()]
    shapes = ((write(draws[i % len(draws)], random), NOT_A_DIGIT + 1 + i % len(draws)) for i in range(count))
    return _render(count, "ambiguous digits", shapes, random)


def components(
    recipe: Recipe,
    data: Split,
    seed: int,
    drawings: Sequence[LabelledDrawing] = (),
    glyph_limit: int = GLYPHS,
    nondigit_limit: int = NONDIGITS,
) -> list[Component]:
    """Collect the pictures that a recipe trains on; rendering takes three minutes for `world`.

    Args:
        recipe: decides the number of each per batch; no more are rendered than its steps will see.
        data: MNIST's training images.
        seed: seed of the rendered pictures.
        drawings: people's drawings to train on. Without digits among them, MNIST takes their place; without
            non-digits, synthetic ones do.
        glyph_limit: most synthetic digits to render.
        nondigit_limit: most synthetic non-digits to render.
    """
    digits = [drawing for drawing in drawings if drawing.label != NOT_A_DIGIT]
    doodles = [drawing for drawing in drawings if drawing.label == NOT_A_DIGIT]
    rendered: list[Component] = []

    def add(per_batch: int, limit: int, render: Callable[[int, np.random.Generator], Split]) -> None:
        if per_batch and limit:
            count = min(limit, recipe.steps * per_batch)
            rendered.append(Component(render(count, np.random.default_rng((seed, len(rendered)))), per_batch))

    add(recipe.glyphs, glyph_limit, glyphs)
    add(recipe.torn, glyph_limit, torn)
    add(recipe.drawings, recipe.renderings * len(digits), lambda count, random: drawn(digits, count, random))
    add(recipe.doodles, recipe.renderings * len(doodles), lambda count, random: drawn(doodles, count, random))
    synthetic = recipe.outliers + (0 if doodles else recipe.doodles)
    add(synthetic, nondigit_limit, lambda count, random: non_digits(count, random, digits))
    return [Component(data, recipe.batch - sum(part.per_batch for part in rendered)), *rendered]


def _render(
    count: int, name: str, digits: Iterable[tuple[Sequence[Stroke], int]], random: np.random.Generator
) -> Split:
    labels = np.zeros(count, np.uint8)

    def pictures() -> Iterator[NDArray[np.float32]]:
        for i, (strokes, label) in enumerate(digits):
            labels[i] = label
            yield preprocess(place(strokes, random).render()).picture

    return Split(_bytes(count, name, pictures()), labels)


def _bytes(count: int, name: str, pictures: Iterable[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Convert (28, 28) pictures in [0, 1] to (N, 28, 28) uint8, 0 = paper, 255 = ink."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for i, picture in enumerate(tqdm(pictures, f"Rendering {name}", count, unit="", leave=False, disable=None)):
        images[i] = np.rint(picture * 255)
    return images
