"""“Read a picture” reads uploads and test images step by step, and explains why a file cannot be read."""

import json
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, HOUSE
from tests.helpers.pads import PHONE
from tests.helpers.pen import Pen
from tests.helpers.reading import expect_read
from tests.helpers.servers import Server
from tests.helpers.small_mnist import ARRAYS, GZ
from tests.helpers.wrong_files import WRONG_FILES, png

HINT = "Choose a photo or scan of a digit"


class Mirror(BaseHTTPRequestHandler):
    """Serves the small MNIST, or 404 while `serves` is False, once `go` is set."""

    requested: ClassVar[list[str]] = []
    go = threading.Event()
    serves = False

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.requested.append(name)
        self.go.wait(30)
        if not self.serves:
            return self.send_error(404)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(GZ[name.removesuffix(".gz")])
        return None

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server(browser: object, start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page without MNIST on disk; it downloads from the mirror."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()
        env = {"MNIST_DIR": "", "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "no_proxy": "*"}
        address = f"http://127.0.0.1:{mirror.server_port}/"
        yield start([sys.executable, "tests/helpers/mnist_app.py", address], env)
        mirror.shutdown()


def opened(page: Page) -> Page:
    page.get_by_role("button", name=re.compile("Read a picture|识别图片")).click()
    expect(page.locator("#picture-input")).to_be_visible()
    return page


def show(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "image/png", "buffer": content}
    page.locator("#picture-input input[type=file]").set_input_files(file)


def remove(page: Page) -> None:
    page.locator("#picture-input").get_by_role("button", name="Remove Image").click()
    expect(page.locator("#picture-answer")).to_contain_text(HINT)


def test_a_picture_is_read_in_five_steps_and_the_pad_keeps_its_own_answer(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url)
    expect(page.locator("#picture-input")).to_have_count(0)  # not rendered while it is closed
    Pen(page).draw(DIGITS[3], steps=1)
    expect_read(page, 3)
    show(opened(page), "seven.png", png(7))
    answer, steps = page.locator("#picture-answer"), page.locator("#picture-steps")
    expect(answer.get_by_role("status")).to_have_attribute("data-verdict", "digit")
    expect(answer.get_by_role("meter")).to_have_count(10)
    expect(answer.locator(".chosen")).to_have_attribute("data-digit", "7")
    expect(steps.get_by_role("img")).to_have_count(4)
    expect(steps.get_by_role("listitem")).to_have_count(5)
    expect(steps.get_by_role("listitem").last).to_contain_text("7")
    expect_read(page, 3)
    expect(page.locator("#probabilities, #verdict, #seen")).to_have_count(3)
    remove(page)
    expect(steps.get_by_role("img")).to_have_count(0)
    expect(answer.locator("[data-probability='0.0000']")).to_have_count(10)


def test_the_camera_is_not_mirrored(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/config", timeout=10) as answer:
        components = json.load(answer)["components"]
    (props,) = [component["props"] for component in components if component["props"].get("elem_id") == "picture-input"]
    assert props["webcam_options"]["mirror"] is False


def test_an_upload_is_deleted(server: Server, open_page: Callable[..., Page]) -> None:
    page = opened(open_page(server.url))
    show(page, "seven.png", png(7))
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")
    path = page.locator("#picture-input img").get_attribute("src").partition("/file=")[2]
    assert Path(path).is_file()
    deadline = time.monotonic() + 30
    while Path(path).exists():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_an_unreadable_file_is_explained_and_the_next_picture_is_read(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = opened(open_page(server.url))
    answer = page.locator("#picture-answer")
    for name in ("text.png", "cut.png", "seven.svg", "huge-bomb.png"):
        content, sentence = WRONG_FILES[name]
        show(page, name, content)
        expect(answer).to_contain_text(sentence)
        expect(page.locator("#picture-input img")).to_have_count(0)
        expect(page.locator("#picture-steps").get_by_role("img")).to_have_count(0)
        show(page, "eight.png", png(8))
        expect(answer.locator(".chosen")).to_have_attribute("data-digit", "8")
        remove(page)
    assert "Traceback" not in server.log.read_text()
    house = page.locator("#picture-answer").get_by_role("status")
    path = Path(server.log.with_name("house.png"))
    Image.fromarray(render(HOUSE, width=8)).save(path)
    page.locator("#picture-input input[type=file]").set_input_files(path)
    expect(house).to_have_attribute("data-verdict", "unsure")
    expect(page.locator("#picture-steps").get_by_role("listitem").last).to_contain_text("?")


def test_a_surprise_shows_a_test_image_with_its_label_or_explains_a_failed_download(
    server: Server, open_page: Callable[..., Page]
) -> None:
    pages = [opened(open_page(server.url)) for _ in range(2)]
    for page in pages:
        page.get_by_role("button", name="Surprise me").click()
        expect(page.locator("#picture-answer")).to_contain_text("Downloading MNIST’s test images once (1.7 MB)…")
    Mirror.go.set()
    for page in pages:
        expect(page.locator("#picture-answer")).to_contain_text("MNIST’s test images are not available.")
        expect(page.locator("#picture-answer")).to_contain_text("t10k-images-idx3-ubyte.gz could not be downloaded")
    assert len(Mirror.requested) == 1  # for both
    page = pages[0]
    answer = page.locator("#picture-answer")
    show(page, "seven.png", png(7))  # pictures are still read
    expect(answer.locator(".chosen")).to_have_attribute("data-digit", "7")
    Mirror.serves = True
    page.get_by_role("button", name="Surprise me").click()
    note = answer.get_by_text(re.compile(r"^MNIST test image \d, labelled \d\.$"))
    expect(note).to_be_visible()
    index, label = map(int, re.findall(r"\d", note.inner_text()))
    assert label == ARRAYS["t10k-labels-idx1-ubyte"][index]
    expect(page.locator("#picture-steps").get_by_role("img")).to_have_count(4)
    expect(page.locator("#picture-input img")).to_have_attribute("src", re.compile("^data:image/png;base64,"))
    assert "Traceback" not in server.log.read_text()


def test_on_a_phone_the_chinese_strip_fits_the_page(server: Server, open_page: Callable[..., Page]) -> None:
    page = opened(open_page(server.url, **PHONE, locale="zh-CN"))
    show(page, "seven.png", png(7))
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")
    strip = page.locator("#picture-steps").get_by_role("list")
    expect(strip).to_contain_text("质心")
    box = strip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for target in page.locator("#surprise, #picture > button, #picture-input button").filter(visible=True).all():
        assert target.bounding_box()["height"] >= 44
