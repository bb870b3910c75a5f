"""`PictureInput` returns a picture or the reason why a file cannot be read; `OnDemand` loads once for all."""

import base64
import errno
import io
import threading
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from lenet.demo.lazy import OnDemand
from lenet.demo.picture.input import PictureInput
from lenet.demo.server.cleanup import DELETE_UPLOADS
from lenet.demo.texts.texts import TEXTS
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS
from tests.helpers.wrong_files import WRONG_FILES, png

SEVEN = render(DIGITS[7])


def received(content: bytes, folder: Path, name: str = "picture.png") -> object:
    path = folder / name
    path.write_bytes(content)
    component = PictureInput()
    component.GRADIO_CACHE = str(folder)
    return component.preprocess(ImageData(path=str(path), orig_name=name))


def inline(content: bytes) -> ImageData:
    return ImageData(url=f"data:image/png;base64,{base64.b64encode(content).decode()}")


@pytest.mark.parametrize("name", WRONG_FILES)
def test_an_unreadable_file_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    content, sentence = WRONG_FILES[name]
    assert TEXTS["en"][received(content, tmp_path, name)] == sentence
    assert TEXTS["en"][PictureInput().preprocess(inline(content))] == sentence


@pytest.mark.parametrize("payload", [ImageData(), ImageData(url="data:image/png;base64,a"), ImageData(path="nowhere")])
def test_a_payload_without_a_file_is_refused(payload: ImageData) -> None:
    assert PictureInput().preprocess(payload) == "unknown"
    assert PictureInput().preprocess(None) is None


def test_a_file_that_is_not_an_upload_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "seven.png").write_bytes(png(7))
    link = tmp_path / "uploads" / "link.png"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "seven.png")
    component = PictureInput()
    component.GRADIO_CACHE = str(link.parent)
    for path in (tmp_path / "seven.png", link, link.parent / ".." / "seven.png", link.parent, Path("/dev/zero")):
        assert component.preprocess(ImageData(path=str(path))) == "unknown"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a" * 300])
def test_an_impossible_path_is_refused(tmp_path: Path, name: str) -> None:
    component = PictureInput()
    component.GRADIO_CACHE = str(tmp_path)
    for path in (name, f"{tmp_path}/{name}"):
        assert component.preprocess(ImageData(path=path)) == "unknown"


@pytest.mark.parametrize(
    ("owner", "method", "fault"),
    [
        (Path, "read_bytes", OSError(errno.EIO, "Input/output error")),
        (Path, "read_bytes", MemoryError()),
        (Image, "open", MemoryError()),
        (PngImageFile, "load", MemoryError()),
    ],
)
def test_faults_of_disk_and_memory_are_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, method: str, fault: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(owner, method, fail)
    with pytest.raises(type(fault)) as raised:
        received(png(7), tmp_path)
    assert raised.value is fault


def test_the_function_receives_uploads_and_data_urls_as_pictures(tmp_path: Path) -> None:
    for image in (received(png(7), tmp_path), PictureInput().preprocess(inline(png(7)))):
        np.testing.assert_array_equal(np.asarray(image), SEVEN)


def test_the_first_picture_of_an_animation_is_read(tmp_path: Path) -> None:
    file = io.BytesIO()
    frames = [Image.fromarray(render(DIGITS[digit])) for digit in (7, 1, 0)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    image = received(file.getvalue(), tmp_path, "moving.gif")
    np.testing.assert_allclose(preprocess(image).picture, preprocess(SEVEN).picture, atol=0.03)


def test_the_exif_orientation_is_applied_once(tmp_path: Path) -> None:
    file = io.BytesIO()
    turned = Image.fromarray(SEVEN).transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[0x0112] = 6  # orientation: rotate 90° clockwise to view
    turned.save(file, "PNG", exif=exif)
    image = received(file.getvalue(), tmp_path)
    np.testing.assert_array_equal(preprocess(image).picture, preprocess(SEVEN).picture)


def test_a_picture_is_shown_as_a_data_url() -> None:
    shown = PictureInput().postprocess(Image.fromarray(SEVEN))
    assert shown.path is None
    file = io.BytesIO(base64.b64decode(shown.url.removeprefix("data:image/png;base64,")))
    np.testing.assert_array_equal(np.asarray(Image.open(file)), SEVEN)
    assert PictureInput().postprocess(None) is None


def test_the_page_and_clients_see_gradios_image() -> None:
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
