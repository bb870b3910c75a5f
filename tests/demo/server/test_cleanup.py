"""The clean-up evicts the state that Gradio keeps of calls and uploads; the first tests are about Gradio itself."""

import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.helpers.servers import Server
from tests.helpers.tries import JSON, PARTS, ask, multipart, run_event, upload
from tests.helpers.wrong_files import png

TIMES = 5


def page(start: Callable[..., Server], kind: str, folder: Path) -> Server:
    server = start([sys.executable, "tests/helpers/cleanup_page.py", kind], {"GRADIO_TEMP_DIR": str(folder)})
    ask(server.url, "/gradio_api/startup-events")
    return server


def call(server: Server, text: str) -> str:
    """Make a call and return the path of its events."""
    answer = ask(server.url, "/gradio_api/call/say", json.dumps({"data": [text]}).encode(), JSON)
    return f"/gradio_api/call/say/{json.loads(answer.text)['event_id']}"


def kept(server: Server) -> dict[str, int]:
    return dict(json.loads(run_event(server.url, "kept").text)["data"][0])


def call_and_upload(server: Server) -> None:
    for number in range(TIMES):
        assert '["mine"]' in ask(server.url, call(server, "mine")).text
        upload(server.url, "seven.png", png() + bytes([number]), f"?upload_id={number}")


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


@pytest.mark.slow
def test_gradio_still_keeps_entries_of_fetched_calls_and_uploads(start: Callable[..., Server], tmp_path: Path) -> None:
    server = page(start, "gradio", tmp_path)
    call_and_upload(server)
    assert wait_until(lambda: kept(server)["files"] == 0)
    time.sleep(3)
    assert kept(server) == {"calls": TIMES, "progress": TIMES, "signals": TIMES, "folders": TIMES, "files": 0}


def test_nothing_is_kept_of_fetched_calls_and_old_uploads(start: Callable[..., Server], tmp_path: Path) -> None:
    server = page(start, "demo", tmp_path)
    unfetched = call(server, "late")
    call_and_upload(server)
    assert kept(server)["files"] == TIMES
    interrupt_upload(server, tmp_path)
    assert wait_until(lambda: sum(kept(server).values()) == 1), kept(server)
    assert '["late"]' in ask(server.url, unfetched).text
    assert ask(server.url, unfetched).status == 404
    assert wait_until(lambda: not any(kept(server).values())), kept(server)
    assert "Traceback" not in server.log.read_text()


def interrupt_upload(server: Server, folder: Path) -> None:
    """Disconnect during an upload when a part of it is on the disk, and check that the part is deleted."""
    folder /= "lenet"
    before = set(folder.iterdir())
    head = "POST /gradio_api/upload?upload_id=broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
    part = multipart("seven.png", png())[:-9] + bytes(100_000)
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as connection:
        connection.sendall(f"{head}Content-Type: {PARTS['Content-Type']}\r\n\r\n".encode() + part)
        assert wait_until(lambda: set(folder.iterdir()) > before)
    assert wait_until(lambda: not set(folder.iterdir()) - before)
