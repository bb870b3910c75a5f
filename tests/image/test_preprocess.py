"""Every drawing is brought into MNIST's form: 20 pixels, centred by mass."""

import os

import numpy as np
import pytest
from PIL import Image

from lenet.datasets import mnist
from lenet.image.formats import PictureError
from lenet.image.preprocess import CENTRE, preprocess
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, placed
from tests.helpers.shapes import likeness

SEVEN = render(DIGITS[7])  # (280, 280) uint8


def picture(drawing: object) -> np.ndarray:
    return preprocess(drawing).picture


def mass(image: np.ndarray) -> np.ndarray:
    return np.array([(image.sum(1 - axis) * np.arange(28)).sum() / image.sum() for axis in (0, 1)])


def extent(image: np.ndarray) -> int:
    rows, columns = np.nonzero(image > 0.02)
    return max(np.ptp(rows), np.ptp(columns)) + 1


@pytest.mark.parametrize("digit", range(10))
def test_the_longer_side_is_20_pixels_and_the_centre_of_mass_at_pixel_14(digit: int) -> None:
    image = picture(render(DIGITS[digit]))
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    assert 19 <= extent(image) <= 20
    assert np.abs(mass(image) - CENTRE).max() <= 0.5


def test_the_centre_of_mass_is_centred_and_not_the_box() -> None:
    rows = np.flatnonzero(picture(SEVEN).any(1))  # a 7 carries its mass high, so its box hangs low
    assert (rows[0] + rows[-1]) / 2 > 14.5


@pytest.mark.parametrize("size", [45, 100, 250])
@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("digit", [2, 5, 7])
def test_the_picture_is_the_same_at_any_size_and_place(digit: int, size: int, corner: tuple[int, int]) -> None:
    pen = size / 12
    reach = (size + pen) / 2 + 1
    x, y = (280 - reach if far else reach for far in corner)
    moved = picture(render(placed(DIGITS[digit], size, x, y), width=pen))
    middle = picture(render(placed(DIGITS[digit], 180), width=15))
    assert likeness(moved, middle) > 0.9


def test_aspect_is_kept() -> None:
    image = picture(render([[[140, 40], [140, 240]]], width=20))  # 220 × 20 of ink
    assert np.count_nonzero(image.sum(0) > 1) in (2, 3)


def test_ink_far_from_the_centre_of_mass_is_not_cut_off() -> None:
    drawing = render([[[40, 40], [40, 60], [60, 40], [50, 50]], [[240, 240]]], width=20)
    image = picture(drawing)
    assert image[:14, :14].sum() > 5
    assert image[20:, 20:].max() > 0.5


@pytest.mark.parametrize(
    "same",
    [
        SEVEN[..., None],
        np.repeat(SEVEN[..., None], 3, 2),
        np.dstack([SEVEN] * 3 + [np.full_like(SEVEN, 255)]),
        np.dstack([np.zeros_like(SEVEN)] * 3 + [255 - SEVEN]),  # black ink on transparent paper
        255 - SEVEN,
        SEVEN.astype(np.float32) / 255,
        SEVEN.astype(np.uint16) * 257,
        SEVEN.astype(np.int64),  # what np.array makes of lists
        SEVEN.astype(np.int32) * 257,
        SEVEN // 2 + 60,  # grey ink on grey paper
        Image.fromarray(SEVEN),
        Image.fromarray(SEVEN).convert("RGB"),
        Image.fromarray(SEVEN).convert("P"),
        Image.fromarray(SEVEN).convert("CMYK"),
        Image.fromarray(SEVEN.astype(np.uint16) * 257),
        Image.fromarray(SEVEN.astype(np.int32) * 1000),
        Image.merge("RGBA", [Image.new("L", (280, 280))] * 3 + [Image.fromarray(255 - SEVEN)]),
        Image.merge("LA", [Image.new("L", (280, 280)), Image.fromarray(255 - SEVEN)]),
        {"background": None, "layers": [], "composite": SEVEN},
    ],
    ids=lambda value: getattr(value, "mode", None) or str(getattr(value, "shape", type(value).__name__)),
)
def test_every_type_and_mode_of_picture_gives_the_same(same: object) -> None:
    np.testing.assert_allclose(picture(same), picture(SEVEN), atol=0.03)


def test_a_picture_is_turned_as_its_exif_data_says() -> None:
    turned = Image.fromarray(SEVEN).transpose(Image.Transpose.ROTATE_90)
    turned.getexif()[0x0112] = 6  # orientation: rotate 90° clockwise to view
    np.testing.assert_array_equal(picture(turned), picture(SEVEN))


@pytest.mark.parametrize(
    "blank",
    [
        None,
        {"background": None, "layers": [], "composite": None},
        np.full((280, 280), 255, np.uint8),
        np.zeros((280, 280), np.uint8),
        np.zeros((280, 280, 4), np.uint8),
        np.full((1, 1), 0.5),
        Image.new("RGBA", (30, 20)),
        Image.new("I;16", (30, 20)),
        Image.new("I", (30, 20), 7),
        np.random.default_rng(0).integers(240, 256, (100, 100)).astype(np.uint8),
    ],
    ids=["none", "stock", "white", "black", "transparent", "one grey pixel", "RGBA", "I;16", "I", "grain"],
)
def test_an_empty_page_has_no_ink(blank: object) -> None:
    ink = preprocess(blank)
    assert ink.box is None
    assert ink.extent == 0
    assert not ink.picture.any()


def test_box_and_extent_count_the_drawings_own_pixels() -> None:
    page = np.full((100, 200), 255, np.uint8)
    page[20:60, 30:40] = 0
    ink = preprocess(page)
    assert ink.box == (30, 20, 40, 60)
    assert ink.extent == 0.4


def test_the_extent_of_a_digit_in_a_large_photo_is_relative_to_1000_pixels() -> None:
    page = np.full((3000, 4000), 255, np.uint8)
    page[1000:1250, 2000:2100] = 0
    ink = preprocess(page)
    assert ink.extent == pytest.approx(0.25, abs=0.02)
    assert ink.box == pytest.approx((2000, 1000, 2100, 1250), abs=10)


@pytest.mark.parametrize("size", [1, 2, 5000])
def test_dots_and_full_pages_give_finite_pictures(size: int) -> None:
    page = np.full((size + 2, size + 2), 255, np.uint8)
    page[1:-1, 1:-1] = 0
    image = picture(page)
    assert np.isfinite(image).all()
    assert extent(image) == 20


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((0, 5)),
        np.zeros(5),
        np.zeros((5, 5, 2)),
        np.zeros((2, 5, 5, 3)),
        np.full((5, 5), np.nan),
        np.array([[np.inf, 0]]),
        np.array([[2.0, 0]]),
        np.array([[-1.0, 0]]),
        np.array([[-1, 0]]),
        np.array([["a"]]),
        np.array([[None]]),
        np.zeros((5, 5), complex),
        "picture.png",
        {"composite": "x"},
    ],
    ids=lambda value: str(value)[:40],
)
def test_other_input_is_refused_in_a_sentence(wrong: object) -> None:
    with pytest.raises(PictureError, match=r"^A picture .{10,100}\.$"):
        preprocess(wrong)


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_mnist_images_are_unchanged() -> None:
    images = mnist.load().validation.images[:1000]
    same = [np.abs(picture(image) - image / np.float32(image.max())).max() < 0.02 for image in images]
    assert np.mean(same) > 0.98
