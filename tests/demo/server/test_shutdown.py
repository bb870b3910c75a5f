"""Asked to end, the server answers what was asked before, deletes the uploads, and is gone soon."""

import json
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lenet.demo.server.shutdown import GRACE
from tests.helpers.servers import Server, run
from tests.helpers.tries import DRAWING, ask, function
from tests.helpers.wrong_files import png


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = run([sys.executable, "app.py"], tmp_path / "log.txt", {"GRADIO_TEMP_DIR": str(tmp_path / "uploads")})
    assert until(lambda: catches(server, signal.SIGTERM), 10)  # it answers a moment before
    yield server
    server.stop()


def catches(server: Server, number: int) -> bool:
    try:
        status = Path(f"/proc/{server.process.pid}/status").read_text()
    except OSError:
        pytest.skip("only Linux says which signals a process catches")
    return bool(int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16) >> number - 1 & 1)


def connect(server: Server, head: str, body: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=60)
    connection.sendall(f"{head}\r\nHost: localhost\r\n\r\n".encode() + body)
    return connection


def until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_what_was_asked_before_is_answered_and_uploads_are_deleted(server: Server, how: int) -> None:
    live = function(server.url, "draw")
    ask(server.url, "/gradio_api/startup-events")
    part = b'--B\r\nContent-Disposition: form-data; name="files"; filename="seven.png"\r\n\r\n%b\r\n--B--\r\n' % png(7)
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    upload = Path(json.loads(ask(server.url, "/gradio_api/upload", part, headers).text)[0])
    assert upload.is_file()
    body = json.dumps({"data": [DRAWING, False], "fn_index": live}).encode()
    head = f"POST /gradio_api/run/predict HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with (
        connect(server, "GET /gradio_api/heartbeat/mine HTTP/1.1") as page,  # an open page: it never ends by itself
        connect(server, head, body[:20]) as asked,
    ):
        ask(server.url, "/gradio_api/startup-events")  # was read after these two
        server.process.send_signal(how)
        assert b"ALIVE" in b"".join(iter(lambda: page.recv(10_000), b""))  # to its end
        asked.sendall(body[20:])
        answer = b"".join(iter(lambda: asked.recv(100_000), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'data-digit=\\"7\\"' in answer
    assert server.process.wait(GRACE + 5) == 0
    assert not upload.parent.exists()
    assert "Traceback" not in server.log.read_text()


def test_who_never_reads_and_who_never_finishes_cannot_keep_it_from_ending(server: Server) -> None:
    with ExitStack() as connections:
        for _ in range(5):
            connections.enter_context(connect(server, "POST /gradio_api/upload HTTP/1.1\r\nContent-Length: 1000", b"x"))
            connections.enter_context(connect(server, "GET / HTTP/1.1"))
        ask(server.url, "/gradio_api/startup-events")
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(60) == 0
        assert time.monotonic() - began < GRACE + 10


def test_a_second_ctrl_c_ends_it_at_once(server: Server) -> None:
    with connect(server, "POST /gradio_api/upload HTTP/1.1\r\nContent-Length: 1000", b"x"):  # for which the first waits
        ask(server.url, "/gradio_api/startup-events")
        server.process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(2) == -signal.SIGINT  # what a shell says 130 to
    assert "Traceback" not in server.log.read_text()
