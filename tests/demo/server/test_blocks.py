"""Malformed input is answered in a sentence; any other exception is logged and answered as the server's error."""

import asyncio
import errno
import json
import traceback
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.exceptions import ComponentProcessingError

from lenet.demo.picture.input import PictureInput
from lenet.demo.server import blocks
from lenet.demo.server.blocks import CheckedBlocks
from lenet.demo.sketchpad import Sketchpad
from tests.helpers.tries import DRAWING, JSON, META
from tests.helpers.wrong_files import png

FULL = OSError(errno.ENOSPC, "No space left on device")
WEB = {"path": "https://example.com/seven.png", "meta": META}


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


@pytest.fixture
def client(uploads: Path) -> TestClient:
    """Of a page with two functions: one takes a picture and a drawing, the other a text."""

    async def build() -> TestClient:  # in a running loop: without, Gradio opens some and leaks
        with CheckedBlocks(analytics_enabled=False, forgets=(60, 300)) as blocks:
            picture, drawing, text = PictureInput(), Sketchpad(), gr.Textbox()
            picture.upload(lambda image, drawing: str(image), [picture, drawing], text, api_name="both", queue=False)
            text.submit(lambda text: text, text, text, api_name="text", queue=False)
        # As `launch` does: before it, Gradio takes any file of the machine and answers with the text of any exception.
        blocks.has_launched, blocks.show_error = True, False
        return TestClient(gr.routes.App.create_app(blocks))

    return asyncio.run(build())


def post(client: TestClient, name: str, *inputs: Any) -> tuple[int, Any]:
    """Status of the answer, and what it says: the function's text, or the error."""
    body = json.dumps({"data": inputs})  # httpx cannot encode half a character
    answer = client.post(f"/gradio_api/run/{name}", content=body, headers=JSON)
    content = answer.json()
    return answer.status_code, content["data"][0] if "data" in content else content["error"]


@pytest.mark.parametrize(
    "fault",
    [
        KeyError("name"),
        TypeError("not a number"),
        ValueError("not a value"),
        AttributeError("no such attribute"),
        RuntimeError("no thread"),
        MemoryError(),
        FULL,
        FileNotFoundError("/uploads"),
        ComponentProcessingError("a component failed"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_an_exception_that_is_not_about_the_input_is_logged_and_answered_as_the_servers_error(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], fault: Exception
) -> None:
    async def fail(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(gr.Blocks, "preprocess_data", fail)
    assert post(client, "both", None, DRAWING) == (500, None)
    log = capfd.readouterr().err
    assert "Traceback" in log
    assert log.splitlines()[-1].endswith(traceback.format_exception_only(fault)[-1].strip())


def test_a_full_disk_while_a_picture_is_downloaded_is_logged_and_answered_as_the_servers_error(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def fail(*_: Any) -> None:
        raise FULL

    monkeypatch.setattr(blocks, "fetch", fail)
    assert post(client, "both", WEB, DRAWING) == (500, None)
    assert capfd.readouterr().err.splitlines()[-1] == "OSError: [Errno 28] No space left on device"


def test_a_component_that_fails_is_logged_and_answered_as_the_servers_error(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(self: gr.Textbox, payload: str) -> None:
        raise KeyError("a fault of the component")

    monkeypatch.setattr(gr.Textbox, "preprocess", fail)
    assert post(client, "text", "seven") == (500, None)
    assert "KeyError: 'a fault of the component'" in capfd.readouterr().err


def test_a_picture_and_a_drawing_that_fit_reach_the_function(client: TestClient, uploads: Path) -> None:
    (uploads / "seven.png").write_bytes(png(7))
    status, image = post(client, "both", {"path": str(uploads / "seven.png"), "meta": META}, DRAWING)
    assert status == 200
    assert "size=280x280" in image
    assert post(client, "both", None, DRAWING) == (200, "None")


def test_an_upload_that_was_deleted_is_an_answer_of_the_function(client: TestClient, uploads: Path) -> None:
    assert post(client, "both", {"path": f"{uploads}/gone.png", "meta": META}, DRAWING) == (200, "unknown")


MALFORMED: dict[str, list[Any]] = {
    "nothing": [],
    "one value too few": [None],
    "one value too many": [None, DRAWING, None],
    "text where a picture belongs": ["x", DRAWING],
    "a number where a picture belongs": [1, DRAWING],
    "a path that is a number": [{"path": 1, "meta": META}, DRAWING],
    "a size that is text": [{"path": "x", "meta": META, "size": "large"}, DRAWING],
    "a size that is text in a drawing": [None, {"path": "x", "meta": META, "size": "large"}],
    "meta that is text": [{"path": "x", "meta": "x"}, DRAWING],
    "meta that is null": [{"path": "x", "meta": None}, DRAWING],
    "meta that is a list in a drawing": [None, {"strokes": [{"path": "x", "meta": [META]}]}],
    "a file of the host": [{"path": __file__, "meta": META}, DRAWING],
    "a file of the host in a drawing": [None, {"path": __file__, "meta": META}],
    "a file that is not there": [{"path": "/nowhere", "meta": META}, DRAWING],
    "a stream of the host": [{"path": __file__, "meta": META, "is_stream": True}, DRAWING],
    "an empty path": [{"path": "", "meta": META}, DRAWING],
    "a path with a zero byte": [{"path": "a\0b", "meta": META}, DRAWING],
    "a path with half a character": [{"path": "\ud800", "meta": META}, DRAWING],
    "a path of 5,000 characters": [{"path": "a" * 5000, "meta": META}, DRAWING],
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_input_is_answered_in_a_sentence_and_leaves_the_log_clean(
    client: TestClient, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    assert post(client, "both", *MALFORMED[name]) == (500, blocks.UNFIT)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", [".png", "a\0b", "\ud800", "a" * 300])
def test_a_path_in_the_folder_of_uploads_that_cannot_be_read_is_malformed_too(
    client: TestClient,
    uploads: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.chdir(uploads.parent)  # there Gradio takes no file whose name begins with a dot
    (uploads / ".png").write_bytes(png(7))
    assert post(client, "both", {"path": f"{uploads}/{name}", "meta": META}, DRAWING) == (500, blocks.UNFIT)
    assert capfd.readouterr().err == ""
