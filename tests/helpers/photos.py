"""Photo-like pictures of a clean drawing, by kind: other paper, light, pens, noise and files.

A drawing is (H, W) uint8, 255 = paper, 0 = ink, as `lenet.image.strokes.render` makes it.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

Drawing = np.ndarray
Photo = np.ndarray | Image.Image
Kind = Callable[[Drawing, np.random.Generator], Photo]


def page(drawing: Drawing, paper: float = 0.85, ink: float = 0.15) -> np.ndarray:
    """Return the drawing in two tones: (H, W) from 0 = black to 1 = white."""
    return ink + (paper - ink) * (drawing / 255)


def across(drawing: Drawing) -> tuple[np.ndarray, np.ndarray]:
    """Return x (1, W) and y (H, 1) of the pixels, 0 to 1."""
    height, width = drawing.shape
    return np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]


def shot(tones: np.ndarray, random: np.random.Generator, noise: float = 0.01) -> np.ndarray:
    """Add a sensor's noise, clipped to (H, W) uint8."""
    return np.uint8(np.clip(tones + random.normal(0, noise, tones.shape), 0, 1) * 255 + 0.5)


def jpeg(pixels: np.ndarray, quality: int) -> Image.Image:
    """Return the picture after compression as JPEG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return Image.open(file)


def linear(drawing: Drawing, darkest: float, turn: float) -> np.ndarray:
    """Return light that falls off in one direction, `turn` radians clockwise from rightwards: 1 to `darkest`."""
    x, y = across(drawing)
    ramp = x * np.cos(turn) + y * np.sin(turn)
    return 1 - (1 - darkest) * (ramp - ramp.min()) / np.ptp(ramp)


def hand(drawing: Drawing, depth: float, softness: float) -> np.ndarray:
    """Return the light beside a round shadow over the lower right corner; its edge is `softness` of the page wide."""
    x, y = across(drawing)
    inside = (0.6 - np.hypot(x - 1.05, y - 1.1)) / softness
    return 1 - depth * np.clip(inside + 0.5, 0, 1)


def vignette(drawing: Drawing, depth: float) -> np.ndarray:
    x, y = across(drawing)
    return 1 - depth * ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2


def blurred(pixels: np.ndarray, radius: float) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def ruled(tones: np.ndarray, every: int, darkness: float, squares: bool, tilt: float = 0) -> np.ndarray:
    """Print lines every `every` pixels, `tilt` degrees clockwise; ink over them stays as dark as before."""
    height, width = tones.shape
    lines = np.full((2 * height, 2 * width), 255, np.uint8)
    lines[::every] = 255 * (1 - darkness)
    if squares:
        lines[:, ::every] = 255 * (1 - darkness)
    turned = np.asarray(Image.fromarray(lines).rotate(-tilt, Image.Resampling.BILINEAR))
    return np.minimum(tones, tones.max() * turned[height // 2 :, width // 2 :][:height, :width] / 255)


def pencil(drawing: Drawing, random: np.random.Generator) -> Photo:
    grain = random.uniform(0.6, 1, drawing.shape)  # graphite leaves the paper's valleys bare
    return shot(0.8 - 0.22 * grain * (1 - drawing / 255), random, 0.015)


def chalk(drawing: Drawing, random: np.random.Generator) -> Photo:
    x, y = across(drawing)
    smears = 0.03 * np.sin(9 * x + 4 * y) + 0.02 * np.sin(17 * y)
    grain = random.uniform(0.35, 1, drawing.shape)
    return shot(0.22 + smears + 0.6 * grain * (1 - drawing / 255), random, 0.02)


def on_transparent(drawing: Drawing, tone: int) -> Image.Image:
    return Image.merge("LA", [Image.new("L", drawing.shape[::-1], tone), Image.fromarray(255 - drawing)])


def turned(drawing: Drawing, random: np.random.Generator) -> Image.Image:
    image = Image.fromarray(shot(page(drawing) * linear(drawing, 0.6, 1), random)).transpose(Image.Transpose.ROTATE_90)
    image.getexif()[0x0112] = 6  # rotate 90° clockwise to view
    return image


def twelve_megapixels(drawing: Drawing, random: np.random.Generator) -> Image.Image:
    """4000 × 3000 in colour, the drawing on half of its height."""
    sheet = Image.new("L", (1000, 750), 255)
    sheet.paste(Image.fromarray(drawing).resize((375, 375)), (425, 225))
    tones = np.asarray(sheet)
    grey = Image.fromarray(shot(page(tones, 0.9, 0.1) * linear(tones, 0.55, 0.7), random, 0.02)).resize((4000, 3000))
    return Image.merge("RGB", [grey.point(lambda tone, part=part: int(tone * part)) for part in (1, 0.95, 0.8)])


def snapshot(drawing: Drawing, random: np.random.Generator) -> Image.Image:
    """A quick picture of a note: shadow of the hand, light from the side, a little out of focus, small file."""
    light = linear(drawing, 0.65, 0.4) * hand(drawing, 0.35, 0.3) * vignette(drawing, 0.25)
    return jpeg(shot(blurred_tones(page(drawing, 0.9, 0.2) * light, 1.5), random, 0.02), 50)


def blurred_tones(tones: np.ndarray, radius: float) -> np.ndarray:
    return blurred(np.uint8(tones * 255 + 0.5), radius) / 255


def notebook(drawing: Drawing, random: np.random.Generator) -> Image.Image:
    """Squared paper by lamplight, tilted, as a JPEG."""
    tones = ruled(page(drawing, 0.9, 0.2), 14, 0.2, squares=True, tilt=4)
    return jpeg(shot(tones * linear(drawing, 0.6, 2.5), random, 0.015), 70)


def far_off(drawing: Drawing, random: np.random.Generator) -> Image.Image:
    """A small digit on a large sheet."""
    sheet = Image.new("L", (1340, 1005), 255)
    sheet.paste(Image.fromarray(drawing), (220, 640))
    tones = page(np.asarray(sheet), 0.8, 0.2)
    return jpeg(shot(tones * linear(tones, 0.55, 2.2) * vignette(tones, 0.3), random, 0.02), 75)


def cropped(drawing: Drawing, random: np.random.Generator) -> np.ndarray:
    """Cut close around the ink."""
    rows, columns = np.flatnonzero((drawing < 255).any(1)), np.flatnonzero((drawing < 255).any(0))
    if len(rows):
        drawing = drawing[max(rows[0] - 12, 0) : rows[-1] + 13, max(columns[0] - 12, 0) : columns[-1] + 13]
    return shot(page(drawing) * linear(drawing, 0.6, 0.8), random, 0.02)


PHOTOS: dict[str, Kind] = {
    "grey paper": lambda drawing, random: shot(page(drawing, 0.6, 0.2), random),
    "dark paper": lambda drawing, random: shot(page(drawing, 0.2, 0.8), random),
    "middle grey, dark ink": lambda drawing, random: shot(page(drawing, 0.42, 0.08), random),
    "chalk": chalk,
    "pencil": pencil,
    "pencil in a shadow": lambda drawing, random: shot(
        page(drawing, 0.8, 0.6) * linear(drawing, 0.6, 0.6), random, 0.015
    ),
    "shadow": lambda drawing, random: shot(page(drawing, 0.95, 0.3) * linear(drawing, 0.47, 0.0), random),
    "shadow as dark as the ink": lambda drawing, random: shot(
        0.95 * linear(drawing, 0.47, 1.0) - 0.3 * (1 - drawing / 255), random
    ),
    "light ink in a shadow": lambda drawing, random: shot(page(drawing, 0.3, 0.85) * linear(drawing, 0.5, 4.0), random),
    "vignette": lambda drawing, random: shot(page(drawing) * vignette(drawing, 0.6), random),
    "vignette on dark paper": lambda drawing, random: shot(page(drawing, 0.35, 0.8) * vignette(drawing, 0.6), random),
    "hand": lambda drawing, random: shot(page(drawing) * hand(drawing, 0.45, 0.3), random),
    "hand close by": lambda drawing, random: shot(page(drawing) * hand(drawing, 0.45, 0.1), random),
    "overexposed": lambda drawing, random: shot(page(drawing, 1.15, 0.3) * hand(drawing, 0.35, 0.25), random, 0.02),
    "noise": lambda drawing, random: shot(page(drawing, 0.75, 0.25), random, 0.04),
    "noise and faint ink": lambda drawing, random: shot(page(drawing, 0.7, 0.4), random, 0.04),
    "jpeg 20": lambda drawing, random: jpeg(drawing, 20),
    "jpeg 50": lambda drawing, random: jpeg(drawing, 50),
    "jpeg 90": lambda drawing, random: jpeg(drawing, 90),
    "jpeg 20 on grey": lambda drawing, random: jpeg(np.uint8(page(drawing, 0.7, 0.3) * 255), 20),
    "jpeg 30 on black": lambda drawing, random: jpeg(255 - drawing, 30),
    "noisy jpeg": lambda drawing, random: jpeg(shot(page(drawing) * linear(drawing, 0.6, 1), random, 0.03), 30),
    "blurred": lambda drawing, random: shot(blurred_tones(page(drawing), 3), random),
    "blurred on white": lambda drawing, random: blurred(drawing, 3),
    "lined": lambda drawing, random: shot(ruled(page(drawing), 28, 0.2, squares=False), random),
    "squared": lambda drawing, random: shot(ruled(page(drawing), 14, 0.15, squares=True), random),
    "notebook": notebook,
    "snapshot": snapshot,
    "far off": far_off,
    "cropped": cropped,
    "black on transparent": lambda drawing, random: on_transparent(drawing, 0),
    "white on transparent": lambda drawing, random: on_transparent(drawing, 255),
    "16 bits": lambda drawing, random: np.uint16(
        65535 * np.clip(page(drawing) * linear(drawing, 0.6, 2) + random.normal(0, 0.01, drawing.shape), 0, 1)
    ),
    "palette": lambda drawing, random: Image.fromarray(shot(page(drawing) * linear(drawing, 0.7, 2), random)).convert(
        "P", palette=Image.Palette.ADAPTIVE, colors=16
    ),
    "turned": turned,
    "twelve megapixels": twelve_megapixels,
}
RULED = {"lined", "squared", "notebook"}  # their blank pages are not blank
