"""From a drawing to the picture that the network reads, exactly as the digits of MNIST were made.

The ink is found and cropped, its longer side scaled to 20 pixels, and its centre of mass put on pixel (14, 14) of
28 × 28. MNIST was made so (LeCun et al. 1998, section III.A), and in all but a few of its 60,000 training images the
centre of mass is within half a pixel of 14: centring the box instead breaks 7 and 9, whose mass lies off its middle.

NumPy and Pillow only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

SIDE = 28
DIGIT_SIDE = 20  # the longer side of every digit in MNIST
# A triangle over the pixels that fall into one: as soft as the scans of MNIST. Half of the drawings of pendigits-train,
# by a network trained on MNIST alone: read wrong 132 with it, 155 with a box, 161 with Lanczos, of 3,747.
FILTER = Image.Resampling.BILINEAR
CENTRE = 14  # pixel index; measured on MNIST's training images: 13.996 ± .289 across, 14.007 ± .291 down

# Contrast below this, of 1, is an empty page: JPEG noise and shadows stay under it, the palest pencil does not.
MIN_CONTRAST = 0.1
# In a picture whose paper is not one exact tone (a photo), ink is what is darker than this part of the contrast.
PHOTO_FLOOR = 0.25

Picture = NDArray[Any] | Image.Image | Mapping[str, Any] | None


class PictureError(ValueError):
    """Not a picture that can be read; the text says what it is and what can be."""


@dataclass(frozen=True)
class Ink:
    """What was found in a drawing.

    Attributes:
        box: (left, top, right, bottom) of the ink in the drawing's pixels, the last two exclusive; None without ink.
        extent: the box's longer side as part of the drawing's shorter side, 0 to 1 and more.
        picture: (28, 28) float32, 0 = paper, 1 = ink, for the network; all 0 without ink.
    """

    box: tuple[int, int, int, int] | None
    extent: float
    picture: NDArray[np.float32]


def preprocess(drawing: Picture) -> Ink:
    """Find the ink of a drawing and bring it into MNIST's form.

    Args:
        drawing: an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), of integers from 0 to the type's highest value or
            of numbers from 0 to 1; or a PIL image; or the value of `gr.Sketchpad`; or None, an empty drawing. Dark on
            light or light on dark; transparency shows white paper.

    Raises:
        PictureError: if it is none of these.
    """
    ink = find_ink(_grey(drawing))
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(rows):
        return Ink(None, 0.0, np.zeros((SIDE, SIDE), np.float32))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    extent = max(right - left, bottom - top) / min(ink.shape)
    return Ink((left, top, right, bottom), extent, normalise(ink[top:bottom, left:right]))


def find_ink(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tell ink from paper, whichever of the two is darker.

    Args:
        grey: (H, W) float32, 0 = black, 1 = white.

    Returns:
        (H, W) float32, 0 = paper, 1 = the fullest ink.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    ink = grey - paper if paper < 0.5 else paper - grey
    np.clip(ink, 0, None, out=ink)
    full = float(ink.max())
    if full < MIN_CONTRAST:
        return np.zeros_like(ink)
    ink /= full
    if np.count_nonzero(ink) > ink.size / 2:  # the paper is not one tone: its grain must not count as ink
        ink = np.clip((ink - PHOTO_FLOOR) / (1 - PHOTO_FLOOR), 0, 1)
    return ink


def normalise(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale cropped ink to 20 pixels and centre its mass.

    Args:
        ink: (H, W) float32, 0 = paper, 1 = ink, with ink in its first and last rows and columns.

    Returns:
        (28, 28) float32, 0 = paper, 1 = ink.
    """
    height, width = ink.shape
    scale = DIGIT_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(ink).resize(size, FILTER))
    small = small / small.max()
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


def _grey(drawing: Picture) -> NDArray[np.float32]:
    """Any accepted drawing as (H, W) float32, 0 = black, 1 = white."""
    if isinstance(drawing, Mapping):  # gr.Sketchpad: all layers over the background, as the person saw them
        drawing = drawing.get("composite")
    if drawing is None:
        return np.ones((1, 1), np.float32)
    if isinstance(drawing, Image.Image):
        drawing = _array(drawing)
    pixels = np.asarray(drawing)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or not pixels.size:
        raise PictureError(f"A picture has the shape (H, W), (H, W, 3) or (H, W, 4), not {pixels.shape}.")
    if pixels.dtype == np.bool_ or np.issubdtype(pixels.dtype, np.floating):
        highest = 1.0
    elif np.issubdtype(pixels.dtype, np.integer):
        highest = float(np.iinfo(pixels.dtype).max)
    else:
        raise PictureError(f"A picture holds numbers, not {pixels.dtype}.")
    values = pixels.astype(np.float32) / np.float32(highest)
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        raise PictureError("A picture of floating-point numbers holds values from 0 to 1.")
    if values.ndim == 3 and values.shape[2] == 4:  # alpha over white
        alpha = values[..., 3:]
        values = values[..., :3] * alpha + (1 - alpha)
    # ITU-R 601 luma, as Pillow's convert("L")
    return values if values.ndim == 2 else values @ np.array([0.299, 0.587, 0.114], np.float32)


def _array(image: Image.Image) -> NDArray[Any]:
    """A PIL image of any mode as an array of one of the shapes above, turned as its EXIF data says."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("L", "RGB", "RGBA"):
        return np.asarray(image)
    if image.mode.startswith("I;16"):
        return np.asarray(image, np.uint16)
    if image.mode in ("I", "F"):  # 32 bits whose range nobody states: from the darkest to the lightest
        values = np.asarray(image, np.float64)
        low, high = values.min(), values.max()
        return (values - low) / (high - low) if high > low else np.ones_like(values)
    return np.asarray(image.convert("RGBA"))
