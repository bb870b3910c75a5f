"""The running page reads what a person draws: with the mouse, with a finger, wherever the page is put."""

import base64
import http.server
import io
import sys
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest
from digits import DIGITS, HOUSE, placed
from pads import PHONE, Pad
from pen import Pen
from PIL import Image
from playwright.sync_api import FrameLocator, Page, expect

from lenet.preprocess import preprocess

APP = [sys.executable, "app.py"]
STOCK = [sys.executable, "tests/browser/stock.py"]


def expect_read(page: Page | FrameLocator, digit: int) -> None:
    """The verdict names the digit, its meter is the highest, and the picture is there."""
    expect(page.locator("#verdict")).to_have_text(f"This looks like {'an' if digit == 8 else 'a'} {digit}.")
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    shown = page.locator("#probabilities [data-digit]").evaluate_all(
        "meters => meters.map((meter) => [Number(meter.dataset.digit), Number(meter.dataset.probability)])"
    )
    assert [each for each, _ in shown] == list(range(10))
    assert max(shown, key=lambda pair: pair[1])[0] == digit
    assert sum(probability for _, probability in shown) == pytest.approx(1, abs=0.001)


def expect_blank(page: Page) -> None:
    expect(page.locator("#verdict")).to_have_text("Draw a digit")
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "blank")


def expect_seen(pad: Pad, strokes: int) -> None:
    """The picture on the page is that of the pad's drawing, which has so many strokes."""
    pad.until(lambda: len(pad.sent().strokes) == strokes and pad.shows(pad.sent()))
    pixels = np.rint(preprocess(pad.sent().render()).picture * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    expect(pad.page.locator("#seen")).to_have_attribute("src", source)


def draw_all_ten(page: Page, pen: Pen, view: Page | FrameLocator | None = None) -> None:
    """Ten digits, one after the other, cleared in between."""
    view = view or page
    for digit, strokes in DIGITS.items():
        pen.draw(strokes, steps=1)
        expect_read(view, digit)
        view.get_by_role("button", name="Clear").click()
        expect(view.locator("#verdict")).to_have_text("Draw a digit")


def test_ten_digits_drawn_with_the_mouse_are_read(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    expect_blank(page)
    draw_all_ten(page, Pen(page))


def test_ten_digits_drawn_with_a_finger_on_a_phone_are_read(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app, **PHONE)
    expect_blank(page)
    draw_all_ten(page, Pen(page, "touch"))
    assert page.evaluate("scrollY") == 0  # a finger on the pad draws, it does not scroll


def test_two_digits_are_named_from_left_to_right_and_one_alone_is_read_again(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app)
    pen = Pen(page)
    for digit, x in ((4, 75), (2, 205)):
        pen.draw(placed(DIGITS[digit], 110, x, 140), steps=1)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "several")
    expect(verdict).to_contain_text("This looks like 4 and 2:")
    for _ in DIGITS[2]:
        page.get_by_role("button", name="Undo").click()
    expect_read(page, 4)


def test_a_house_is_not_called_a_digit_and_no_meter_says_so(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    Pen(page).draw(HOUSE, steps=1)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "unsure")
    expect(verdict).to_contain_text("draw one from 0 to 9")
    expect(page.locator("#probabilities .chosen")).to_have_count(0)


def test_the_bars_stay_where_they_are_whatever_the_verdict(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app, **PHONE)
    pen = Pen(page, "touch")
    drawn = {"blank": [], "digit": DIGITS[4], "several": placed(DIGITS[2], 110, 220, 140), "unsure": HOUSE}
    places = set()
    for verdict, strokes in drawn.items():
        pen.draw(placed(strokes, 110, 75, 140) if verdict == "digit" else strokes, steps=1)
        expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)
        places.add(page.locator("#probabilities").bounding_box()["y"])
    assert len(places) == 1


def test_ten_digits_are_read_when_the_page_is_rendered_on_the_server(
    start: Callable, open_page: Callable[..., Page]
) -> None:
    server = start(APP, {"GRADIO_SSR_MODE": "true"})
    page = open_page(server.url)
    assert "SSR" in server.log.read_text()  # Gradio says so, and falls back silently without Node 24
    draw_all_ten(page, Pen(page))


def test_ten_digits_are_read_inside_an_iframe(app: str, open_page: Callable[..., Page]) -> None:
    class Host(http.server.BaseHTTPRequestHandler):
        """Another site that embeds the page, as huggingface.co embeds a Space."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<h1>A site</h1><iframe src="{app}" width="900" height="640"></iframe>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        page = open_page(f"http://localhost:{host.server_port}/")
        frame = page.frame_locator("iframe")
        draw_all_ten(page, Pen(page, pad=frame.locator("#sketchpad canvas").first), frame)
        host.shutdown()


class SubPath(http.server.BaseHTTPRequestHandler):
    """A proxy that serves the app under /digits, as nginx would: the prefix is cut off on the way in."""

    target = ""

    def forward(self) -> None:
        import urllib.error
        import urllib.request

        if not self.path.startswith("/digits"):
            return self.send_error(404, "outside the sub-path")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        path = self.path.removeprefix("/digits") or "/"
        request = urllib.request.Request(self.target + path, body, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return None

    do_GET = do_POST = do_HEAD = forward

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SubPath) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_ten_digits_are_read_behind_a_sub_path(
    start: Callable, open_page: Callable[..., Page], proxy: http.server.ThreadingHTTPServer
) -> None:
    SubPath.target = start(APP, {"GRADIO_ROOT_PATH": f"http://127.0.0.1:{proxy.server_port}/digits"}).url
    page = open_page(f"http://127.0.0.1:{proxy.server_port}/digits/")
    draw_all_ten(page, Pen(page))


@pytest.mark.timeout(400)  # its canvas is WebGL, which runs in software here: seconds a digit, so the window is small
def test_ten_digits_are_read_on_gradios_own_pad_too(start: Callable, open_page: Callable[..., Page]) -> None:
    page = open_page(start(STOCK).url, viewport={"width": 420, "height": 640})
    pad = page.locator("#sketchpad canvas").first
    expect(pad).to_be_visible()
    expect_blank(page)
    expect(page.locator("#examples")).to_have_count(0)  # they are drawn by our pad
    expect(page.locator("#teach")).to_have_count(0)  # there are no strokes to keep
    box = pad.bounding_box()
    for digit, strokes in DIGITS.items():
        expect(page.get_by_text("select the draw tool")).to_be_hidden()
        # The paper of 280 pixels lies in the middle of a larger canvas. A move takes up to a fifth of a second where
        # WebGL runs in software, so there are few.
        middle = placed(strokes, 190, box["width"] / 2, box["height"] / 2)
        few = [[*stroke[:-1:3], stroke[-1]] if len(stroke) > 8 else stroke for stroke in middle]
        Pen(page, pad=pad, pad_units=box["width"]).draw(few, steps=1)
        expect_read(page, digit)
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#verdict")).to_have_text("Draw a digit")


def test_the_page_answers_while_the_pen_is_still_down(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    pen = Pen(page)
    pen.draw(DIGITS[7], lift=False)
    expect_read(page, 7)
    pen.up()


def test_loading_and_drawing_ask_nobody_but_the_server(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app, wait_until="networkidle")
    Pen(page).draw(DIGITS[3])
    expect_read(page, 3)
    assert len(asked) > 10
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(app).netloc}


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_pad_and_result_are_in_view_together(app: str, open_page: Callable[..., Page], screen: dict) -> None:
    page = open_page(app, **screen)
    Pen(page, "touch" if screen else "mouse").draw(DIGITS[8])
    expect_read(page, 8)
    expect(page.locator("#sketchpad canvas").first).to_be_in_viewport(ratio=1)
    for name in ("#verdict", "#seen", "#probabilities"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_moves_while_the_answer_changes(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    places = [
        page.locator(name).bounding_box() for name in ("#sketchpad", "#verdict", "#seen", "#probabilities", "footer")
    ]
    Pen(page).draw(DIGITS[8])
    expect_read(page, 8)
    after = [
        page.locator(name).bounding_box() for name in ("#sketchpad", "#verdict", "#seen", "#probabilities", "footer")
    ]
    assert [(box["x"], box["y"], box["height"]) for box in after] == [
        (box["x"], box["y"], box["height"]) for box in places
    ]


@pytest.mark.parametrize(
    ("strokes", "verdict"),
    [
        ([[(140, 140)]], "blank"),
        (placed(DIGITS[5], 42, 32, 245), "digit"),
        (placed(DIGITS[2], 275), "digit"),
        ([[(3, 3), (277, 277)], [(277, 3), (3, 277)]] * 20, "unsure"),
    ],
    ids=["dot", "tiny in a corner", "huge over the edges", "scribble"],
)
def test_odd_drawings_get_a_sensible_answer(
    app: str, open_page: Callable[..., Page], strokes: list, verdict: str
) -> None:
    page = open_page(app)
    seen = page.locator("#seen").get_attribute("src")
    Pen(page).draw(strokes, steps=2)
    expect(page.locator("#seen")).not_to_have_attribute("src", seen)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)


def test_undo_takes_the_answer_back_with_the_stroke(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    pad = Pad(page)
    pad.draw(DIGITS[1])
    pad.draw([[(60, 60), (220, 60)], [(60, 220), (220, 220)]])
    expect_seen(pad, 3)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect_seen(pad, 1)
    expect_read(page, 1)
    page.keyboard.press("Escape")
    expect_blank(page)


def test_live_events_are_not_in_the_api_and_predict_and_read_are(app: str, open_page: Callable[..., Page]) -> None:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{app}/gradio_api/info", timeout=10) as answer:
        info = json.load(answer)
    assert list(info["named_endpoints"]) == ["/predict", "/read"]
    assert info["unnamed_endpoints"] == {}
