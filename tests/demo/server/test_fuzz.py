"""Any input becomes a 28 × 28 picture for the network, or the client gets the one documented error."""

import json
import tracemalloc
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from starlette.exceptions import HTTPException

from lenet.demo.server.limits import check_call, parse
from lenet.demo.sketchpad import Sketchpad
from lenet.image.formats import PictureError
from lenet.image.preprocess import normalise, preprocess
from lenet.image.segment import segment
from lenet.image.strokes import Drawing, DrawingError
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


@FUZZ
@given(PICTURES | GREY | JSON | st.dictionaries(st.sampled_from(["background", "layers", "composite"]), GREY | JSON))
def test_any_array_or_value_of_gradios_pad_is_a_picture_or_the_one_error(value: Any) -> None:
    check(value)


@pytest.mark.parametrize("mode", MODES)
def test_an_image_of_any_mode_is_a_picture_or_the_one_error(mode: str) -> None:
    for size in ((1, 1), (3, 200), (64, 64)):
        check(Image.new(mode, size))


@FUZZ
@given(DRAWINGS | JSON)
def test_any_json_on_the_pad_is_drawn_or_raises_the_error_of_drawings(value: Any) -> None:
    with suppress(DrawingError):
        check(Drawing.from_json(value).render())
    for payload in (value, json.dumps(value)):
        with suppress(gr.Error):
            drawing = Sketchpad().preprocess(payload)
            assert drawing is None or drawing.shape == (280, 280)


FUNCTION = SimpleNamespace(api_name="read", fn=len)
ENDPOINT = {"parameters": [{"parameter_name": "image", "parameter_has_default": False}]}
PAGE = SimpleNamespace(fns={0: FUNCTION}, get_api_info=lambda: {"named_endpoints": {"/read": ENDPOINT}})
APP = SimpleNamespace(get_blocks=lambda: PAGE, api_info=None)
CALLS = st.fixed_dictionaries(
    {}, optional={"session_hash": st.sampled_from(["", "mine"]) | JSON, "fn_index": st.integers(-1, 1) | JSON}
).flatmap(lambda call: st.fixed_dictionaries({"data": JSON}).map(lambda data: {**data, **call}))
REACHED: set[str] = set()


@FUZZ
@given(
    st.binary(max_size=200) | (JSON | CALLS).map(lambda value: json.dumps(value).encode()),
    st.sampled_from(["run", "api", "call", "call/v2", "queue"]),
    st.sampled_from(["read", "nothing"]) | st.text(max_size=5),
)
def test_any_request_body_passes_the_limits_or_is_refused_in_a_sentence(body: bytes, route: str, name: str) -> None:
    try:
        check_call(route, name, parse(body), APP)
        REACHED.add("passed")
    except HTTPException as error:
        refusal = error
    else:
        return
    assert 400 <= refusal.status_code < 500
    assert len(refusal.detail) > 15
    REACHED.add(refusal.detail[:15])


def test_the_fuzz_of_request_bodies_reaches_every_check() -> None:
    if not REACHED:
        test_any_request_body_passes_the_limits_or_is_refused_in_a_sentence()
    sentences = ("`session_hash` must", "A call has no `session_hash`", "There is no function")
    assert {"passed", *(sentence[:15] for sentence in sentences)} <= REACHED


def test_a_comb_and_a_strip_of_specks_take_no_longer_than_other_pictures() -> None:
    comb = np.full((8, 2048), 255, np.uint8)
    comb[:, ::4] = 0
    check(comb)  # took seconds
    strip = np.where(np.random.default_rng(1).random((2, 30_000)) < 0.02, 0, 255).astype(np.uint8)
    check(strip)  # took hours: the test's own time limit ends it


@pytest.mark.parametrize("size", [(5_001, 10_000), (1, 30_001), (30_001, 1)])
def test_a_picture_of_more_pixels_than_the_limit_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    for picture in (Image.new("1", size), np.broadcast_to(np.uint8(255), size)):
        with pytest.raises(PictureError, match="at most 50,000,000 pixels, and 30,000 per side"):
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
