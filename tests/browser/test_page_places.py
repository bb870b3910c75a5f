"""The page works rendered on the server, in an iframe, behind a sub-path, and with Gradio's own pad."""

import http.server
import sys
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.digits import DIGITS, placed
from tests.helpers.pen import Pen
from tests.helpers.reading import draw_all_ten, expect_blank, expect_read

APP = [sys.executable, "app.py"]
# httpx decodes the content, which is sent in one piece.
CHANGED_HEADERS = {"content-encoding", "content-length", "transfer-encoding", "connection"}
STOCK = [sys.executable, "tests/helpers/stock.py"]


@pytest.mark.slow
def test_ten_digits_are_read_when_the_page_is_rendered_on_the_server(
    start: Callable, open_page: Callable[..., Page]
) -> None:
    server = start(APP, {"GRADIO_SSR_MODE": "true"})
    page = open_page(server.url)
    assert "SSR" in server.log.read_text()  # without Node 24 Gradio falls back silently
    draw_all_ten(page, Pen(page))


@pytest.mark.slow
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
    """A proxy that serves the app under /digits and strips the prefix, as nginx does."""

    target = ""

    def forward(self) -> None:
        if not self.path.startswith("/digits"):
            return self.send_error(404, "outside the sub-path")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        path = self.path.removeprefix("/digits") or "/"
        answer = httpx.request(self.command, self.target + path, content=body, headers=headers, timeout=60)
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name not in CHANGED_HEADERS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)
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


@pytest.mark.slow
def test_ten_digits_are_read_behind_a_sub_path(
    start: Callable, open_page: Callable[..., Page], proxy: http.server.ThreadingHTTPServer
) -> None:
    SubPath.target = start(APP, {"GRADIO_ROOT_PATH": f"http://127.0.0.1:{proxy.server_port}/digits"}).url
    page = open_page(f"http://127.0.0.1:{proxy.server_port}/digits/")
    draw_all_ten(page, Pen(page))


@pytest.mark.slow
@pytest.mark.timeout(400)  # software WebGL takes seconds per digit, so the window is small
def test_ten_digits_are_read_on_gradios_own_pad(start: Callable, open_page: Callable[..., Page]) -> None:
    page = open_page(start(STOCK).url, viewport={"width": 420, "height": 640})
    pad = page.locator("#sketchpad canvas").first
    expect(pad).to_be_visible()
    expect_blank(page)
    expect(page.locator("#examples")).to_have_count(0)  # only our pad draws them
    expect(page.locator("#teach")).to_have_count(0)  # it has no strokes to save
    box = pad.bounding_box()
    for digit, strokes in DIGITS.items():
        expect(page.get_by_text("select the draw tool")).to_be_hidden()
        # The paper of 280 pixels is in the middle of a larger canvas. A move takes up to 0.2 s in software WebGL, so
        # there are few.
        middle = placed(strokes, 190, box["width"] / 2, box["height"] / 2)
        few = [[*stroke[:-1:3], stroke[-1]] if len(stroke) > 8 else stroke for stroke in middle]
        Pen(page, pad=pad, pad_units=box["width"]).draw(few, steps=1)
        expect_read(page, digit)
        page.get_by_role("button", name="Clear").click()
        expect_blank(page)
