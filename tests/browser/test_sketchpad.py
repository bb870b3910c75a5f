"""The pad alone, in a small Gradio app: this file, run as a program."""

import hashlib
import io
import json
import re
import shutil
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pen import Pen
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from lenet.strokes import Drawing, render

ROOT = Path(__file__).parents[2]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True, "is_mobile": True}
ROOF = [(60, 200), (140, 60), (220, 200)]
FLOOR = [(60, 220), (220, 220)]
DOT = [(140, 150)]
HOUSE = [ROOF, FLOOR, DOT]
SAME = 0.97  # the same but for the pixels at the edges


def serve() -> None:
    """The app. What the pad's function receives is told in the attributes of #got."""
    import gradio as gr

    from lenet.demo.sketchpad import Sketchpad

    def tell(picture: NDArray[np.uint8] | None) -> str:
        if picture is None:
            return '<output id="got" data-hash="empty"></output>'
        return f'<output id="got" data-hash="{fingerprint(picture)}" data-shape="{picture.shape}"></output>'

    with gr.Blocks(title="Pad") as demo, gr.Tabs():
        with gr.Tab("First"):
            pad = Sketchpad(elem_id="sketchpad", placeholder="Draw a house")
            got = gr.HTML()
            example, empty, hide, unhide = (gr.Button(name) for name in ("Example", "Empty", "Hide", "Unhide"))
            gr.Textbox(label="Notes")
            gr.HTML('<div id="beneath" style="height: 1500px">A long page</div>')
        with gr.Tab("Second"):
            Sketchpad(elem_id="second")
        pad.input(tell, pad, got, queue=False, trigger_mode="always_last", show_progress="hidden")
        example.click(lambda: {"w": 28, "h": 28, "pen": 2, "strokes": [[[4, 4], [24, 24]]]}, outputs=pad)
        empty.click(lambda: None, outputs=pad)
        hide.click(lambda: gr.update(visible=False), outputs=pad)
        unhide.click(lambda: gr.update(visible=True), outputs=pad)
    demo.launch(run_history=False)


def fingerprint(picture: NDArray[np.uint8]) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()[:16]


def likeness(pixels: NDArray[np.uint8], drawing: Drawing) -> float:
    """The ink common to both, of the ink in either, with the drawing rendered as large as the pixels are."""
    side = len(pixels)
    finer = max(1, 1000 // side)
    scale = side * finer / drawing.width
    strokes = [[(x * scale, y * scale) for x, y in stroke] for stroke in drawing.strokes]
    rendered = render(strokes, (side * finer, side * finer), drawing.pen * scale)
    rendered = rendered.reshape(side, finer, side, finer).mean((1, 3))
    ours, theirs = 255.0 - pixels, 255.0 - rendered  # by their greys: a row of pixels half inked is neither in nor out
    return float(np.minimum(ours, theirs).sum() / np.maximum(ours, theirs).sum())


class Pad:
    """A page with the pad: what it shows, and what it sends."""

    def __init__(self, page: Page, kind: Any = "mouse", canvas: Locator | None = None):
        self.page = page
        self.canvas = canvas or page.locator("#sketchpad canvas")
        self.pen = Pen(page, kind, self.canvas)
        self.draw = self.pen.draw
        self.requests: list[str] = []
        self.bodies: list[str] = []
        expect(self.canvas).to_be_visible()
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/gradio_api/" in request.url:
            self.requests.append(f"{request.method} {request.url.partition('/gradio_api')[2]}")
        if request.url.endswith("/run/predict"):
            self.bodies.append(request.post_data or "")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def pixels(self) -> NDArray[np.uint8]:
        data = self.canvas.evaluate("canvas => canvas.toDataURL()")
        return np.asarray(Image.open(io.BytesIO(b64decode(data.partition(",")[2]))).convert("L"))

    def ink(self) -> float:
        """The part of the paper that is dark."""
        return float((self.pixels() < 128).mean())

    def sent(self) -> Drawing:
        """The drawing in the last request."""
        text = json.loads(self.bodies[-1])["data"][0] if self.bodies else ""
        return Drawing.from_json(json.loads(text)) if text else Drawing()

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, f"Not in 10 s; the last request is {self.bodies[-1:]}."
            self.page.wait_for_timeout(10)

    def shows(self, drawing: Drawing) -> bool:
        """Whether the paper shows just this drawing."""
        return likeness(self.pixels(), drawing) > SAME if drawing.strokes else self.ink() == 0

    def expect_strokes(self, number: int) -> Drawing:
        """Wait until the last request has so many strokes, those on the paper, and the function has received them."""
        self.until(lambda: len(self.sent().strokes) == number and self.shows(self.sent()))
        drawing = self.sent()
        received = fingerprint(drawing.render()) if number else "empty"
        expect(self.page.locator("#got")).to_have_attribute("data-hash", received)
        return drawing


@pytest.fixture(scope="module")
def url(browser: Browser, start: Any) -> str:
    return start([sys.executable, __file__]).url


@pytest.fixture
def pad(open_page: Any, url: str) -> Pad:
    return Pad(open_page(url))


@pytest.fixture
def phone(open_page: Any, url: str) -> Pad:
    return Pad(open_page(url, **PHONE), "touch")


@pytest.fixture(params=["pad", "phone"])
def any_pad(request: pytest.FixtureRequest) -> Pad:
    """Either, so with a mouse and with a finger."""
    return request.getfixturevalue(request.param)


def test_the_first_touch_draws_at_once_and_is_answered_before_the_pen_is_lifted(any_pad: Pad) -> None:
    assert any_pad.ink() == 0
    any_pad.draw([ROOF], lift=False)
    assert any_pad.ink() > 0.05
    roof = any_pad.expect_strokes(1)
    any_pad.pen.move((100, 250))
    any_pad.until(lambda: any_pad.sent() != roof)
    any_pad.pen.up()
    any_pad.expect_strokes(1)


def test_a_stylus_draws(open_page: Any, url: str) -> None:
    stylus = Pad(open_page(url), "pen")
    stylus.draw(HOUSE)
    stylus.expect_strokes(3)


def test_the_function_receives_the_pads_pixels_dark_on_white(any_pad: Pad) -> None:
    any_pad.draw(HOUSE)
    drawing = any_pad.expect_strokes(3)
    expect(any_pad.page.locator("#got")).to_have_attribute("data-shape", "(280, 280)")
    assert [len(stroke) for stroke in drawing.strokes][-1] == 1
    ends = np.array([drawing.strokes[0][0], drawing.strokes[0][-1], drawing.strokes[1][-1], drawing.strokes[2][0]])
    assert np.abs(ends - [ROOF[0], ROOF[-1], FLOOR[-1], DOT[0]]).max() < 2


def test_clear_three_times_and_draw_again(any_pad: Pad) -> None:
    for _ in range(3):
        any_pad.draw(HOUSE)
        any_pad.expect_strokes(3)
        any_pad.button("Clear").click()
        any_pad.expect_strokes(0)
    any_pad.draw([ROOF])
    any_pad.expect_strokes(1)


def test_clear_and_undo_of_an_empty_pad_do_nothing(pad: Pad) -> None:
    for _ in range(3):
        pad.button("Clear").click()
        pad.button("Undo").click()
    pad.draw([ROOF])
    pad.expect_strokes(1)
    assert all(json.loads(body)["data"][0] for body in pad.bodies)


def test_undo_by_button_and_keys(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    pad.button("Undo").click()
    pad.expect_strokes(2)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(1)
    pad.page.keyboard.press("Control+Shift+z")
    pad.page.keyboard.press("Meta+z")
    pad.expect_strokes(0)


def test_escape_clears_and_undo_brings_the_drawing_back(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    pad.page.keyboard.press("Escape")
    pad.expect_strokes(0)
    pad.button("Undo").click()
    pad.expect_strokes(3)


def test_undo_while_the_pen_is_down_takes_that_stroke(pad: Pad) -> None:
    pad.draw([FLOOR])
    pad.draw([ROOF], lift=False)
    pad.expect_strokes(2)
    pad.page.keyboard.press("Control+z")
    pad.pen.move((30, 30))
    pad.pen.up()
    pad.expect_strokes(1)


def test_keys_typed_elsewhere_leave_the_drawing_alone(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    notes = pad.page.get_by_label("Notes")
    notes.fill("a house")
    notes.press("Control+z")
    notes.press("Escape")
    expect(notes).to_have_value("")
    pad.draw([FLOOR])
    pad.expect_strokes(4)


def test_an_update_is_one_small_post_and_nothing_else(pad: Pad) -> None:
    started = time.monotonic()
    pad.draw([[(40, 40), (240, 60), (40, 120), (240, 160), (60, 240)]], steps=15)
    pad.expect_strokes(1)
    seconds = time.monotonic() - started
    assert set(pad.requests) == {"POST /run/predict"}
    assert 2 <= len(pad.requests) <= seconds / 0.05 + 2
    assert len(set(pad.bodies)) == len(pad.bodies), "the same drawing was sent twice"
    assert max(map(len, pad.bodies)) <= 8000
    sent = len(pad.requests)
    pad.button("Clear").click()
    pad.expect_strokes(0)
    assert len(pad.requests) == sent + 1


def test_a_long_scribble_stays_small_and_looks_the_same(pad: Pad) -> None:
    turn = np.linspace(0, 60, 1200)
    scribble = np.stack([140 + 110 * np.cos(turn * 1.07), 140 + 110 * np.sin(turn)], 1).tolist()
    pad.pen.down(scribble[0])
    # One event that carries many, as a busy browser gets them from a fast stylus.
    pad.canvas.evaluate(
        """(canvas, points) => {
            const { x, y, width } = canvas.getBoundingClientRect();
            const move = (point, more) => new PointerEvent("pointermove", {
                pointerId: 1, pointerType: "mouse", buttons: 1,
                clientX: x + point[0] * width / 280, clientY: y + point[1] * width / 280, ...more,
            });
            canvas.dispatchEvent(move(points.at(-1), { coalescedEvents: points.map((point) => move(point)) }));
        }""",
        scribble,
    )
    pad.pen.up()
    drawing = pad.expect_strokes(1)
    assert len(pad.bodies[-1]) <= 8000
    assert len(drawing.strokes[0]) > 100


@pytest.mark.parametrize("kind", ["dots", "dashes", "one stroke"])
def test_no_drawing_is_too_large_to_send(browser: Browser, kind: str) -> None:
    random = np.random.default_rng(1)
    points = (random.random((20_000, 2)) * 280).round(1)
    strokes = {"dots": points[:, None], "dashes": points.reshape(-1, 2, 2), "one stroke": points[None]}[kind].tolist()
    page = browser.new_page()
    source = (ROOT / "lenet/demo/sketchpad.js").read_text()
    text = page.evaluate(f"strokes => {{ {source}; return encode(strokes, 280, 20); }}", strokes)
    page.close()
    drawing = Drawing.from_json(json.loads(text))
    assert 6500 < len(text) <= 7600
    assert drawing.strokes[-1][-1] == tuple(np.round(points[-1]))
    assert sum(map(len, drawing.strokes)) > 300


def test_the_last_of_twenty_strokes_in_a_second_arrives(any_pad: Pad) -> None:
    tallies = [[(10 + 13 * i, 60), (10 + 13 * i, 220)] for i in range(20)]
    any_pad.draw(tallies, steps=1)
    drawing = any_pad.expect_strokes(20)
    assert abs(drawing.strokes[-1][-1][0] - tallies[-1][-1][0]) < 1


def test_while_an_answer_is_on_its_way_the_latest_drawing_waits(pad: Pad) -> None:
    held: list[Route] = []
    pad.page.route("**/run/predict", lambda route: held.append(route), times=1)
    pad.draw([ROOF])
    pad.until(lambda: held)
    pad.draw([FLOOR, DOT])
    pad.page.wait_for_function("() => new Promise(done => setTimeout(done, 200, true))")
    assert len(pad.requests) == 1
    held[0].continue_()
    pad.expect_strokes(3)
    assert len(pad.requests) == 2


@pytest.mark.parametrize("status", [500, 502])
def test_a_request_that_fails_loses_nothing(pad: Pad, status: int) -> None:
    held: list[Route] = []
    pad.page.route("**/run/predict", lambda route: held.append(route), times=1)
    pad.draw([ROOF])
    pad.until(lambda: held)
    pad.draw([FLOOR, DOT])
    held[0].fulfill(status=status, body='{"error": "out of luck"}' if status == 500 else "<html>Bad gateway</html>")
    pad.expect_strokes(3)


def test_a_request_that_always_fails_is_repeated_twice(pad: Pad) -> None:
    pad.page.clock.install()
    pad.page.route("**/run/predict", lambda route: route.fulfill(status=500, body='{"error": "never"}'))
    pad.draw([DOT])
    for _ in range(20):
        pad.page.clock.run_for(1000)
    assert len(pad.requests) == 3


def test_the_drawing_stays_when_the_server_is_gone(start: Any, open_page: Any) -> None:
    server = start([sys.executable, __file__])
    pad = Pad(open_page(server.url))
    pad.draw([ROOF])
    pad.expect_strokes(1)
    server.stop()
    pad.draw([FLOOR, DOT])
    expect(pad.page.get_by_text("Connection to the server was lost")).to_be_visible()
    assert pad.shows(Drawing(strokes=tuple(map(tuple, HOUSE))))


def test_a_second_finger_neither_draws_nor_disturbs(phone: Pad) -> None:
    phone.canvas.scroll_into_view_if_needed()
    phone.pen.down((60, 60), finger=0)
    phone.pen.down((220, 60), finger=1)
    for y in range(70, 221, 10):
        phone.pen.move((60, y), finger=0)
        phone.pen.move((220, y), finger=1)
    phone.pen.up(finger=0)
    phone.pen.move((140, 140), finger=1)
    phone.pen.up(finger=1)
    drawing = phone.expect_strokes(1)
    assert {x for x, _ in drawing.strokes[0]} == {60}
    assert drawing.strokes[0][-1][1] == 220
    assert phone.page.evaluate("visualViewport.scale") == 1


def test_off_the_paper_and_back_is_one_stroke(any_pad: Pad) -> None:
    any_pad.draw([[(60, 140), (300, 140), (300, 200), (60, 200)]])
    drawing = any_pad.expect_strokes(1)
    assert drawing.strokes[0][-1] == pytest.approx((60, 200), abs=1)
    any_pad.draw([[(60, 40), (300, 40)], [(60, 80), (220, 80)]])  # lifted outside: lifted all the same
    any_pad.expect_strokes(3)


def test_what_was_drawn_stays_when_the_system_takes_the_finger(phone: Pad) -> None:
    phone.draw([ROOF], lift=False)
    phone.pen.cancel()
    phone.expect_strokes(1)
    phone.draw([FLOOR])
    phone.expect_strokes(2)


def test_only_the_main_button_draws(pad: Pad) -> None:
    x, y = pad.pen.on_screen((60, 60))
    for button in ("right", "middle"):
        pad.page.mouse.move(x, y)
        pad.page.mouse.down(button=button)
        pad.page.mouse.move(x + 50, y + 50)
        pad.page.mouse.up(button=button)
    pad.page.keyboard.press("Escape")
    assert pad.ink() == 0
    assert not pad.requests


def test_a_pad_in_a_tab_not_yet_shown(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    pad.page.get_by_role("tab", name="Second").click()
    second = Pad(pad.page, canvas=pad.page.locator("#second canvas"))
    expect(second.canvas).to_have_js_property("width", pad.canvas.evaluate("canvas => canvas.width"))
    second.draw([ROOF])
    assert second.ink() > 0.05
    pad.page.keyboard.press("Escape")
    assert second.ink() == 0
    pad.page.get_by_role("tab", name="First").click()
    expect(pad.canvas).to_be_visible()
    assert pad.shows(pad.sent())


def test_hidden_and_shown_by_the_server_the_drawing_is_there(pad: Pad) -> None:
    pad.draw(HOUSE)
    drawn = pad.expect_strokes(3)
    for _ in range(2):
        pad.button("Hide").click()
        expect(pad.canvas).not_to_be_visible()
        pad.button("Unhide").click()
        expect(pad.canvas).to_be_visible()
    pad.until(lambda: pad.shows(drawn))
    pad.draw([[(60, 60), (220, 60)], [(60, 100), (220, 100)]])
    pad.expect_strokes(5)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(4)


def test_the_server_can_put_a_drawing_on_the_pad_and_empty_it(pad: Pad) -> None:
    pad.draw([ROOF])
    pad.expect_strokes(1)
    pad.button("Example").click()
    example = Drawing(strokes=(((40.0, 40.0), (240.0, 240.0)),))
    pad.until(lambda: pad.shows(example))
    pad.draw([FLOOR])
    assert pad.expect_strokes(2).strokes[0] == example.strokes[0]
    pad.button("Empty").click()
    pad.until(lambda: pad.ink() == 0)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(2)


def test_a_new_size_keeps_the_drawing(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    for size in ({"width": 844, "height": 390}, {"width": 300, "height": 600}):
        before = pad.canvas.evaluate("canvas => canvas.width")
        pad.page.set_viewport_size(size)
        expect(pad.canvas).not_to_have_js_property("width", before)
        assert pad.shows(pad.sent())
    pad.draw([[(60, 250), (220, 250)]])
    pad.expect_strokes(4)


@pytest.mark.parametrize("density", [1.5, 3])
def test_pixels_are_as_fine_as_the_screens(open_page: Any, url: str, density: float) -> None:
    pad = Pad(open_page(url, device_scale_factor=density))
    width = pad.canvas.bounding_box()["width"]
    expect(pad.canvas).to_have_js_property("width", round(width * density))
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    grey = (pad.pixels() > 32) & (pad.pixels() < 224)
    assert grey.sum() < 4 * width * density  # edges are a pixel wide, not blurred


def test_another_screens_size_and_density_are_followed(pad: Pad) -> None:
    pad.draw(HOUSE)
    pad.expect_strokes(3)
    screen = {"width": 360, "height": 760, "deviceScaleFactor": 2, "mobile": False}
    pad.page.context.new_cdp_session(pad.page).send("Emulation.setDeviceMetricsOverride", screen)
    pad.until(lambda: pad.canvas.evaluate("canvas => canvas.width === 2 * canvas.clientWidth"))
    assert pad.shows(pad.sent())


def test_the_wheel_scrolls_the_page_over_the_pad(pad: Pad) -> None:
    pad.page.mouse.move(*pad.pen.on_screen((140, 140)))
    pad.page.mouse.wheel(0, 200)
    pad.page.wait_for_function("scrollY > 100")
    assert pad.ink() == 0


def test_a_finger_scrolls_the_page_beside_the_pad_but_not_on_it(phone: Pad) -> None:
    phone.draw([[(140, 240), (140, 20)]], steps=20)
    phone.expect_strokes(1)
    assert phone.page.evaluate("scrollY") == 0
    Pen(phone.page, "touch", phone.page.locator("#beneath"), 300).draw([[(150, 100), (150, 20)]], steps=20)
    phone.page.wait_for_function("scrollY > 0")


def test_on_a_phone_the_pad_leaves_room_beneath_and_buttons_fit_a_finger(phone: Pad) -> None:
    box = phone.canvas.bounding_box()
    assert box["width"] == box["height"] <= 0.46 * 844
    assert box["width"] >= 280
    assert all(phone.button(name).bounding_box()["height"] >= 44 for name in ("Undo", "Clear"))


def test_what_a_screen_reader_and_an_empty_pad_say(pad: Pad) -> None:
    expect(pad.page.get_by_role("img", name="Drawing pad")).to_have_count(1)
    placeholder = pad.page.get_by_text("Draw a house")
    expect(placeholder).to_have_css("opacity", "1")
    pad.draw([ROOF])
    expect(placeholder).to_have_css("opacity", "0")
    pad.button("Clear").click()
    expect(placeholder).to_have_css("opacity", "1")
    pad.canvas.press("Tab")
    expect(pad.button("Undo")).to_be_focused()


def test_the_paper_is_white_in_the_dark_theme_too(open_page: Any, url: str) -> None:
    pad = Pad(open_page(f"{url}/?__theme=dark"))
    expect(pad.page.locator("body")).to_have_class(re.compile("dark"))
    assert (pad.pixels() == 255).all()


def test_it_works_in_an_iframe(open_page: Any, url: str) -> None:
    page = open_page(f"{url}/robots.txt")
    page.set_content(f'<iframe src="{url}" width="600" height="700"></iframe>')
    pad = Pad(page, canvas=page.frame_locator("iframe").locator("#sketchpad canvas"))
    pad.draw(HOUSE)
    pad.until(lambda: len(pad.sent().strokes) == 3)
    assert pad.shows(pad.sent())


@pytest.mark.skipif(not shutil.which("node"), reason="Server-side rendering is done by node, which is not here.")
def test_it_works_when_the_server_renders_the_page(start: Any, open_page: Any) -> None:
    server = start([sys.executable, __file__], {"GRADIO_SSR_MODE": "true"})
    pad = Pad(open_page(server.url))
    pad.draw(HOUSE)
    pad.expect_strokes(3)


if __name__ == "__main__":
    serve()
