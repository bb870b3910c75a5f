"""The pictures that are accepted, and how each becomes grey pixels: array or PIL image, any size and mode.

To refuse another kind of file, change `FORMATS`, `MOST_PIXELS` or `LONGEST`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

# Of the 43 formats that Pillow knows: those of cameras, screenshots and the web. EPS is a program that Pillow hands to
# Ghostscript, and 1,403 bytes of JPEG 2000 took 9 s and 8 GB.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")
# A phone's photo has 12 million pixels, a large one 50, which Pillow unpacks to 200 MB; a few kilobytes of PNG can
# unpack to thousands of millions.
MOST_PIXELS = 50_000_000
# Pixels per side; a phone's panorama has 16,000. A strip is shrunk less than other pictures: one of 1 × 50 million
# pixels, a file of 88 bytes, took 1.3 GB.
LONGEST = 30_000
# A picture larger than any pad is shrunk first: 900 pixels are 45 for each of the digit's 20.
LARGEST = 2048
SHRUNK = 900

MIN_CONTRAST = 0.1  # of 1; JPEG noise and shadows have less, the palest pencil has more: below, a page is empty

ORIENTATION = 0x0112  # EXIF tag
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R 601, as Pillow's convert("L")

Tones = NDArray[np.float32]


class Grey(NamedTuple):
    """A grey picture, shrunk if it was large."""

    pixels: NDArray[Any]  # (H, W) uint8 from 0 to 255 or floating-point from 0 to 1, 0 = black
    shrunk: float  # pixels of the original, horizontally and vertically, that became one of these


Picture = Grey | NDArray[Any] | Image.Image | Mapping[str, Any] | None


class PictureError(ValueError):
    """Not a picture that can be read; the text says why and what is accepted."""


def to_grey(drawing: Picture) -> Grey:
    """Convert any accepted picture to grey, shrunk if it is large.

    Args:
        drawing: as `lenet.image.preprocess.preprocess` takes it.

    Raises:
        PictureError: if it is not an accepted picture.
    """
    if isinstance(drawing, Mapping):  # gr.Sketchpad: all layers over the background, as the person saw them
        drawing = drawing.get("composite")
    if drawing is None:
        return Grey(np.ones((1, 1), np.float32), 1)
    scale = 1.0
    if isinstance(drawing, Grey):
        drawing, scale = drawing
    shrunk = 1
    try:
        if isinstance(drawing, Image.Image):
            _check_size(drawing.height, drawing.width)
            drawing, shrunk = _pixels(drawing)
        pixels = np.asarray(drawing)
    except (MemoryError, PictureError):
        raise
    except Exception as error:  # Pillow's readers raise errors of every type
        raise PictureError(f"The picture is damaged or not supported: {error}") from error
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or not pixels.size:
        raise PictureError(f"A picture has the shape (H, W), (H, W, 3) or (H, W, 4), not {pixels.shape}.")
    _check_size(pixels.shape[0], pixels.shape[1])
    white = _white(pixels)
    if pixels.dtype == np.uint8 and max(pixels.shape) > LARGEST:
        pixels, shrunk = _pixels(Image.fromarray(pixels))  # Pillow shrinks ten times as fast as NumPy
    step = shrink_factor(pixels.shape, LARGEST, SHRUNK)
    if pixels.dtype == np.uint8 and pixels.ndim == 2 and step == 1:
        return Grey(pixels, scale * shrunk)  # a pad's: converted only where there is ink, a quarter of the time
    values = block_means(pixels, step)
    values /= np.float32(white)
    if values.ndim == 3 and values.shape[2] == 4:
        values = _over_white(values)
    return Grey(values if values.ndim == 2 else values @ LUMA, scale * shrunk * step)


def tones(grey: NDArray[Any]) -> Tones:
    """Return grey pixels as float32, 0 = black, 1 = white; bytes are divided by 255."""
    return grey.astype(np.float32) / np.float32(255) if grey.dtype == np.uint8 else np.asarray(grey, np.float32)


def too_large(height: int, width: int) -> bool:
    """Return True for a picture with more pixels, in all or along a side, than is accepted."""
    return height * width > MOST_PIXELS or max(height, width) > LONGEST


def shrink_factor(shape: tuple[int, ...], largest: int, target: int) -> int:
    """Return how many pixels must become one so that a side longer than `largest` becomes `target` at most."""
    shorter, longer = sorted(shape[:2])
    # A strip keeps some pixels of its shorter side.
    return 1 if longer <= largest else min(-(-longer // target), max(1, shorter // 8))


def block_means(pixels: NDArray[Any], step: int) -> Tones:
    """Return the means of step × step pixels as float32; a remainder at the right and at the bottom is dropped."""
    if step == 1:
        return pixels.astype(np.float32)
    height, width = pixels.shape[0] // step * step, pixels.shape[1] // step * step
    rows = pixels[0:height:step, :width].astype(np.float32)
    for row in range(1, step):  # row by row: a float32 copy of 50 million pixels would take 200 MB or more
        rows += pixels[row:height:step, :width]
    return np.asarray(rows.reshape(len(rows), -1, step, *rows.shape[2:]).mean(2) / step, np.float32)


def _check_size(height: int, width: int) -> None:
    if too_large(height, width):
        raise PictureError(
            f"A picture has at most {MOST_PIXELS:,} pixels, and {LONGEST:,} per side, not {width:,} × {height:,}; "
            "use a smaller copy."
        )


def _white(pixels: NDArray[Any]) -> float:
    """Return the value that stands for white, once every value is known to lie between 0 and it."""
    if pixels.dtype.kind not in "biuf":
        raise PictureError(f"A picture contains numbers, not {pixels.dtype}.")
    if pixels.dtype.kind in "bf":
        white = 1
    else:  # integers wider than a picture's own 8 or 16 bits come from lists of numbers
        wide = pixels.dtype.itemsize > 2 and pixels.max() <= np.iinfo(np.uint16).max
        white = 255 if wide and pixels.max() <= 255 else np.iinfo(np.uint16 if wide else pixels.dtype).max
    if pixels.dtype.kind in "if" and not (pixels.min() >= 0 and pixels.max() <= white):  # also if it is NaN
        raise PictureError("A picture contains integers from 0, or floating-point numbers from 0 to 1.")
    return float(white)


def _pixels(image: Image.Image) -> tuple[NDArray[Any], int]:
    """Return the pixels of an image of any mode, shrunk and turned upright by its EXIF data, and the shrink factor."""
    image.load()  # turns a TIFF upright itself
    orientation = image.getexif().get(ORIENTATION)
    deep = image.mode.startswith("I;16")  # Pillow neither converts nor shrinks it
    if not deep and image.mode not in ("L", "LA", "RGB", "RGBA", "I", "F"):
        image = image.convert("L" if image.mode == "1" else "RGBA")
    height, width = image.height, image.width
    step = 1 if deep else shrink_factor((height, width), LARGEST, SHRUNK)
    if step > 1:  # before all else: a camera's photo has twelve million pixels
        image = image.reduce(step, (0, 0, width // step * step, height // step * step))
        if orientation:
            image.getexif()[ORIENTATION] = orientation
    image = ImageOps.exif_transpose(image)
    if deep:
        return np.asarray(image, np.uint16), step
    if image.mode in ("I", "F"):  # 32 bits of unknown range: stretched from the darkest to the lightest
        values = np.asarray(image, np.float64)
        if not np.isfinite(values).all():
            raise ValueError("it contains NaN or infinite values")
        low, high = values.min(), values.max()
        return (values - low) / (high - low) if high > low else np.ones_like(values), step
    return np.asarray(image.convert("RGBA") if image.mode == "LA" else image), step


def _over_white(values: Tones) -> Tones:
    """Lay (H, W, 4) over white paper, (H, W, 3); white ink, which would vanish, becomes black on white, (H, W)."""
    alpha = values[..., 3:]
    opaque = values[..., :3] * alpha + (1 - alpha)
    return 1 - alpha[..., 0] if np.ptp(opaque) < MIN_CONTRAST <= np.ptp(alpha) else opaque
