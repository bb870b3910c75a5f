"""The mixture that a network is trained on: MNIST, synthetic digits, people's drawings, and non-digits.

    >>> from lenet.training import mixture
    >>> mixture.glyphs(1_000, np.random.default_rng(1)).images.shape
    (1000, 28, 28)

Every drawing is rendered with the pad's brush at a random size, place and pen width, then preprocessed as in the demo,
so that the network learns from what it will be shown. Pictures are rendered once, before the first step; distortions
vary them afterwards.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from lenet.datasets import stroke_files
from lenet.datasets.mnist import Split
from lenet.datasets.placement import place
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing
from lenet.datasets.synthetic import nondigits
from lenet.datasets.synthetic.digits import glyph
from lenet.image.preprocess import SIDE, preprocess
from lenet.image.strokes import Stroke
from lenet.training.recipes import Recipe

# Most synthetic pictures to render: a long training sees each about five times, distorted differently.
GLYPHS, NONDIGITS = 40_000, 30_000
# One in this many drawings of a file is for validation: the last ones, as files are in the order of their writers.
VALIDATION = 10


class StrokeFile(TypedDict):
    """A stroke file that a network was trained on."""

    name: str
    sha256: str
    count: int  # drawings


class People(NamedTuple):
    """People's drawings from stroke files."""

    learned: Sequence[LabelledDrawing] = ()  # to train on, non-digits among them
    kept: Sequence[LabelledDrawing] = ()  # digits for validation and calibration
    files: Sequence[StrokeFile] = ()


class Component(NamedTuple):
    """Pictures to train on, and how many of them are in every batch."""

    data: Split
    per_batch: int


def split(drawings: Sequence[LabelledDrawing]) -> tuple[Sequence[LabelledDrawing], Sequence[LabelledDrawing]]:
    """Split a file's drawings into the first nine tenths, for training, and the rest, for validation."""
    count = len(drawings) - len(drawings) // VALIDATION
    return drawings[:count], drawings[count:]


def read(paths: Iterable[str | Path], keep: bool = True) -> People:
    """Read stroke files.

    Args:
        paths: the files.
        keep: keep the last tenth of each for validation; False for a file of one person, whose end is no new writer
            but perhaps all the nines, and too few drawings to calibrate with.

    Raises:
        DatasetError: if a file cannot be read.
    """
    learned: list[LabelledDrawing] = []
    kept: list[LabelledDrawing] = []
    files: list[StrokeFile] = []
    for path in map(Path, paths):
        drawings = stroke_files.read(path)
        training, validation = split(drawings) if keep else (drawings, ())
        learned += training
        kept += [drawing for drawing in validation if drawing.label != NOT_A_DIGIT]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"name": path.name, "sha256": digest, "count": len(drawings)})
    return People(learned, kept, files)


def glyphs(count: int, random: np.random.Generator) -> Split:
    """Render `count` synthetic digits, 0 to 9 in turn."""
    digits = ((glyph(i % 10, random), i % 10) for i in range(count))
    return _render(count, "synthetic digits", digits, random)


def drawn(drawings: Sequence[LabelledDrawing], times: int, random: np.random.Generator) -> Split:
    """Render every drawing `times` times, placed anew on the pad each time."""
    digits = ((drawing.strokes, drawing.label) for _ in range(times) for drawing in drawings)
    return _render(times * len(drawings), "people's drawings", digits, random)


def non_digits(count: int, random: np.random.Generator, drawings: Sequence[LabelledDrawing] = ()) -> Split:
    """Render non-digits, labelled NOT_A_DIGIT.

    Args:
        count: how many.
        random: source of every choice.
        drawings: people's drawings, which give half of the digits that are joined to numbers; the other half, or all
            without drawings, are synthetic.
    """
    written = [drawing for drawing in drawings if drawing.label != NOT_A_DIGIT]

    def digit(source: np.random.Generator) -> Sequence[Stroke]:
        if written and source.random() < 0.5:
            return written[int(source.integers(len(written)))].strokes
        return glyph(int(source.integers(10)), source)

    pictures = (preprocess(nondigits.draw(random, digit).render()).picture for _ in range(count))
    return Split(_bytes(count, "non-digits", pictures), np.full(count, NOT_A_DIGIT, np.uint8))


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
        drawings: people's drawings to train on; without any, MNIST takes their place.
        glyph_limit: most synthetic digits to render.
        nondigit_limit: most non-digits to render.
    """
    rendered = []
    if recipe.glyphs:
        count = min(glyph_limit, recipe.steps * recipe.glyphs)
        rendered.append(Component(glyphs(count, np.random.default_rng((seed, 1))), recipe.glyphs))
    if recipe.drawings and drawings:
        times = min(recipe.renderings, math.ceil(recipe.steps * recipe.drawings / len(drawings)))
        rendered.append(Component(drawn(drawings, times, np.random.default_rng((seed, 2))), recipe.drawings))
    if recipe.outliers:
        count = min(nondigit_limit, recipe.steps * recipe.outliers)
        rendered.append(Component(non_digits(count, np.random.default_rng((seed, 3)), drawings), recipe.outliers))
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
