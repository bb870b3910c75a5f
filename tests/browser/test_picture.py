"""“Read a picture” reads pictures and test images step by step, and explains why a file cannot be read."""

import base64
import io
import re
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FileChooser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from lenet.demo.picture.picker import PicturePicker
from lenet.image.decode import decode
from lenet.image.formats import Grey
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, HOUSE
from tests.helpers.pads import PHONE
from tests.helpers.pen import Pen
from tests.helpers.photos import PHOTOS
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
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server's temporary files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def server(
    browser: object, start: Callable[..., Server], temporary: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The page without MNIST on disk; it downloads from the mirror."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()
        env = {"MNIST_DIR": "", "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "no_proxy": "*"}
        env |= {"GRADIO_TEMP_DIR": str(temporary), "TMPDIR": str(temporary)}
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
    page.locator("#picture-input").get_by_role("button", name="Remove picture").click()
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


def sent(page: Page, name: str, content: bytes) -> Grey:
    """Show a file and return what the browser sends to the server."""
    with page.expect_request("**/run/predict*") as request:
        show(page, name, content)
    [value] = request.value.post_data_json["data"]
    assert len(request.value.post_data) < 1_000_000
    return PicturePicker().preprocess(value)


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


COLOURS = np.random.default_rng(0).integers(0, 256, (40, 30, 4), dtype=np.uint8)
INK = Image.fromarray(255 - render(DIGITS[5]))
TURNED = Image.Exif()
TURNED[0x0112] = 6  # orientation: rotate 90° clockwise to view


@pytest.mark.parametrize(
    ("image", "tolerance"),
    [
        (Image.fromarray(render(DIGITS[5])), 0),
        (Image.fromarray(COLOURS[..., :3]), 1),
        (Image.fromarray(COLOURS), 3),  # canvases multiply by the opacity, and divide again
        (Image.merge("LA", [Image.new("L", INK.size, 0), INK]), 1),
        (Image.merge("LA", [Image.new("L", INK.size, 255), INK]), 1),
    ],
    ids=[
        "grey",
        "colours",
        "transparent colours",
        "black ink on a transparent page",
        "white ink on a transparent page",
    ],
)
def test_the_browser_sends_the_grey_pixels_that_python_decodes(
    server: Server, open_page: Callable[..., Page], image: Image.Image, tolerance: int
) -> None:
    grey = sent(opened(open_page(server.url)), "picture.png", file_of(image))
    expected = decode(file_of(image))
    assert grey.shrunk == expected.shrunk == 1
    np.testing.assert_allclose(grey.pixels.astype(int), expected.pixels.astype(int), atol=tolerance)


def test_the_browser_turns_a_photo_upright_and_sends_at_most_700_000_pixels(
    server: Server, open_page: Callable[..., Page]
) -> None:
    photo = PHOTOS["twelve megapixels"](render(DIGITS[4]), np.random.default_rng(0))
    content = file_of(photo.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=TURNED)
    page = opened(open_page(server.url))
    grey = sent(page, "four.jpg", content)
    assert 690_000 < grey.pixels.size <= 700_000
    height, width = grey.pixels.shape
    assert grey.shrunk == pytest.approx(4000 / width)
    expected = np.asarray(photo.convert("L").resize((width, height)))
    assert np.abs(grey.pixels - expected.astype(float)).mean() < 2  # tones of 255
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "4")


def test_a_picture_is_neither_uploaded_nor_written_to_the_disk(
    server: Server, temporary: Path, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    show(opened(page), "seven.png", png(7))
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")
    assert len(posts) == 1
    assert "/run/" in posts[0]
    assert [path for path in temporary.rglob("*") if path.is_file()] == []


def test_a_picture_is_pasted_dropped_or_chosen_with_the_keyboard(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = opened(open_page(server.url))
    chosen = page.locator("#picture-answer .chosen")
    transfer = page.evaluate_handle(
        """(base64) => {
          const transfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], "picture.png", { type: "image/png" }));
          return transfer;
        }""",
        base64.b64encode(png(3)).decode(),
    )
    page.evaluate(
        "clipboardData => document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))",
        transfer,
    )
    expect(chosen).to_have_attribute("data-digit", "3")
    field = page.get_by_label("Choose, drop or paste a picture")
    field.evaluate(
        """(field, transfer) => {
          field.files = transfer.files; // the browser's own drop, which scripts cannot cause
          field.dispatchEvent(new Event("change"));
        }""",
        transfer,
    )
    remove(page)
    page.get_by_role("button", name="Surprise me").focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Remove picture")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(field).to_be_focused()
    choose(page).set_files({"name": "eight.png", "mimeType": "image/png", "buffer": png(8)})
    expect(chosen).to_have_attribute("data-digit", "8")
    expect(page.get_by_alt_text("The picture to read")).to_be_visible()


def choose(page: Page, times: int = 3) -> FileChooser:
    """Press Enter until the browser asks for a file: on a busy machine Chromium sometimes drops the first request."""
    try:
        with page.expect_file_chooser(timeout=5_000) as chooser:
            page.keyboard.press("Enter")
    except PlaywrightTimeout:
        if times == 1:
            raise
        return choose(page, times - 1)
    return chooser.value


def test_a_phone_offers_the_camera_on_its_back(server: Server, open_page: Callable[..., Page]) -> None:
    page = opened(open_page(server.url, **PHONE))
    field = page.locator("#picture-input input[type=file]")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take a photo").tap()
    expect(field).to_have_attribute("capture", "environment")
    chooser.value.set_files({"name": "eight.png", "mimeType": "image/png", "buffer": png(8)})
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "8")
    assert field.get_attribute("capture") is None


@pytest.mark.parametrize(
    ("noise", "answer"), [("255", "canvas"), ("Math.random() * 256", "canvas"), ("value ^ 1", "8")]
)
def test_a_browser_that_falsifies_pixels_is_told_what_to_allow_unless_it_changes_them_little(
    server: Server, open_page: Callable[..., Page], noise: str, answer: str
) -> None:
    page = open_page(server.url)
    page.evaluate(
        f"""() => {{
          const read = CanvasRenderingContext2D.prototype.getImageData;
          CanvasRenderingContext2D.prototype.getImageData = function (...box) {{
            const image = read.apply(this, box);
            for (let i = 0; i < image.data.length; i++) {{
              const value = image.data[i];
              if (i % 4 < 3) image.data[i] = {noise};
            }}
            return image;
          }};
        }}"""
    )
    show(opened(page), "eight.png", png(8))
    if answer == "canvas":
        expect(page.locator("#picture-answer")).to_contain_text("Allow the page to read canvas data")
        expect(page.locator("#picture-input img")).to_have_count(0)
    else:
        expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", answer)


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
        assert "t10k" not in page.locator("#picture-answer").inner_text()  # no detail of the server
    assert len(Mirror.requested) == 1  # for both
    assert server.log.read_text().count("t10k-images-idx3-ubyte.gz could not be downloaded") == 1
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
