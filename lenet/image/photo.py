"""Find the ink in a photo: on paper under uneven light, with shadows, noise and printed lines.

The paper is what remains when everything narrower than a quarter of the picture is wiped away. Ink stands out from it
by more than noise, shadows and printed lines do.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.image.formats import MIN_CONTRAST, Tones, block_means, shrink_factor

# Pixels of the longer side at which a photo is read: noise is averaged away, and a pen's line keeps 2 pixels or more.
PHOTO_SIDE = 450
# Where this part of the border has one exact tone, the paper has it everywhere: a JPEG of a drawing on a pad.
FLAT = 0.95
# The light on the paper changes slowly: it is estimated at this longer side.
LIGHT_SIDE = 112
# Up to LOW of the ink's contrast is paper (shadows, printed lines), from HIGH on full ink. Ink is cut off at EDGE,
# halfway, where the edge of a blurred stroke was: a pad's ink has no long pale edges either.
LOW, HIGH, EDGE = 0.42, 0.7, 0.25
NOISES = 4  # standard deviations of the noise, after smoothing, that are never ink
# A pixel of ink has neighbours, 6 of the 25 around it; and there are 40 pixels of it, a digit 20 pixels high.
NEIGHBOURS = 6 / 25
FEWEST = 40
# Contrast below FAINT may be the rim of a shadow. Ink, even pencil, rises by SUDDEN of its contrast within 1/80 of the
# picture; shadows are softer.
FAINT, SUDDEN = 0.2, 0.5
DARKEST = 0.1  # of paper: the contrast of dark ink is relative to the light on the paper, and black paper has none


def border_of(grey: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels on the border of (H, W), the corners twice."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def ink_of_photo(grey: Tones) -> tuple[Tones, int]:
    """Find the ink in a photo.

    Args:
        grey: (H, W) float32, 0 = black, 1 = white.

    Returns:
        (h, w) float32, 0 = paper, 1 = full ink, all 0 for an empty page, and how many pixels of the photo, in each
        direction, became one of them.
    """
    step = shrink_factor(grey.shape, PHOTO_SIDE, PHOTO_SIDE)
    smooth = _mean(median3(block_means(grey, step)), 3)
    border = border_of(grey)
    tone = np.median(border)
    if np.mean(border == tone) < FLAT:
        paper, dark = _paper(smooth)
    else:
        paper = np.full_like(smooth, tone)
        dark = bool(((smooth - tone) ** 3).sum() <= 0)
    contrast = 1 - smooth / np.maximum(paper, DARKEST) if dark else smooth - paper
    return _above_noise(contrast.astype(np.float32)), step


def median3(grey: Tones) -> Tones:
    """Return the median of the 3 × 3 pixels around each pixel.

    Pillow's MedianFilter takes twice as long, in which no other thread of the process runs.
    """
    padded = np.pad(grey, 1, "edge")
    low, middle, high = _sort(*(padded[row : row + len(grey)] for row in range(3)))
    # Of nine values in three sorted columns (Smith 1996).
    columns = [[tone[:, x : x + grey.shape[1]] for x in range(3)] for tone in (low, middle, high)]
    return _sort(_sort(*columns[0])[2], _sort(*columns[1])[1], _sort(*columns[2])[0])[1]


def _sort(a: Tones, b: Tones, c: Tones) -> tuple[Tones, Tones, Tones]:
    """Return the lowest, the middle and the highest of three values, pixel by pixel."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.minimum(low, c), np.maximum(low, np.minimum(high, c)), np.maximum(high, c)


def _above_noise(contrast: Tones) -> Tones:
    """Turn the contrast with the paper, (h, w) and noisy, into ink, 0 to 1."""
    bare = contrast[contrast <= contrast.max() / 2]
    ink = contrast - np.median(bare)
    noise = 1.4826 * np.median(np.abs(bare - np.median(bare)))  # the standard deviation, were it Gaussian
    marks = ink[ink > max(NOISES * noise, MIN_CONTRAST)]
    full = np.percentile(marks, 75) if len(marks) else 0
    if full == 0 or (full < FAINT and _steepest(ink) < SUDDEN * full):
        return np.zeros_like(ink)
    low = max(LOW * full, NOISES * noise)
    ink = np.clip((ink - low) / max(HIGH * full - low, MIN_CONTRAST / 2), 0, 1)
    ink[(_mean(ink, 5) < NEIGHBOURS) | (ink < EDGE)] = 0
    return ink if ink.sum() >= FEWEST else np.zeros_like(ink)


def _steepest(ink: Tones) -> float:
    """Return the steepest rise of the ink within 1/80 of the picture, a few pixels excepted."""
    reach = max(1, max(ink.shape) // 80)
    rises = [np.abs(ink[reach:] - ink[:-reach]), np.abs(ink[:, reach:] - ink[:, :-reach])]
    return max((float(np.percentile(rise, 99.9)) for rise in rises if rise.size), default=0)


def _paper(grey: Tones) -> tuple[Tones, bool]:
    """Return the tone of the paper under each pixel, (h, w), 0 to 1, and True if the ink is darker than it."""
    scale = LIGHT_SIDE / max(grey.shape)  # also of a strip, which would otherwise take minutes
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
    trend = _trend(small)
    away = small - trend
    # Towards the corners a trend is needed, and a shadow's edge fits none: paper is what either way of wiping explains.
    closed = np.minimum(trend + _wiped(away, np.max, np.min), _wiped(small, np.max, np.min))
    opened = np.maximum(trend + _wiped(away, np.min, np.max), _wiped(small, np.min, np.max))
    # The paper inside a small 0 is narrow too, but it is on the trend; a shadow is off the trend, but it is wide.
    darker, lighter = np.minimum(-away, closed - small), np.minimum(away, small - opened)
    dark = bool((darker.clip(0) ** 3).sum() >= (lighter.clip(0) ** 3).sum())
    paper = Image.fromarray(_mean(closed if dark else opened, 3))
    return np.asarray(paper.resize(grey.shape[::-1], Image.Resampling.BILINEAR)), dark


def _trend(grey: Tones) -> Tones:
    """Return the light as a quadratic of x and y, fitted to the border, then to every pixel that follows it."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in grey.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)
    kept = np.ones(grey.shape, bool)
    kept[3:-3, 3:-3] = False
    for _ in range(6):
        rows = terms[kept]
        fit = np.linalg.solve(rows.T @ rows + 1e-3 * np.eye(6), rows.T @ grey[kept])
        away = np.abs(grey - terms @ fit)
        kept = away <= 3 * np.median(away[kept]) + 0.005
    return np.asarray(terms @ fit, np.float32)


def _wiped(grey: Tones, first: Any, then: Any) -> Tones:
    """Wipe away what is narrower than a quarter of the picture: dark by np.max and np.min, light by the reverse."""
    half = max(max(grey.shape) // 8, 1)
    wiped = _windows(np.pad(grey, half, "edge"), 2 * half + 1, first)
    wiped = _windows(np.pad(wiped, half, "edge"), 2 * half + 1, then)
    # Beyond the picture the paper continues as at its edge, so that a shadow there keeps its width.
    beyond = np.pad(wiped, 2 * half, "edge")
    beyond[2 * half : -2 * half, 2 * half : -2 * half] = grey
    return _windows(_windows(beyond, 2 * half + 1, first), 2 * half + 1, then)


def _windows(grey: Tones, window: int, function: Any) -> Tones:
    """Return the highest, lowest or mean (`function`) of window × window pixels: (h, w) shrinks by window - 1."""
    columns = function(np.lib.stride_tricks.sliding_window_view(grey, window, 0), axis=-1)
    return np.asarray(function(np.lib.stride_tricks.sliding_window_view(columns, window, 1), axis=-1), np.float32)


def _mean(grey: Tones, window: int) -> Tones:
    """Return the mean of the window × window pixels around each pixel."""
    return _windows(np.pad(grey, window // 2, "edge"), window, np.mean)
