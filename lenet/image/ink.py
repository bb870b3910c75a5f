"""From any picture to its ink: what is paper and what is drawn on it, whichever of the two is darker.

A drawing on a pad has paper of one exact tone, and its ink is taken as it is: the network was trained on that. Anything
else is a photo: see `lenet.image.photo`.

NumPy and Pillow only.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from lenet.image.photo import DARKEST, MIN_CONTRAST, Tones, above_noise, light_of, mean

# A phone's photo has 12 million, a large one 50; a few kilobytes of PNG can unpack to thousands of millions.
MOST_PIXELS = 80_000_000
# Pixels of a side: a phone's panorama has 16,000. A strip is not shrunk as other pictures are, and one of a pixel by 50
# million, a file of 88 bytes, took 1.3 GB.
LONGEST = 30_000
# What a file may be, of the 43 that Pillow knows: EPS is a program, which it gives to Ghostscript, and of the seldom
# ones nobody has looked at how much they unpack to.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
# A picture larger than any pad is shrunk before anything else: 900 pixels are 45 for each of the digit's 20.
LARGEST = 2048
SHRUNK = 900
# A photo is read at this longer side: noise is averaged away, and a pen's line keeps 2 pixels or more.
PHOTO_SIDE = 450
# So small a picture is a digit of MNIST or its like: its grey edges are its own.
SMALL = 56

# On a pad, paler than this part of the ink are only the edges of strokes: the brush's palest edge is 1/4.
PALE = 0.2
BLUR = 2  # pixels: as far as such an edge is from its stroke
# A JPEG of a drawing on a pad: this part of its border is still of one exact tone.
FLAT = 0.95

Picture = NDArray[Any] | Image.Image | Mapping[str, Any] | None


class PictureError(ValueError):
    """Not a picture that can be read; the text says what it is and what can be."""


class Found(NamedTuple):
    """The ink of a drawing, and the drawing as it was looked at."""

    ink: Tones  # (h, w) float32, 0 = paper, 1 = the fullest ink; all of it, perhaps with paper around
    top: int  # where that lies in the whole grid of ink pixels
    left: int
    shape: tuple[int, int]  # (H, W) of the whole grid
    step: int  # pixels of the drawing, across and down, that each of the grid's is: 1 for a pad, more for photos
    pixels: NDArray[Any]  # (H, W): the drawing in grey, of any type that `tones` takes
    shrunk: int  # pixels of the drawing, across and down, that each of `pixels` is: more than 1 if it is large


def read_ink(drawing: Picture) -> Found:
    """Find the ink of any accepted drawing.

    Raises:
        PictureError: if it is not a picture.
    """
    pixels, shrunk = _grey(drawing)
    ink, (rows, columns), step = _ink(pixels)
    shape = (pixels.shape[0] // step, pixels.shape[1] // step)
    return Found(ink, rows.start or 0, columns.start or 0, shape, shrunk * step, pixels, shrunk)


def tones(grey: NDArray[Any]) -> Tones:
    """Grey pixels as (H, W) float32, 0 = black, 1 = white: bytes are divided by 255."""
    return grey.astype(np.float32) / np.float32(255) if grey.dtype == np.uint8 else np.asarray(grey, np.float32)


def _grey(drawing: Picture) -> tuple[NDArray[Any], int]:
    """(H, W) as `tones` takes it, and how many of the drawing's pixels became one, across and down."""
    if isinstance(drawing, Mapping):  # gr.Sketchpad: all layers over the background, as the person saw them
        drawing = drawing.get("composite")
    if drawing is None:
        return np.ones((1, 1), np.float32), 1
    shrunk = 1
    if isinstance(drawing, Image.Image):
        _check_size(drawing.height, drawing.width)
        try:
            drawing, shrunk = _array(drawing)
        except MemoryError:
            raise
        except Exception as error:  # each of Pillow's readers has errors of its own
            raise PictureError(f"The picture is damaged, or of a kind that cannot be read: {error}") from error
    try:
        pixels = np.asarray(drawing)
    except MemoryError:
        raise
    except Exception as error:
        raise PictureError(f"A picture is an array of numbers or a PIL image, not this: {error}") from error
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)) or not pixels.size:
        raise PictureError(f"A picture has the shape (H, W), (H, W, 3) or (H, W, 4), not {pixels.shape}.")
    _check_size(pixels.shape[0], pixels.shape[1])
    if pixels.dtype == np.bool_ or np.issubdtype(pixels.dtype, np.floating):
        highest = 1.0
    elif np.issubdtype(pixels.dtype, np.integer):
        # Wider than a picture's own 8 or 16 bits are only lists of numbers that became an array.
        wide = pixels.dtype.itemsize > 2 and pixels.max() <= np.iinfo(np.uint16).max
        highest = float(255 if wide and pixels.max() <= 255 else np.iinfo(np.uint16 if wide else pixels.dtype).max)
    else:
        raise PictureError(f"A picture holds numbers, not {pixels.dtype}.")
    if pixels.dtype.kind in "if" and not (pixels.min() >= 0 and pixels.max() <= highest):  # also if it is NaN
        raise PictureError("A picture holds whole numbers from 0, or floating-point numbers from 0 to 1.")
    if pixels.dtype == np.uint8 and max(pixels.shape) > LARGEST:
        pixels, shrunk = _array(Image.fromarray(pixels))  # Pillow shrinks a photo ten times as fast
    step = _step(pixels.shape, LARGEST, SHRUNK)
    if pixels.dtype == np.uint8 and pixels.ndim == 2 and step == 1:
        return pixels, shrunk  # a pad's: converted where there is ink, a fourth of it
    values = _means(pixels, step)
    values /= np.float32(highest)
    if values.ndim == 3 and values.shape[2] == 4:
        values = _over_white(values)
    # ITU-R 601 luma, as Pillow's convert("L")
    return values if values.ndim == 2 else values @ np.array([0.299, 0.587, 0.114], np.float32), shrunk * step


def too_large(height: int, width: int) -> bool:
    """Whether a picture of so many pixels is more than is read."""
    return height * width > MOST_PIXELS or max(height, width) > LONGEST


def _check_size(height: int, width: int) -> None:
    if too_large(height, width):
        raise PictureError(
            f"A picture has at most {MOST_PIXELS:,} pixels, {LONGEST:,} across or down, not {width:,} × {height:,}: "
            "take a smaller copy."
        )


def _array(image: Image.Image) -> tuple[NDArray[Any], int]:
    """A PIL image of any mode as an array that `_tones` takes, turned as its EXIF data says, and how much it shrank."""
    image.load()  # which turns a TIFF itself
    orientation = image.getexif().get(0x0112)
    deep = image.mode.startswith("I;16")  # which Pillow neither converts nor shrinks
    if not deep and image.mode not in ("L", "LA", "RGB", "RGBA", "I", "F"):
        image = image.convert("L" if image.mode == "1" else "RGBA")
    height, width = image.height, image.width
    step = 1 if deep else _step((height, width), LARGEST, SHRUNK)
    if step > 1:  # before all else, for a camera has twelve million pixels
        image = image.reduce(step, (0, 0, width // step * step, height // step * step))
        if orientation:
            image.getexif()[0x0112] = orientation
    image = ImageOps.exif_transpose(image)
    if deep:
        return np.asarray(image, np.uint16), step
    if image.mode in ("I", "F"):  # 32 bits whose range nobody states: from the darkest to the lightest
        values = np.asarray(image, np.float64)
        if not np.isfinite(values).all():
            raise ValueError("it holds numbers that are none")
        low, high = values.min(), values.max()
        return (values - low) / (high - low) if high > low else np.ones_like(values), step
    return np.asarray(image.convert("RGBA") if image.mode == "LA" else image), step


def _over_white(values: Tones) -> Tones:
    """(H, W, 4) laid over white paper, (H, W, 3); if nothing shows there, white ink, as black on white, (H, W)."""
    alpha = values[..., 3:]
    seen = values[..., :3] * alpha + (1 - alpha)
    return 1 - alpha[..., 0] if np.ptp(seen) < MIN_CONTRAST <= np.ptp(alpha) else seen


def _step(shape: tuple[int, ...], largest: int, target: int) -> int:
    """How many pixels become one, across and down, so that a side longer than `largest` is `target` at most."""
    shorter, longer = sorted(shape[:2])
    # A strip keeps some pixels of its shorter side.
    return 1 if longer <= largest else min(-(-longer // target), max(1, shorter // 8))


def _means(pixels: NDArray[Any], step: int) -> Tones:
    """Means of step × step pixels as float32; what is left over at the right and at the bottom is dropped."""
    if step == 1:
        return pixels.astype(np.float32)
    height, width = pixels.shape[0] // step * step, pixels.shape[1] // step * step
    rows = pixels[0:height:step, :width].astype(np.float32)
    for row in range(1, step):
        rows += pixels[row:height:step, :width]
    columns = np.stack([rows[:, column::step] for column in range(step)])
    return np.asarray(columns.mean(0) / step, np.float32)


def _ink(grey: NDArray[Any]) -> tuple[Tones, tuple[slice, slice], int]:
    """Tell ink from paper, whichever is darker: the ink, its place, and how many pixels, each way, became one."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    even = bool((border == border[0]).all())
    paper = border[:1] if even else np.median(tones(border), keepdims=True)
    box = _box(grey != paper if even else tones(grey) != paper)
    light = tones(paper)
    away = tones(grey[box]) - light
    dark = bool(np.vdot(away * away, away) <= 0)  # the sum of the cubes; NumPy's ** takes 20 times as long
    ink = np.maximum(-away if dark else away, 0)
    full = ink.max(initial=0)
    if full < MIN_CONTRAST:
        return np.zeros_like(ink), box, 1
    ink /= full
    if max(grey.shape) <= SMALL or _drawn(ink, away):
        return ink, box, 1
    step = _step(grey.shape, PHOTO_SIDE, PHOTO_SIDE)
    smooth = mean(np.asarray(Image.fromarray(_means(tones(grey), step)).filter(ImageFilter.MedianFilter(3))))
    if np.mean(tones(border) == light) < FLAT:
        under, dark = light_of(smooth)
    else:
        under = np.full_like(smooth, light)
    contrast = 1 - smooth / np.maximum(under, DARKEST) if dark else smooth - under
    return above_noise(contrast.astype(np.float32)), (slice(None), slice(None)), step


def _box(inked: NDArray[np.bool_]) -> tuple[slice, slice]:
    """What is not paper, and a little around it: on a pad a fourth of the picture, and so a fourth of the time."""
    places = [np.flatnonzero(inked.any(axis)) for axis in (1, 0)]
    spans = [slice(max(0, each[0] - BLUR - 1), each[-1] + BLUR + 2) if len(each) else slice(0) for each in places]
    return spans[0], spans[1]


def _drawn(ink: Tones, away: Tones) -> bool:
    """Whether a picture was drawn, not photographed: paper of one tone, and pale pixels only along strokes."""
    pale = (away != 0) & (ink < PALE)
    if not pale.any():
        return True
    strokes = Image.fromarray(np.where(ink < 0.5, np.uint8(0), np.uint8(255)))
    near = np.asarray(strokes.filter(ImageFilter.BoxBlur(BLUR)))  # not MaxFilter, which takes ten times as long
    return not np.any(pale & (near == 0))
