"""From a drawing to the picture that the network reads, exactly as the digits of MNIST were made.

The ink is found and cropped, its longer side scaled to 20 pixels, and its centre of mass moved to pixel (14, 14) of
28 × 28 (LeCun et al. 1998, section III.A). Centring the box instead breaks 7 and 9, whose mass lies off its middle.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.image.formats import Picture, tones
from lenet.image.ink import InkGrid, read_ink
from lenet.image.strokes import Drawing

SIDE = 28
DIGIT_SIDE = 20  # the longer side of every digit in MNIST
# A triangle over the pixels that fall into one: as soft as the scans of MNIST. Of 3,747 drawings of pendigits-train, a
# network trained only on MNIST misread 132 with it, 155 with a box, 161 with Lanczos.
FILTER = Image.Resampling.BILINEAR
CENTRE = 14  # pixel index; mean of MNIST's training images: 13.996 ± 0.289 across, 14.007 ± 0.291 down
PAGE = 1_000  # pixels: in a larger drawing, a photo, a small digit has enough pixels to be read


@dataclass(frozen=True)
class Ink:
    """The ink of a drawing in MNIST's form.

    Attributes:
        box: (left, top, right, bottom) of the ink in the drawing's pixels, the last two exclusive; None without ink.
        extent: the box's longer side as part of the drawing's shorter side or of 1,000 pixels, whichever is less; it
            can exceed 1.
        picture: (28, 28) float32, 0 = paper, 1 = ink, the network's input; all 0 without ink.
        grid: the ink itself, from which several digits are read; None without ink.
        drawing: the strokes, if they are known.
    """

    box: tuple[int, int, int, int] | None
    extent: float
    picture: NDArray[np.float32]
    grid: InkGrid | None = None
    drawing: Drawing | None = None


class Steps(NamedTuple):
    """The steps from a drawing with ink to the network's picture."""

    page: NDArray[np.float32]  # (H, W), 0 = black, 1 = white: the drawing in grey, shrunk if it is large
    frame: tuple[float, float, float, float]  # (left, top, right, bottom) of the ink in the page's pixels
    crop: NDArray[np.float32]  # (h, w), 0 = paper, 1 = ink: the ink in the frame
    small: NDArray[np.float32]  # (h, w), 0 = paper, 1 = ink: the crop, its longer side scaled to 20 pixels


def preprocess(drawing: Picture | Drawing) -> Ink:
    """Find the ink of a drawing and convert it to MNIST's form.

    Args:
        drawing: an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of integers from 0 to 255, 65,535 or the type's
            highest value, or of floating-point numbers from 0 to 1; or a `Grey` picture; or a PIL image; or the value
            of `gr.Sketchpad`; or None, an empty drawing. Dark on light or light on dark; a transparent background is
            paper. Or a `Drawing`: of several digits, its strokes then tell which ink belongs together.

    Raises:
        PictureError: if the drawing has another type or shape.
    """
    if isinstance(drawing, Drawing):
        return replace(_normalise(read_ink(drawing.render()))[0], drawing=drawing)
    return _normalise(read_ink(drawing))[0]


def follow(drawing: Picture) -> tuple[Ink, Steps | None]:
    """Return the result of `preprocess` and the steps that led to it, None without ink."""
    grid = read_ink(drawing)
    ink, crop, small = _normalise(grid)
    if ink.box is None:
        return ink, None
    left, top, right, bottom = (edge / grid.grey.shrunk for edge in ink.box)
    return ink, Steps(tones(grid.grey.pixels), (left, top, right, bottom), crop, small)


def _normalise(grid: InkGrid) -> tuple[Ink, NDArray[np.float32], NDArray[np.float32]]:
    """Crop, scale and centre ink; return the result with the cropped and the scaled ink, (h, w) each."""
    ink, step = grid.ink, grid.step
    inked = ink > 0
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not len(rows):
        return Ink(None, 0.0, np.zeros((SIDE, SIDE), np.float32)), ink, ink
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = crop.shape
    top, left = grid.top + int(rows[0]), grid.left + int(columns[0])
    box = (round(left * step), round(top * step), round((left + width) * step), round((top + height) * step))
    extent = step * max(height, width) / min(*(step * side for side in grid.shape), PAGE)
    small = _scaled(crop)
    return Ink(box, extent, _centred(small), grid), crop, small


def normalise(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale cropped ink to 20 pixels and centre its mass.

    Args:
        ink: (H, W) float32, 0 = paper, 1 = ink, with ink in its first and last rows and columns.

    Returns:
        (28, 28) float32, 0 = paper, 1 = ink.
    """
    return _centred(_scaled(ink))


def _scaled(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ink with its longer side scaled to 20 pixels and its fullest pixel to 1."""
    height, width = ink.shape
    scale = DIGIT_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(ink).resize(size, FILTER))
    return np.asarray(small / small.max(), np.float32)


def _centred(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (28, 28) with the centre of mass in the middle."""
    # By whole pixels, which keeps strokes sharp; clipped, so that no ink is pushed over the edge.
    corner = []
    for axis in (0, 1):
        mass = small.sum(1 - axis)
        middle = float((mass * np.arange(len(mass))).sum() / mass.sum())
        corner.append(min(max(round(CENTRE - middle), 0), SIDE - len(mass)))
    top, left = corner
    picture = np.zeros((SIDE, SIDE), np.float32)
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return picture
