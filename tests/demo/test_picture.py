"""The page reads grey pixels that a browser sends, programs send files, and `OnDemand` loads once for all."""

import asyncio
import base64
import errno
import io
import json
import threading
from contextlib import suppress
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from hypothesis import HealthCheck, given, settings
from PIL import Image

from lenet.demo.lazy import OnDemand
from lenet.demo.picture.input import PictureInput
from lenet.demo.picture.picker import MOST_SAMPLES, PicturePicker
from lenet.demo.picture.picture import MOST_UNREAD, add_picture
from lenet.demo.server.cleanup import DELETE_UPLOADS
from lenet.demo.texts.texts import TEXTS
from lenet.image.formats import PictureError
from lenet.image.preprocess import Ink
from lenet.image.strokes import render
from lenet.model.verdict import Prediction
from tests.helpers.digits import DIGITS
from tests.helpers.picked import picked
from tests.helpers.strategies import JSON
from tests.helpers.wrong_files import png

SEVEN = render(DIGITS[7])


def test_the_pixels_that_a_browser_sends_arrive_with_their_scale() -> None:
    grey = PicturePicker().preprocess(picked(SEVEN[:200], 4.5))
    np.testing.assert_array_equal(grey.pixels, SEVEN[:200])
    assert grey.shrunk == 4.5


def test_the_reason_of_a_browser_that_cannot_read_a_picture_has_a_sentence_in_every_language() -> None:
    for reason in ("unknown", "damaged", "large", "canvas"):
        assert PicturePicker().preprocess(reason) == reason
        assert all(texts[reason] for texts in TEXTS.values())
    assert PicturePicker().preprocess("") is PicturePicker().preprocess(None) is None


STRIP = np.zeros((1, 30_001), np.uint8)
MALFORMED = {
    "text": "picture",
    "a number": 5,
    "a list": [SEVEN.tolist()],
    "a file of the host": {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    "a data URL": f"data:image/png;base64,{base64.b64encode(png()).decode()}",
    "nested lists": "[" * 100_000,
    "a number of 5,000 digits": "1" * 5_000,
    "a lone surrogate": "\ud800",
    "a lone surrogate as pixels": picked(SEVEN, grey="\ud800"),
    "no pixels": picked(np.zeros((0, 0), np.uint8)),
    "a negative size": picked(SEVEN, w=-280, h=-280),
    "a size that is true": picked(SEVEN[:1, :1], w=True, h=2),
    "a size that is text": picked(SEVEN, w="280"),
    "a size that is a fraction": picked(SEVEN, w=280.0),
    "too few pixels": picked(SEVEN, h=281),
    "too many pixels": picked(SEVEN, h=279),
    "pixels that are not base64": picked(SEVEN, grey="*" * 104_536),
    "pixels as a list": picked(SEVEN, grey=[0] * SEVEN.size),
    "more pixels than the limit": picked(np.zeros((1, MOST_SAMPLES + 3), np.uint8)),
    "a side of more than the limit": picked(STRIP),
    "2 MB of text": picked(SEVEN, note="x" * 2_000_000),
    **{f"shrunk by {scale}": picked(SEVEN, scale) for scale in (0, -1, 0.5, 101, float("inf"), float("nan"), 10**400)},
    "shrunk by text": picked(SEVEN, shrunk="1"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_anything_else_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(PictureError, match=r"^A picture is JSON text, .+\.$"):
        PicturePicker().preprocess(MALFORMED[name])


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(JSON)
def test_any_json_is_a_picture_or_the_one_error(value: object) -> None:
    for payload in (value, json.dumps(value), picked(SEVEN, **value if isinstance(value, dict) else {"w": value})):
        with suppress(PictureError):
            PicturePicker().preprocess(payload)


def test_a_picture_is_shown_as_a_data_url() -> None:
    url = PicturePicker().postprocess(SEVEN)
    file = io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))
    np.testing.assert_array_equal(np.asarray(Image.open(file)), SEVEN)
    assert PicturePicker().postprocess(None) is None


def test_pictures_are_read_one_at_a_time_off_the_event_loop_and_those_beyond_the_limit_are_told_to_wait() -> None:
    go, running, most = threading.Event(), [], []

    def read(ink: Ink) -> Prediction:
        assert threading.current_thread() is not threading.main_thread()
        running.append(ink)
        most.append(len(running))
        assert go.wait(30)
        running.pop()
        return Prediction("blank", None, (0.0,) * 10, ink.picture, "empty")

    async def visit() -> list[tuple[str, str]]:
        with gr.Blocks(analytics_enabled=False) as page:
            add_picture(read, lambda: None)
        show = next(function.fn for function in page.fns.values() if function.api_name == "read_picture")
        reads = [asyncio.create_task(show(picked(SEVEN), None)) for _ in range(MOST_UNREAD + 1)]
        await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
        go.set()
        return await asyncio.gather(*reads)

    answers = asyncio.run(visit())
    assert [TEXTS["en"]["busy"] in answer for answer, _ in answers] == [False] * MOST_UNREAD + [True]
    assert most == [1] * MOST_UNREAD


def uploads(folder: Path) -> PictureInput:
    component = PictureInput()
    component.GRADIO_CACHE = str(folder)
    return component


def test_the_bytes_of_an_upload_or_a_data_url_are_passed_on_undecoded(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_bytes(b"no picture")
    assert uploads(tmp_path).preprocess(ImageData(path=str(tmp_path / "text.png"))) == b"no picture"
    assert PictureInput().preprocess(ImageData(url="data:image/png;base64,a\ud800")) == b"data:image/png;base64,a?"
    assert PictureInput().preprocess(None) is None


@pytest.mark.parametrize("payload", [ImageData(), ImageData(path="nowhere"), ImageData(url="file:///etc/passwd")])
def test_a_payload_without_a_file_has_no_bytes(payload: ImageData) -> None:
    assert PictureInput().preprocess(payload) == b""


def test_a_file_that_is_not_an_upload_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "seven.png").write_bytes(png(7))
    link = tmp_path / "uploads" / "link.png"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "seven.png")
    for path in (tmp_path / "seven.png", link, link.parent / ".." / "seven.png", link.parent, Path("/dev/zero")):
        assert uploads(link.parent).preprocess(ImageData(path=str(path))) == b""


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a" * 300])
def test_an_impossible_path_has_no_bytes(tmp_path: Path, name: str) -> None:
    for path in (name, f"{tmp_path}/{name}"):
        assert uploads(tmp_path).preprocess(ImageData(path=path)) == b""


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "Input/output error"), MemoryError()])
def test_faults_of_disk_and_memory_are_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(type(fault)) as raised:
        uploads(tmp_path).preprocess(ImageData(path=str(tmp_path / "seven.png")))
    assert raised.value is fault


def test_clients_see_gradios_image() -> None:
    assert PictureInput().get_block_name() == "image"
    assert PictureInput().api_info() == gr.Image().api_info()


def test_uploads_are_deleted_within_ten_minutes() -> None:
    assert sum(DELETE_UPLOADS) <= 600


def test_concurrent_requests_share_one_load() -> None:
    calls = []
    go = threading.Event()

    def load() -> str:
        calls.append(1)
        assert go.wait(10)
        return "images"

    images = OnDemand(load)
    assert calls == []  # lazy
    first, second = images.get(), images.get()
    assert not first.cancel()  # a visitor who leaves does not cancel it
    go.set()
    assert first.result(10) == second.result(10) == images.get().result(10) == "images"
    assert calls == [1]


def test_a_failed_load_is_retried_at_the_next_request() -> None:
    answers = iter([OSError("no network"), "images"])

    def load() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    images = OnDemand(load)
    with pytest.raises(OSError, match="no network"):
        images.get().result(10)
    assert images.get().result(10) == "images"
