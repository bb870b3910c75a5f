"""Malformed input is explained to the client; any other exception is logged and answered as a server error."""

import asyncio
import errno
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from gradio.exceptions import ComponentProcessingError

from lenet.demo.picture.input import PictureInput
from lenet.demo.server import blocks
from lenet.demo.server.blocks import DemoBlocks
from lenet.demo.sketchpad import Sketchpad
from tests.helpers.tries import DRAWING, JSON, META
from tests.helpers.wrong_files import png

DISK_FULL = OSError(errno.ENOSPC, "No space left on device")
URL = {"path": "https://example.com/seven.png", "meta": META}


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def serve(build_blocks: Callable[[], gr.Blocks]) -> TestClient:
    """Serve a page with two functions: one takes a picture and a drawing, the other a text."""

    async def build() -> TestClient:  # outside a running loop Gradio opens one and leaks it
        with build_blocks() as page:
            picture, drawing, text, answer = PictureInput(), Sketchpad(), gr.Textbox(), gr.Textbox()
            picture.upload(lambda image, drawing: str(image), [picture, drawing], answer, api_name="both", queue=False)
            text.submit(lambda text: text, text, answer, api_name="text", queue=False)
        # As `launch` does; before it Gradio reads any file of the machine and sends the text of any exception.
        page.has_launched, page.show_error = True, False
        return TestClient(gr.routes.App.create_app(page))

    return asyncio.run(build())


@pytest.fixture
def client(uploads: Path) -> TestClient:
    return serve(demo_blocks)


def demo_blocks() -> gr.Blocks:
    return DemoBlocks(analytics_enabled=False, delete_uploads=(60, 300))


def gradio_blocks() -> gr.Blocks:
    return gr.Blocks(analytics_enabled=False)


def post(client: TestClient, name: str, *inputs: Any, **body: str) -> tuple[int, Any]:
    """Return the status of the answer, and the text of the function or of the error."""
    content = json.dumps({"data": inputs, **body})  # httpx cannot encode a lone surrogate
    response = client.post(f"/gradio_api/run/{name}", content=content, headers=JSON)
    answer = response.json()
    return response.status_code, answer["data"][0] if "data" in answer else answer["error"]


@pytest.mark.parametrize(
    "fault",
    [
        KeyError("name"),
        TypeError("not a number"),
        ValueError("not a value"),
        RuntimeError("no thread"),
        MemoryError(),
        DISK_FULL,
        FileNotFoundError("/uploads"),
        ComponentProcessingError("a component failed"),
    ],
    ids=lambda fault: type(fault).__name__,
)
@pytest.mark.parametrize(("owner", "name"), [(gr.Blocks, "preprocess_data"), (blocks, "fetch")])
def test_a_fault_of_the_server_is_logged_and_answered_as_a_server_error(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    owner: Any,
    name: str,
    fault: Exception,
) -> None:
    async def fail(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(owner, name, fail)
    assert post(client, "both", URL if name == "fetch" else None, DRAWING) == (500, None)
    log = capfd.readouterr().err
    assert "Traceback" in log
    assert log.splitlines()[-1].endswith(traceback.format_exception_only(fault)[-1].strip())


def test_a_fault_of_a_component_is_logged_and_answered_as_a_server_error(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(self: gr.Textbox, payload: str) -> None:
        raise KeyError("a fault of the component")

    monkeypatch.setattr(gr.Textbox, "preprocess", fail)
    assert post(client, "text", "seven") == (500, None)
    assert "KeyError: 'a fault of the component'" in capfd.readouterr().err


def test_valid_input_reaches_the_function(client: TestClient, uploads: Path) -> None:
    (uploads / "lenet" / "seven.png").write_bytes(png(7))
    status, image = post(client, "both", {"path": str(uploads / "lenet" / "seven.png"), "meta": META}, DRAWING)
    assert status == 200
    assert image == str(png(7))
    assert post(client, "both", None, DRAWING) == (200, "None")


def test_the_function_answers_for_an_upload_that_was_deleted(client: TestClient, uploads: Path) -> None:
    assert post(client, "both", {"path": f"{uploads}/lenet/gone.png", "meta": META}, DRAWING) == (200, "b''")


@pytest.mark.parametrize(("build_blocks", "kept"), [(gradio_blocks, "my text"), (demo_blocks, None)])
def test_gradio_keeps_the_last_input_of_a_session_and_the_page_does_not(
    uploads: Path, build_blocks: Callable[[], gr.Blocks], kept: str | None
) -> None:
    client = serve(build_blocks)
    assert post(client, "text", "my text", session_hash="mine") == (200, "my text")
    page = client.app.get_blocks()  # type: ignore[attr-defined]
    [text] = page.fns[1].inputs
    assert page.state_holder["mine"].config_values[text._id]["props"]["value"] == kept


WRONG_INPUTS: dict[str, list[Any]] = {
    "nothing": [],
    "one value too few": [None],
    "one value too many": [None, DRAWING, None],
    "text instead of a picture": ["x", DRAWING],
    "a number instead of a picture": [1, DRAWING],
    "a path that is a number": [{"path": 1, "meta": META}, DRAWING],
    "a size that is text": [{"path": "x", "meta": META, "size": "large"}, DRAWING],
    "a size that is text in a drawing": [None, {"path": "x", "meta": META, "size": "large"}],
    "meta that is text": [{"path": "x", "meta": "x"}, DRAWING],
    "meta that is null": [{"path": "x", "meta": None}, DRAWING],
    "meta that is a list in a drawing": [None, {"strokes": [{"path": "x", "meta": [META]}]}],
    "a file of the host": [{"path": __file__, "meta": META}, DRAWING],
    "a file of the host in a drawing": [None, {"path": __file__, "meta": META}],
    "a missing file": [{"path": "/nowhere", "meta": META}, DRAWING],
    "a stream of the host": [{"path": __file__, "meta": META, "is_stream": True}, DRAWING],
    "an empty path": [{"path": "", "meta": META}, DRAWING],
    "a path with a zero byte": [{"path": "a\0b", "meta": META}, DRAWING],
    "a path of 5,000 characters": [{"path": "a" * 5000, "meta": META}, DRAWING],
}


@pytest.mark.parametrize("name", WRONG_INPUTS)
def test_malformed_input_is_explained_and_the_log_stays_clean(
    client: TestClient, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    assert post(client, "both", *WRONG_INPUTS[name]) == (500, blocks.MALFORMED)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", [".png", "a\0b", "a" * 3000])
def test_an_unreadable_path_in_the_upload_folder_is_malformed(
    client: TestClient,
    uploads: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.chdir(uploads.parent)  # Gradio takes no file below the current folder whose name begins with a dot
    (uploads / "lenet" / ".png").write_bytes(png(7))
    assert post(client, "both", {"path": f"{uploads}/lenet/{name}", "meta": META}, DRAWING) == (500, blocks.MALFORMED)
    assert capfd.readouterr().err == ""
