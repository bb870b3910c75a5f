"""The paper of a photo, its light and shadows, and the ink that stands out from it.

Paper is what is left when all that is narrower than a quarter of the picture is wiped away; ink is what stands out from
it by more than noise, shadows and printed lines do. NumPy and Pillow only.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Contrast below this, of 1, is an empty page: JPEG noise and shadows stay under it, the palest pencil does not.
MIN_CONTRAST = 0.1
# The light on the paper changes slowly: it is looked for at this longer side.
LIGHT_SIDE = 112
# In a photo, up to LOW of the ink's contrast is paper (shadows, printed lines), from HIGH on full ink. Halfway, where
# the edge of a blurred stroke was, the ink is cut off: a pad's ink has no long pale edges either.
LOW, HIGH, EDGE = 0.42, 0.7, 0.25
# Noise, as standard deviations after smoothing, that is never ink.
NOISES = 4
# A photo's ink has neighbours, 6 of the 25 pixels around; and there are 40 pixels of it, a digit 20 pixels high.
NEIGHBOURS = 6 / 25
FEWEST = 40
# Contrast below FAINT may be the rim of a shadow. Ink, even pencil, rises by SUDDEN of its contrast within 1/80 of the
# picture; shadows are softer.
FAINT, SUDDEN = 0.2, 0.5
DARKEST = 0.1  # of paper: dark ink is measured as part of the light on the paper, and black has none

Tones = NDArray[np.float32]


def above_noise(ink: Tones) -> Tones:
    """(h, w) contrast with the paper, noise and all, as ink, 0 to 1."""
    bare = ink[ink <= ink.max() / 2]
    ink = ink - np.median(bare)
    noise = 1.4826 * np.median(np.abs(bare - np.median(bare)))  # the standard deviation, were it Gaussian
    marks = ink[ink > max(NOISES * noise, MIN_CONTRAST)]
    full = np.percentile(marks, 75) if len(marks) else 0
    if full == 0 or (full < FAINT and _rise(ink) < SUDDEN * full):
        return np.zeros_like(ink)
    low = max(LOW * full, NOISES * noise)
    ink = np.clip((ink - low) / max(HIGH * full - low, MIN_CONTRAST / 2), 0, 1)
    ink[(mean(ink, 5) < NEIGHBOURS) | (ink < EDGE)] = 0
    return ink if ink.sum() >= FEWEST else np.zeros_like(ink)


def _rise(ink: Tones) -> float:
    """The steepest rise of the ink within 1/80 of the picture, but for a few pixels."""
    reach = max(1, max(ink.shape) // 80)
    rises = [np.abs(ink[reach:] - ink[:-reach]), np.abs(ink[:, reach:] - ink[:, :-reach])]
    return max((float(np.percentile(rise, 99.9)) for rise in rises if rise.size), default=0)


def light_of(tones: Tones) -> tuple[Tones, bool]:
    """How light the paper is under each pixel, (h, w), 0 to 1, and whether the ink is darker than it."""
    scale = LIGHT_SIDE / max(tones.shape)  # a strip, too, is no longer than that, or wiping it would take for ever
    size = [max(1, round(side * scale)) for side in reversed(tones.shape)]
    small = np.asarray(Image.fromarray(tones).resize((size[0], size[1]), Image.Resampling.BOX))
    trend = _trend(small)
    away = small - trend
    # Towards the corners a trend is needed, and a shadow's edge fits none: paper is what either way of wiping explains.
    closed = np.minimum(trend + _wiped(away, np.max, np.min), _wiped(small, np.max, np.min))
    opened = np.maximum(trend + _wiped(away, np.min, np.max), _wiped(small, np.min, np.max))
    # The paper inside a small 0 is narrow too, but it is on the trend; a shadow is off the trend, but it is wide.
    darker, lighter = np.minimum(-away, closed - small), np.minimum(away, small - opened)
    dark = bool((darker.clip(0) ** 3).sum() >= (lighter.clip(0) ** 3).sum())
    light = Image.fromarray(mean(closed if dark else opened))
    return np.asarray(light.resize(tones.shape[::-1], Image.Resampling.BILINEAR)), dark


def _trend(tones: Tones) -> Tones:
    """The light if it were a quadratic of x and y: fitted to the border, then to all that follows it."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in tones.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)
    kept = np.ones(tones.shape, bool)
    kept[3:-3, 3:-3] = False
    for _ in range(6):
        rows = terms[kept]
        fit = np.linalg.solve(rows.T @ rows + 1e-3 * np.eye(6), rows.T @ tones[kept])
        away = np.abs(tones - terms @ fit)
        kept = away <= 3 * np.median(away[kept]) + 0.005
    return np.asarray(terms @ fit, np.float32)


def _wiped(tones: Tones, first: Any, then: Any) -> Tones:
    """Without what is narrower than a quarter of the picture: dark by np.max and np.min, light vice versa."""
    half = max(max(tones.shape) // 8, 1)
    wiped = _windows(np.pad(tones, half, "edge"), 2 * half + 1, first)
    wiped = _windows(np.pad(wiped, half, "edge"), 2 * half + 1, then)
    # Beyond the picture the paper goes on as at its edge, so that a shadow there is as wide as it is.
    beyond = np.pad(wiped, 2 * half, "edge")
    beyond[2 * half : -2 * half, 2 * half : -2 * half] = tones
    return _windows(_windows(beyond, 2 * half + 1, first), 2 * half + 1, then)


def _windows(tones: Tones, window: int, of: Any) -> Tones:
    """The highest, lowest or mean (`of`) of each window × window pixels: (h, w) shrinks by window - 1."""
    columns = of(np.lib.stride_tricks.sliding_window_view(tones, window, 0), axis=-1)
    return np.asarray(of(np.lib.stride_tricks.sliding_window_view(columns, window, 1), axis=-1), np.float32)


def mean(tones: Tones, window: int = 3) -> Tones:
    """The mean of window × window pixels around each."""
    return _windows(np.pad(tones, window // 2, "edge"), window, np.mean)
