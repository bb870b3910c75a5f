"""Any input becomes a 28 × 28 picture for the network, or the client gets the one documented error."""

import base64
import io
import json
import tracemalloc
from contextlib import suppress
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from lenet.demo.picture.input import PictureInput
from lenet.demo.server.limits import RequestError, check_json
from lenet.demo.sketchpad import Sketchpad
from lenet.image.formats import FORMATS, PictureError
from lenet.image.preprocess import normalise, preprocess
from lenet.image.segment import segment
from lenet.image.strokes import Drawing, DrawingError, render
from tests.helpers.digits import DIGITS
from tests.helpers.strategies import DRAWINGS, JSON, PICTURES

MODES = [  # of PIL images
    "1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "PA", "RGBX", "RGBa", "La", "I;16",
]  # fmt: skip
# The same examples in every run: a test that fails by chance says nothing about a change.
FUZZ = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
# Sparse ink on white: most arrays of random bytes are refused before ink is looked for.
GREY = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=90), fill=st.just(255))


def check(drawing: Any) -> None:
    """Preprocess the drawing; the result is pictures for the network, or `PictureError`."""
    try:
        ink = preprocess(drawing)
    except PictureError:
        return
    rows = segment(ink.grid) if ink.grid else []
    for picture in (ink.picture, *(normalise(piece.ink) for row in rows for piece in row)):
        assert picture.shape == (28, 28)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.min() >= 0
        assert picture.max() <= 1


def encoded(format: str, mode: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(render(DIGITS[7])).resize((40, 40)).convert(mode).save(file, format)
    return file.getvalue()


FILES = [encoded(format, mode) for format in FORMATS for mode in ("L", "RGB")]


@FUZZ
@given(PICTURES | GREY | JSON | st.dictionaries(st.sampled_from(["background", "layers", "composite"]), GREY | JSON))
def test_any_array_or_value_of_gradios_pad_is_a_picture_or_the_one_error(value: Any) -> None:
    check(value)


@pytest.mark.parametrize("mode", MODES)
def test_an_image_of_any_mode_is_a_picture_or_the_one_error(mode: str) -> None:
    for size in ((1, 1), (3, 200), (64, 64)):
        check(Image.new(mode, size))


@FUZZ
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    st.floats(0, 1) | st.just(1),
)
def test_a_damaged_file_of_any_format_is_a_picture_or_a_refusal(
    file: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    content = bytearray(file)
    for position, byte in changes:
        content[int(position * len(content))] = byte
    content = content[: int(length * len(content))]
    picture = PictureInput().preprocess(ImageData(url=f"data:image/png;base64,{base64.b64encode(content).decode()}"))
    if isinstance(picture, Image.Image):
        check(picture)
    else:
        assert picture in ("unknown", "damaged", "large")


@FUZZ
@given(JSON | st.text())
def test_any_file_that_a_client_names_is_refused(value: Any) -> None:
    picture = PictureInput().preprocess(ImageData(path=str(value), url=f"data:{value}" if value else None))
    assert picture in ("unknown", "damaged", "large")


@FUZZ
@given(DRAWINGS | JSON)
def test_any_json_on_the_pad_is_drawn_or_raises_the_error_of_drawings(value: Any) -> None:
    with suppress(DrawingError):
        check(Drawing.from_json(value).render())
    for payload in (value, json.dumps(value)):
        with suppress(gr.Error):
            drawing = Sketchpad().preprocess(payload)
            assert drawing is None or drawing.shape == (280, 280)


@FUZZ
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_request_body_passes_the_limits_or_is_refused(body: bytes) -> None:
    with suppress(RequestError):
        check_json(body, None, None)


def test_a_comb_and_a_strip_of_specks_take_no_longer_than_other_pictures() -> None:
    comb = np.full((8, 2048), 255, np.uint8)
    comb[:, ::4] = 0
    check(comb)  # took seconds
    strip = np.where(np.random.default_rng(1).random((2, 30_000)) < 0.02, 0, 255).astype(np.uint8)
    check(strip)  # took hours: the test's own time limit ends it


@pytest.mark.parametrize("size", [(8_001, 10_000), (1, 30_001), (30_001, 1)])
def test_a_picture_of_more_pixels_than_the_limit_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    for picture in (Image.new("1", size), np.broadcast_to(np.uint8(255), size)):
        with pytest.raises(PictureError, match="at most 80,000,000 pixels, and 30,000 per side"):
            preprocess(picture)


def test_the_longest_strip_takes_at_most_30_mb() -> None:
    tracemalloc.start()
    try:
        for size in ((1, 30_000), (15, 30_000), (30_000, 16)):
            preprocess(Image.new("L", size, 255))
        assert tracemalloc.get_traced_memory()[1] < 30_000_000  # bytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_picture_with_numbers_that_are_not_finite_is_refused(value: float) -> None:
    array = np.ones((30, 30), np.float32)
    array[3, 3] = value
    for drawing in (array, Image.fromarray(array)):
        with pytest.raises(PictureError):
            preprocess(drawing)
