"""From a drawing to the picture that the network reads, exactly as the digits of MNIST were made.

The ink is found and cropped, its longer side scaled to 20 pixels, and its centre of mass put on pixel (14, 14) of
28 × 28. MNIST was made so (LeCun et al. 1998, section III.A), and in all but a few of its 60,000 training images the
centre of mass is within half a pixel of 14: centring the box instead breaks 7 and 9, whose mass lies off its middle.

NumPy and Pillow only.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.image.formats import Picture, tones
from lenet.image.ink import Found, read_ink

SIDE = 28
DIGIT_SIDE = 20  # the longer side of every digit in MNIST
# A triangle over the pixels that fall into one: as soft as the scans of MNIST. Half of the drawings of pendigits-train,
# by a network trained on MNIST alone: read wrong 132 with it, 155 with a box, 161 with Lanczos, of 3,747.
FILTER = Image.Resampling.BILINEAR
CENTRE = 14  # pixel index; measured on MNIST's training images: 13.996 ± .289 across, 14.007 ± .291 down
PAGE = 1_000  # pixels; of a larger drawing, a photo, a digit may be a small part: 90 pixels are enough to read it

# Where several digits may be side by side. A digit is at least this part of the highest group's height: what is lower
# (a dot, the end of a broken stroke) belongs to its neighbour. Two digits have at least this part of the ink's height
# of paper between them: a pen of 4 pixels and digits from edge to edge.
LOWEST = 0.4
GAP = 0.012
# A comb has thousands of teeth, and each is looked at once for each: more than this are first made fewer.
MOST_PIECES = 64
MOST_GROUPS = 4  # more are a scribble or a telephone number; the narrowest gaps are then closed


class Part(NamedTuple):
    """Some of a drawing's groups of ink, side by side, as a drawing of its own."""

    first: int  # the number of its leftmost group
    end: int  # one more than that of its rightmost
    picture: NDArray[np.float32]  # (28, 28), 0 = paper, 1 = ink


@dataclass(frozen=True)
class Ink:
    """What was found in a drawing.

    Attributes:
        box: (left, top, right, bottom) of the ink in the drawing's pixels, the last two exclusive; None without ink.
        extent: the box's longer side as part of the drawing's shorter side, or of 1,000 pixels if that is less; 0 to 1
            and more.
        picture: (28, 28) float32, 0 = paper, 1 = ink, for the network; all 0 without ink.
        parts: where columns of paper part the ink into groups, each run of neighbouring groups but the whole: perhaps
            one of several digits. Empty if the ink is one group.
    """

    box: tuple[int, int, int, int] | None
    extent: float
    picture: NDArray[np.float32]
    parts: tuple[Part, ...] = ()


class Steps(NamedTuple):
    """What there is between a drawing with ink and the network's picture."""

    page: NDArray[np.float32]  # (H, W), 0 = black, 1 = white: the drawing in grey, shrunk if it is large
    frame: tuple[float, float, float, float]  # (left, top, right, bottom) of the ink in the page's pixels
    crop: NDArray[np.float32]  # (h, w), 0 = paper, 1 = ink: what is in the frame
    small: NDArray[np.float32]  # (h, w), 0 = paper, 1 = ink: its longer side is 20 pixels


def preprocess(drawing: Picture) -> Ink:
    """Find the ink of a drawing and bring it into MNIST's form.

    Args:
        drawing: an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), of integers from 0 to 255 or 65,535 or the type's
            highest value, or of numbers from 0 to 1; or a PIL image; or the value of `gr.Sketchpad`; or None, an empty
            drawing. Dark on light or light on dark; transparency shows white paper, or white ink.

    Raises:
        PictureError: if it is none of these.
    """
    return _bring(read_ink(drawing))[0]


def follow(drawing: Picture) -> tuple[Ink, Steps | None]:
    """Return what `preprocess` returns, and what it makes on its way to it; None if there is no ink."""
    found = read_ink(drawing)
    ink, crop, small = _bring(found)
    if ink.box is None:
        return ink, None
    left, top, right, bottom = (edge / found.shrunk for edge in ink.box)
    return ink, Steps(tones(found.pixels), (left, top, right, bottom), crop, small)


def _bring(found: Found) -> tuple[Ink, NDArray[np.float32], NDArray[np.float32]]:
    """Crop, scale and centre the ink that was found: (h, w) cropped and (h, w) scaled come with it."""
    ink, step = found.ink, found.step
    inked = ink > 0
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not len(rows):
        return Ink(None, 0.0, np.zeros((SIDE, SIDE), np.float32)), ink, ink
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = crop.shape
    top, left = found.top + int(rows[0]), found.left + int(columns[0])
    box = (left * step, top * step, (left + width) * step, (top + height) * step)
    extent = step * max(height, width) / min(*(step * side for side in found.shape), PAGE)
    small = _scaled(crop)
    return Ink(box, extent, _centred(small), find_parts(crop)), crop, small


def find_parts(ink: NDArray[np.float32]) -> tuple[Part, ...]:
    """Part ink where columns of paper part it.

    Args:
        ink: (H, W) float32, 0 = paper, 1 = ink, with ink in its first and last rows and columns.

    Returns:
        As in `Ink.parts`.
    """
    height = len(ink)
    inked = np.flatnonzero(ink.any(0))
    paper = np.diff(inked) - 1
    ends = np.flatnonzero(paper > max(1, GAP * height))
    if len(ends) >= MOST_PIECES:
        ends = np.sort(ends[np.argsort(-paper[ends], kind="stable")[: MOST_PIECES - 1]])
    if not len(ends):
        return ()
    groups = list(zip(inked[[0, *(ends + 1)]].tolist(), (inked[[*ends, -1]] + 1).tolist(), strict=True))

    def gap(i: int) -> int:  # to the group on its right
        return int(groups[i + 1][0] - groups[i][1])

    def tall(group: tuple[int, int]) -> int:
        return int(np.ptp(_rows(ink, *group))) + 1

    high = [tall(group) for group in groups]
    while len(groups) > 1:
        small = next((i for i, each in enumerate(high) if each < LOWEST * max(high)), None)
        if small is None and len(groups) <= MOST_GROUPS:
            break
        gaps = range(len(groups) - 1) if small is None else (i for i in (small - 1, small) if 0 <= i < len(groups) - 1)
        i = min(gaps, key=gap)
        groups[i : i + 2] = [(groups[i][0], groups[i + 1][1])]
        high[i : i + 2] = [tall(groups[i])]
    count = len(groups)
    runs = [(i, j) for i in range(count) for j in range(i + 1, count + 1) if j - i < count]
    return tuple(Part(i, j, _cropped(ink, groups[i][0], groups[j - 1][1])) for i, j in runs)


def _rows(ink: NDArray[np.float32], left: int, right: int) -> NDArray[np.intp]:
    return np.flatnonzero(ink[:, left:right].any(1))


def _cropped(ink: NDArray[np.float32], left: int, right: int) -> NDArray[np.float32]:
    rows = _rows(ink, left, right)
    return normalise(ink[rows[0] : rows[-1] + 1, left:right])


def normalise(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale cropped ink to 20 pixels and centre its mass.

    Args:
        ink: (H, W) float32, 0 = paper, 1 = ink, with ink in its first and last rows and columns.

    Returns:
        (28, 28) float32, 0 = paper, 1 = ink.
    """
    return _centred(_scaled(ink))


def _scaled(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The longer side scaled to 20 pixels, the fullest ink to 1."""
    height, width = ink.shape
    scale = DIGIT_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: NDArray[np.float32] = np.asarray(Image.fromarray(ink).resize(size, FILTER))
    small = small / small.max()
    return small


def _centred(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """(28, 28) with the centre of mass in the middle."""
    # Whole pixels keep the strokes sharp; clipped, so that a far-off mass pushes no ink over the edge.
    shifts = []
    for axis in (0, 1):
        mass = small.sum(1 - axis)
        middle = float((mass * np.arange(len(mass))).sum() / mass.sum())
        shifts.append(min(max(round(CENTRE - middle), 0), SIDE - len(mass)))
    picture = np.zeros((SIDE, SIDE), np.float32)
    top, left = shifts
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return picture
