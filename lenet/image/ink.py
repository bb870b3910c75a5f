"""From any picture to its ink: what is paper and what is drawn on it, whichever of the two is darker.

A drawing on a pad has paper of one exact tone, and its ink is taken as it is: the network was trained on that.
Anything else is a photo: see `lenet.image.photo`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lenet.image.formats import MIN_CONTRAST, Grey, Picture, Tones, to_grey, tones
from lenet.image.photo import border_of, ink_of_photo

SMALL = 56  # pixels of the longer side: such a picture is a digit of MNIST or alike, and its grey edges are its own

# On a pad, only the edges of strokes are paler than this part of the ink: the brush's palest edge is 1/4.
PALE = 0.2
BLUR = 2  # pixels: the largest distance of such an edge from its stroke


class InkGrid(NamedTuple):
    """The ink of a drawing, and the drawing in grey."""

    ink: Tones  # (h, w) float32, 0 = paper, 1 = the fullest ink; all of it, perhaps with paper around
    top: int  # of `ink` in the whole grid of ink pixels
    left: int
    shape: tuple[int, int]  # (H, W) of the whole grid
    step: float  # the drawing's pixels per pixel of the grid, in each direction: 1 for a pad, more for photos
    grey: Grey  # the drawing


def read_ink(drawing: Picture) -> InkGrid:
    """Find the ink of any accepted drawing.

    Raises:
        PictureError: if it is not a picture.
    """
    grey = to_grey(drawing)
    ink, top, left, step = _ink(grey.pixels)
    height, width = grey.pixels.shape
    return InkGrid(ink, top, left, (height // step, width // step), grey.shrunk * step, grey)


def _ink(grey: NDArray[Any]) -> tuple[Tones, int, int, int]:
    """Tell ink from paper: the ink, its top and left, and how many pixels, in each direction, became one."""
    border = border_of(grey)
    even = bool((border == border[0]).all())
    paper = border[:1] if even else np.median(tones(border), keepdims=True)
    rows, columns = _box(grey != paper if even else tones(grey) != paper)
    contrast = tones(grey[rows, columns]) - tones(paper)
    # The sum of the cubes; NumPy's ** takes 20 times as long.
    ink = np.maximum(contrast if np.vdot(contrast * contrast, contrast) > 0 else -contrast, 0)
    fullest = ink.max(initial=0)
    if fullest < MIN_CONTRAST:
        return np.zeros_like(ink), rows.start, columns.start, 1
    ink /= fullest
    if max(grey.shape) <= SMALL or _is_drawn(ink, contrast):
        return ink, rows.start, columns.start, 1
    ink, step = ink_of_photo(tones(grey))
    return ink, 0, 0, step


def _box(inked: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the ink's rows and columns with a little paper: on a pad a quarter of the picture, and of the time."""
    indices = [np.flatnonzero(inked.any(axis)) for axis in (1, 0)]
    rows, columns = (
        slice(max(0, index[0] - BLUR - 1), index[-1] + BLUR + 2) if len(index) else slice(0, 0) for index in indices
    )
    return rows, columns


def _is_drawn(ink: Tones, contrast: Tones) -> bool:
    """Return True for a drawing, False for a photo: paper of one tone, and pale pixels only along strokes."""
    pale = (contrast != 0) & (ink < PALE)
    if not pale.any():
        return True
    strokes = Image.fromarray(np.where(ink < 0.5, np.uint8(0), np.uint8(255)))
    near = np.asarray(strokes.filter(ImageFilter.BoxBlur(BLUR)))  # MaxFilter takes ten times as long
    return not np.any(pale & (near == 0))
