"""The pad in Python: what the function receives, what the page receives, and what clients may send."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
import pytest
from fastapi.testclient import TestClient

from lenet.demo.sketchpad.sketchpad import CSS, HTML, JS, MAX_TEXT, Sketchpad
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, Drawing, DrawingError, render

STROKES = [[[40.5, 60], [240, 60], [120, 250]], [[60, 60]]]
OBJECT = {"w": CANVAS_SIZE, "h": CANVAS_SIZE, "pen": BRUSH_WIDTH, "strokes": STROKES}
TEXT = json.dumps(OBJECT)


def app(fill: Callable[[], None]) -> tuple[gr.Blocks, TestClient]:
    """Return Blocks filled by `fill`, and a client. Built in a running event loop: without, Gradio leaks its own."""

    async def build() -> tuple[gr.Blocks, TestClient]:
        with gr.Blocks(analytics_enabled=False) as demo:
            fill()
        return demo, TestClient(gr.routes.App.create_app(demo))

    return asyncio.run(build())


@pytest.mark.parametrize("payload", [TEXT, OBJECT], ids=["text", "object"])
def test_the_function_receives_the_rendered_drawing(payload: Any) -> None:
    picture = Sketchpad().preprocess(payload)
    assert picture is not None
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, render(STROKES))
    assert picture[60, 60] == 0
    assert picture[0, 0] == 255


@pytest.mark.parametrize("payload", [None, "", '{"strokes": []}', {"strokes": [[]]}])
def test_the_function_receives_none_for_an_empty_pad(payload: Any) -> None:
    assert Sketchpad().preprocess(payload) is None


def test_the_picture_has_the_pads_size_and_pen_whatever_the_client_sends() -> None:
    half = {"w": 140, "h": 140, "pen": 99, "strokes": [[[x / 2, y / 2] for x, y in stroke] for stroke in STROKES]}
    assert np.array_equal(Sketchpad().preprocess(half), Sketchpad().preprocess(TEXT))
    tall = Sketchpad(size=100, pen=8).preprocess({"w": 500, "h": 1000, "strokes": [[[500, 1000]]]})
    assert np.array_equal(tall, render([[[50, 100]]], (100, 100), 8))


@pytest.mark.parametrize(
    "payload",
    [
        "not JSON",
        "[[1, 2]]",
        "3",
        7,
        [[1, 2]],
        {"strokes": "all"},
        {"strokes": [[[1]]]},
        '{"strokes": [[[NaN, 1]]]}',
        {"strokes": [[[1, 2]] * 10_001]},
        "[" * 100_000,
        " " * (MAX_TEXT + 1),
    ],
    ids=lambda payload: str(payload)[:20],
)
def test_an_invalid_payload_is_refused_with_a_sentence(payload: Any) -> None:
    with pytest.raises(gr.Error, match=r"A \w+ .*\w") as refusal:
        Sketchpad().preprocess(payload)
    assert len(refusal.value.message) < 150
    assert not refusal.value.print_exception


@pytest.mark.parametrize("value", [TEXT, OBJECT, Drawing.from_json(OBJECT)], ids=["text", "object", "Drawing"])
def test_a_drawing_that_a_function_returns_is_shown_unchanged(value: Any) -> None:
    shown = Sketchpad().postprocess(value)
    assert shown is not None
    assert json.loads(shown) == OBJECT
    assert np.array_equal(Sketchpad().preprocess(shown), render(STROKES))


def test_a_drawing_of_any_size_is_scaled_to_the_pad() -> None:
    shown = Sketchpad(size=100, pen=8).postprocess({"w": 10, "h": 10, "pen": 2, "strokes": [[[1, 2], [9.777, 4]]]})
    assert json.loads(shown or "") == {"w": 100, "h": 100, "pen": 8, "strokes": [[[10, 20], [97.8, 40]]]}


@pytest.mark.parametrize("value", [None, "", Drawing(), {"strokes": [[]]}])
def test_an_empty_drawing_empties_the_pad(value: Any) -> None:
    assert Sketchpad().postprocess(value) is None


def test_a_function_that_returns_something_else_raises() -> None:
    with pytest.raises(DrawingError, match="A drawing is"):
        Sketchpad().postprocess([[1, 2]])  # type: ignore[arg-type]


def test_templates_contain_nothing_that_gradio_would_interpolate() -> None:
    """HTML and CSS pass through Handlebars and a JavaScript template literal."""
    for template in (HTML, CSS):
        assert not re.search(r"[`\\]|\$\{|\{\{|<script", template)


def test_the_page_receives_size_pen_and_texts() -> None:
    pad = Sketchpad(label="Papier", size=100, pen=8, placeholder='Draw "it"', undo_label="Zurück", elem_id="pad")
    config = json.loads(json.dumps(pad.get_config()))
    assert config["label"] == "Papier"
    assert config["elem_id"] == "pad"
    assert config["js_on_load"].startswith(JS)
    options = config["js_on_load"].splitlines()[-1].partition("{")[2].rstrip(");")
    expected = {"size": 100, "pen": 8, "placeholder": 'Draw "it"', "undo": "Zurück", "clear": "Clear"}
    assert json.loads("{" + options) == expected


def test_the_pad_is_told_of_a_request_that_failed() -> None:
    def fill() -> None:
        pad = Sketchpad()
        pad.input(lambda picture: picture, pad, None, trigger_mode="always_last", queue=False)

    event, failure = app(fill)[0].config["dependencies"]
    assert event["trigger_mode"] == "always_last"
    assert failure["trigger_after"] == event["id"]
    assert failure["trigger_only_on_failure"]
    assert "sketchpad:failed" in failure["js"]
    assert "sketchpad:failed" in JS


def test_input_works_with_gr_on_and_as_a_decorator() -> None:
    def fill() -> None:
        pad, box = Sketchpad(), gr.Textbox()
        gr.on([pad.input, box.change], lambda: None)

        @pad.input(inputs=pad)
        def decorated(picture: Any) -> None: ...

    targets = [[event for _, event in dependency["targets"]] for dependency in app(fill)[0].config["dependencies"]]
    assert targets == [["input", "change"], ["input"]]


def test_over_http_an_invalid_drawing_is_answered_with_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def fill() -> None:
        pad = Sketchpad()
        pad.input(lambda picture: list(picture.shape), pad, gr.JSON(), queue=False, api_name="size")

    client = app(fill)[1]
    assert client.post("/gradio_api/run/size", json={"data": [TEXT]}).json()["data"] == [[280, 280]]
    answer = client.post("/gradio_api/run/size", json={"data": [{"strokes": 3}]})
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("A drawing is")
    assert "Traceback" not in capsys.readouterr().err
    parameter = client.get("/gradio_api/info").json()["named_endpoints"]["/size"]["parameters"][0]
    assert "as JSON text" in parameter["type"]["description"]


def test_the_example_is_a_drawing() -> None:
    pad = Sketchpad()
    assert np.array_equal(pad.preprocess(pad.example_payload()), pad.preprocess(pad.example_value()))


def test_with_type_strokes_the_function_receives_the_drawing_on_this_pads_paper() -> None:
    pad = Sketchpad(type="strokes")
    drawing = pad.preprocess({"w": 560, "h": 560, "pen": 3, "strokes": [[[100, 60], [100, 500]]]})
    assert drawing == Drawing(280, 280, 20, (((50, 30), (50, 250)),))
    assert pad.preprocess('{"strokes": []}') is None
