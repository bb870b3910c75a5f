"""A photo of a digit gives the picture of the drawing itself, and ink on the pad is kept exactly as drawn."""

import io
import os
import time

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lenet.datasets import mnist
from lenet.image.formats import PictureError
from lenet.image.ink import read_ink
from lenet.image.photo import median3
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from tests.helpers.digits import DIGITS, placed
from tests.helpers.photos import PHOTOS, RULED
from tests.helpers.shapes import likeness

BLANK = render([])


def ink_and_step(drawing: object) -> tuple[np.ndarray, int]:
    """The ink on the whole drawing, and how many of the drawing's pixels, in each direction, are one of the ink's."""
    found = read_ink(drawing)
    whole = np.zeros(found.shape, np.float32)
    height, width = found.ink.shape
    whole[found.top : found.top + height, found.left : found.left + width] = found.ink
    return whole, found.step


def picture(drawing: object) -> np.ndarray:
    return preprocess(drawing).picture


def edges(inked: np.ndarray) -> np.ndarray:
    """Indices of the first and last column, then row, with ink."""
    return np.array([np.flatnonzero(inked.any(axis))[[0, -1]] for axis in (0, 1)])


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_gives_the_picture_of_the_drawing(kind: str) -> None:
    random = np.random.default_rng(0)
    for digit, strokes in DIGITS.items():
        drawing = render(strokes)
        assert likeness(picture(PHOTOS[kind](drawing, random)), picture(drawing)) > 0.9, digit


@pytest.mark.parametrize("kind", ["grey paper", "chalk", "shadow", "vignette", "hand", "noise", "jpeg 20", "snapshot"])
@pytest.mark.parametrize(
    "drawing",
    [
        render(DIGITS[5], width=3),
        render(DIGITS[5], width=36),
        render(placed(DIGITS[5], 45, 34, 246), width=6),
        render(placed(DIGITS[5], 276), width=24),
        render(placed(DIGITS[5], 180, 100, 140), (280, 200)),
    ],
    ids=["thin", "thick", "small in a corner", "up to the border", "upright"],
)
def test_a_photo_gives_the_picture_of_the_drawing_at_any_pen_width_size_and_place(
    drawing: np.ndarray, kind: str
) -> None:
    assert likeness(picture(PHOTOS[kind](drawing, np.random.default_rng(0))), picture(drawing)) > 0.9


@pytest.mark.parametrize("form", ["TIFF", "PNG"])
def test_a_large_picture_is_turned_once_by_pillow_or_by_us(form: str) -> None:
    page = Image.new("L", (1800, 2400), 255)
    page.paste(0, (500, 400, 600, 1600))  # on its side as stored
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90° clockwise to view
    file = io.BytesIO()
    page.save(file, form, exif=exif)
    assert preprocess(Image.open(file)).box == pytest.approx((800, 500, 2000, 600), abs=6)


@pytest.mark.parametrize("kind", sorted(PHOTOS.keys() - RULED))
def test_a_blank_page_has_no_ink(kind: str) -> None:
    for seed in range(3):
        ink, _ = ink_and_step(PHOTOS[kind](BLANK, np.random.default_rng(seed)))
        assert not ink.any()


@pytest.mark.parametrize("shape", [(60, 70), (1, 9), (9, 1), (2, 2)])
def test_the_median_is_that_of_pillow(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).random(shape, np.float32)
    np.testing.assert_array_equal(median3(grey), Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)))


@pytest.mark.parametrize("noise", [0.005, 0.02, 0.04])
@pytest.mark.parametrize("shape", [(60, 60), (280, 280), (400, 900), (5, 500), (1, 300)])
def test_noise_is_not_ink(shape: tuple[int, int], noise: float) -> None:
    tones = np.random.default_rng(0).normal(0.7, noise, shape).clip(0, 1)
    assert not read_ink(tones).ink.any()


@pytest.mark.parametrize("pen", [1, 3, 8, 20, 40, 120])
@pytest.mark.parametrize("digit", DIGITS)
def test_ink_on_a_pad_is_as_rendered(digit: int, pen: int) -> None:
    drawing = render(DIGITS[digit], width=pen)
    for pad in (drawing, 255 - drawing):
        ink, step = ink_and_step(pad)
        expected = 1 - drawing / np.float32(255)
        assert step == 1
        assert not ink[drawing == 255].any()
        np.testing.assert_allclose(ink, expected / expected.max(), atol=1e-6)


def test_a_pad_of_the_largest_size_is_not_shrunk() -> None:
    drawing = render(placed(DIGITS[3], 1500, 1000, 1000), (2000, 2000), 90)
    ink, step = ink_and_step(drawing)
    assert step == 1
    np.testing.assert_allclose(ink, 1 - drawing / np.float32(255), atol=1e-6)


def test_antialiased_edges_of_a_browser_are_kept() -> None:
    drawing = np.asarray(Image.fromarray(render(placed(DIGITS[2], 900, 700, 700), (1400, 1400), 100)).reduce(5))
    ink, _ = ink_and_step(drawing)
    np.testing.assert_allclose(ink, 1 - drawing / np.float32(255), atol=1e-6)


def test_a_picture_of_mnists_size_keeps_its_grey_edges() -> None:
    small = np.asarray(Image.fromarray(255 - render(DIGITS[8])).resize((28, 28), Image.Resampling.BILINEAR))
    ink, _ = ink_and_step(small)
    np.testing.assert_allclose(ink, small / np.float32(small.max()), atol=1e-6)


@pytest.mark.parametrize("kind", ["jpeg 20", "jpeg 50", "jpeg 90", "jpeg 20 on grey", "jpeg 30 on black"])
def test_the_box_excludes_the_ringing_of_a_jpeg(kind: str) -> None:
    drawing = render(DIGITS[8])
    ink, step = ink_and_step(PHOTOS[kind](drawing, np.random.default_rng(0)))
    assert step == 1
    assert np.abs(edges(ink > 0) - edges(drawing < 255)).max() <= 1


@pytest.mark.parametrize("as_array", [False, True])
def test_twelve_megapixels_are_read_fast_and_measured_in_their_own_pixels(as_array: bool) -> None:
    photo = PHOTOS["twelve megapixels"](render(DIGITS[0]), np.random.default_rng(0))
    start = time.perf_counter()
    ink, step = ink_and_step(np.asarray(photo) if as_array else photo)
    assert time.perf_counter() - start < 2  # seconds; 0.1 on an idle computer
    assert max(ink.shape) <= 450
    drawn = np.array([1700, 900]) + edges(render(DIGITS[0]) < 255)[:, 0] * 1500 / 280
    np.testing.assert_allclose(edges(ink > 0)[:, 0] * step, drawn, atol=2 * step)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_large_image_of_any_mode_is_shrunk(mode: str) -> None:
    sheet = Image.new("L", (2500, 2400), 255)
    sheet.paste(0, (1000, 500, 1500, 1700))
    image = Image.fromarray(np.asarray(sheet, np.uint16) * 257) if mode == "I;16" else sheet.convert(mode)
    ink, step = ink_and_step(image)
    assert step > 1
    np.testing.assert_allclose(edges(ink > 0) * step, [[1000, 1500], [500, 1700]], atol=2 * step)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -0.1, 1.1])
def test_one_value_out_of_range_in_a_large_picture_is_refused(wrong: float) -> None:
    pixels = np.ones((2500, 2500))
    pixels[2499, 2499] = wrong
    with pytest.raises(PictureError, match=r"^A picture .+\.$"):
        read_ink(pixels)


@pytest.fixture(scope="module")
def read() -> DigitClassifier:
    return DigitClassifier()


@pytest.mark.parametrize("kind", PHOTOS)
def test_the_network_reads_ten_digits_in_every_kind_of_photo(read: DigitClassifier, kind: str) -> None:
    random = np.random.default_rng(1)
    photos = [PHOTOS[kind](render(DIGITS[digit]), random) for digit in range(10)]
    assert [read(photo).digit for photo in photos] == list(range(10))


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_mnist_images_are_their_own_ink() -> None:
    for image in mnist.load().validation.images[:200]:
        np.testing.assert_allclose(ink_and_step(image)[0], image / np.float32(image.max()), atol=1e-6)


def test_a_lack_of_memory_is_not_reported_as_a_damaged_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    class Array:
        __array__ = fail

    with pytest.raises(MemoryError):
        read_ink(Array())
    monkeypatch.setattr(Image.Image, "load", fail)
    with pytest.raises(MemoryError):
        read_ink(Image.new("L", (28, 28)))
