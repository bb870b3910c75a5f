"""On Ctrl-C and SIGTERM the server answers requests in progress, deletes the uploads and ends in time."""

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
from tests.helpers.tries import DRAWING, ask, upload
from tests.helpers.wrong_files import png

UPLOAD = "POST /gradio_api/upload HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 1000"

PART = b'--B\r\nContent-Disposition: form-data; name="files"; filename="seven.png"\r\n\r\nx'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = run([sys.executable, "app.py"], tmp_path / "log.txt", {"GRADIO_TEMP_DIR": str(tmp_path / "uploads")})
    assert wait_until(lambda: catches(server, signal.SIGTERM), 10)  # it answers requests a moment earlier
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


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_gradio_still_leaves_uploads_on_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "tests/helpers/cleanup_page.py", "gradio"]
    server = run(command, tmp_path / "log.txt", {"GRADIO_TEMP_DIR": str(tmp_path / "uploads")})
    [path] = map(Path, json.loads(upload(server.url, "other.png", png(7)).text))
    server.process.terminate()
    assert server.process.wait(20) == -signal.SIGTERM
    assert path.is_file()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_progress_are_answered_and_uploads_are_deleted(server: Server, number: int) -> None:
    ask(server.url, "/gradio_api/startup-events")
    [path] = map(Path, json.loads(upload(server.url, "seven.png", png(7)).text))
    assert path.is_file()
    body = json.dumps({"data": [DRAWING, False]}).encode()
    head = f"POST /gradio_api/run/draw HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with (
        connect(server, "GET /gradio_api/heartbeat/mine HTTP/1.1") as page,  # an open page, whose stream never ends
        connect(server, head, body[:20]) as request,
    ):
        ask(server.url, "/gradio_api/startup-events")  # the server has read the two before
        server.process.send_signal(number)
        assert b"ALIVE" in b"".join(iter(lambda: page.recv(10_000), b""))
        request.sendall(body[20:])
        answer = b"".join(iter(lambda: request.recv(100_000), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'data-digit=\\"7\\"' in answer
    assert server.process.wait(GRACE + 5) == 0
    assert not path.parent.exists()
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_clients_that_neither_read_nor_finish_do_not_delay_the_end(server: Server) -> None:
    with ExitStack() as connections:
        for _ in range(5):
            connections.enter_context(connect(server, UPLOAD, b"x"))
            connections.enter_context(connect(server, "GET / HTTP/1.1"))
        ask(server.url, "/gradio_api/startup-events")
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(60) == 0
        assert time.monotonic() - began < GRACE + 10


def test_a_second_ctrl_c_ends_the_server_at_once(server: Server, tmp_path: Path) -> None:
    with connect(server, UPLOAD, PART):  # the first Ctrl-C waits for it
        assert wait_until(lambda: any((tmp_path / "uploads").rglob("tmp*")), 10)
        server.process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(2) == -signal.SIGINT  # exit code 130 of a shell
    assert "Traceback" not in server.log.read_text()
