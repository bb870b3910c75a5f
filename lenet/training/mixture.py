"""What a network is trained on besides MNIST: digits by rule, drawings of people, and not-digits, in MNIST's form.

    >>> from lenet.datasets import mixture
    >>> mixture.glyphs(1_000, np.random.default_rng(1)).images.shape
    (1000, 28, 28)

Drawn by the pad's brush at every size, place and pen and brought through the demo's own preprocessing: the network
learns what it will be shown. Rendered once, before the first step; the distortions make every look at them another.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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

if TYPE_CHECKING:
    from lenet.training.recipes import Recipe

# Drawn before the first step, at most, for a short training has no look at them all; a long one looks at each some five
# times, differently distorted.
GLYPHS, OUTLIERS = 40_000, 30_000
VALIDATION = 10  # every file's last part of this many; files are in the order of their writers, so theirs are new


def split(people: Sequence[LabelledDrawing]) -> tuple[Sequence[LabelledDrawing], Sequence[LabelledDrawing]]:
    """The first nine tenths of a stroke file, to train on, and the last, to choose and calibrate with."""
    first = len(people) - len(people) // VALIDATION
    return people[:first], people[first:]


class People(NamedTuple):
    """Drawings of people, from stroke files."""

    learned: Sequence[LabelledDrawing] = ()  # to train on; also what is no digit
    kept: Sequence[LabelledDrawing] = ()  # digits to choose and calibrate with
    files: Sequence[dict[str, Any]] = ()  # `name`, `sha256` and `count` of each


def read(paths: Iterable[str | Path], keep: bool = True) -> People:
    """Read stroke files.

    Args:
        paths: of them.
        keep: the last tenth of each from the training; False for one person's file: its end is no other writer, but
            perhaps all the nines, and five drawings are too few to choose or calibrate with.

    Raises:
        DatasetError: if a file cannot be read.
    """
    learned: list[LabelledDrawing] = []
    kept: list[LabelledDrawing] = []
    files = []
    for path in map(Path, paths):
        found = stroke_files.read(path)
        parts = split(found) if keep else (found, ())
        learned += parts[0]
        kept += [each for each in parts[1] if each.label != NOT_A_DIGIT]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"name": path.name, "sha256": digest, "count": len(found)})
    return People(learned, kept, files)


def glyphs(count: int, random: np.random.Generator) -> Split:
    """Digits written by rule, the ten in turn: `count` of them."""
    return _split(count, "digits by rule", ((glyph(i % 10, random), i % 10) for i in range(count)), random)


def drawn(people: Sequence[LabelledDrawing], times: int, random: np.random.Generator) -> Split:
    """Drawings of people, each put on the pad so many `times`."""
    everything = ((each.strokes, each.label) for _ in range(times) for each in people)
    return _split(times * len(people), "drawings of people", everything, random)


def not_digits(count: int, random: np.random.Generator, people: Sequence[LabelledDrawing] = ()) -> Split:
    """Not-digits: `count` of them, labelled NOT_A_DIGIT.

    Args:
        count: N.
        random: the source of every choice.
        people: drawings, of whose digits half of the drawings with several digits are put together; the others, and
            all if there are none, are of digits by rule.
    """
    written = [each for each in people if each.label != NOT_A_DIGIT]

    def digit(source: np.random.Generator) -> Sequence[Stroke]:
        if written and source.random() < 0.5:
            return written[int(source.integers(len(written)))].strokes
        return glyph(int(source.integers(10)), source)

    drawn = (preprocess(nondigits.draw(random, digit).render()).picture for _ in range(count))
    return Split(_bytes(count, "not-digits", drawn), np.full(count, NOT_A_DIGIT, np.uint8))


class Source(NamedTuple):
    """Pictures to train on, and how many of them are in each batch."""

    data: Split
    share: int


def sources(recipe: "Recipe", data: Split, seed: int, people: Sequence[LabelledDrawing] = ()) -> list[Source]:
    """What a recipe trains on; what is drawn by rule is drawn now, three minutes for `world`.

    Of everything no more is drawn than the training will look at.

    Args:
        recipe: how many of each a batch has, and how many batches there are.
        data: MNIST's training images.
        seed: of what is drawn.
        people: drawings to train on; without any MNIST takes their part.
    """
    others = []
    if recipe.glyphs:
        count = min(GLYPHS, recipe.steps * recipe.glyphs)
        others.append(Source(glyphs(count, np.random.default_rng((seed, 1))), recipe.glyphs))
    if recipe.drawings and people:
        times = min(recipe.renderings, math.ceil(recipe.steps * recipe.drawings / len(people)))
        others.append(Source(drawn(people, times, np.random.default_rng((seed, 2))), recipe.drawings))
    if recipe.outliers:
        count = min(OUTLIERS, recipe.steps * recipe.outliers)
        others.append(Source(not_digits(count, np.random.default_rng((seed, 3)), people), recipe.outliers))
    return [Source(data, recipe.batch - sum(other.share for other in others)), *others]


def _split(count: int, name: str, digits: Iterable[tuple[Sequence[Stroke], int]], random: np.random.Generator) -> Split:
    labels = np.zeros(count, np.uint8)

    def seen() -> Iterator[NDArray[np.float32]]:
        for i, (strokes, label) in enumerate(digits):
            labels[i] = label
            yield preprocess(place(strokes, random).render()).picture

    return Split(_bytes(count, name, seen()), labels)


def _bytes(count: int, name: str, pictures: Iterable[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """(N, 28, 28) uint8, 0 = paper, 255 = ink."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for i, picture in enumerate(tqdm(pictures, f"Drawing {name}", count, unit="", leave=False, disable=None)):
        images[i] = np.rint(picture * 255)
    return images
