"""A client that is slow or silent loses its connection; one that is not is served whatever others do."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lenet.demo.server import connections
from tests.helpers.servers import Server
from tests.helpers.tries import DRAWING, run_event

BODY = b"POST /gradio_api/run/draw HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
FAST = (
    "from lenet.demo import LAUNCH, build_demo\nfrom lenet.demo.server import connections\n"
    "connections.SILENCE, connections.WHOLE = 1, 2\nbuild_demo().launch(**LAUNCH)"
)


@pytest.fixture(scope="module")
def server(start: Callable[..., Server]) -> Server:
    return start([sys.executable, "-c", FAST])


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[[bytes], socket.socket]]:
    with ExitStack() as stack:

        def connect(request: bytes) -> socket.socket:
            connection = socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=20)
            stack.enter_context(connection)
            connection.sendall(request)
            return connection

        yield connect


def seconds_until_closed(connection: socket.socket, piece: bytes = b"") -> float:
    """Send a piece again and again until the server closes the connection."""
    began = time.monotonic()
    connection.settimeout(0.2)
    while time.monotonic() < began + 20:
        try:
            connection.sendall(piece)
            if not connection.recv(1000):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize(
    "request_", [b"", b"GET / HT", BODY, b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"]
)
def test_a_silent_client_loses_its_connection(connect: Callable[[bytes], socket.socket], request_: bytes) -> None:
    assert 0.5 < seconds_until_closed(connect(request_)) < 6


@pytest.mark.parametrize(("head", "piece"), [(b"GET / HTTP/1.1\r\nX: ", b"a"), (BODY[:-1], b" ")])
def test_a_client_that_sends_a_byte_at_a_time_loses_its_connection(
    connect: Callable[[bytes], socket.socket], head: bytes, piece: bytes
) -> None:
    assert 1.5 < seconds_until_closed(connect(head), piece) < 8


def test_a_client_that_does_not_read_loses_its_connection(connect: Callable[[bytes], socket.socket]) -> None:
    connection = connect(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
    time.sleep(6)
    assert seconds_until_closed(connection) < 15


def test_a_stream_stays_open(connect: Callable[[bytes], socket.socket]) -> None:
    connection = connect(b"GET /gradio_api/heartbeat/x HTTP/1.1\r\nHost: x\r\n\r\n")
    connection.settimeout(5)
    parts = iter(lambda: connection.recv(1000), b"")
    with pytest.raises(TimeoutError):
        list(parts)


def test_a_request_for_a_websocket_is_answered_and_nothing_is_logged(
    server: Server, connect: Callable[[bytes], socket.socket]
) -> None:
    upgrade = b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    assert connect(b"GET /ws HTTP/1.1\r\n" + upgrade + b"\r\n").recv(1000).startswith(b"HTTP/1.1 404")
    assert "WebSocket" not in server.log.read_text()


@pytest.mark.slow
def test_more_connections_than_the_process_may_open_files_leave_the_page_reachable_and_the_log_clean(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    server = start(["bash", "-c", f"ulimit -n 256 && exec {sys.executable} app.py"], {"GRADIO_TEMP_DIR": str(tmp_path)})
    address = ("127.0.0.1", urlsplit(server.url).port)
    with ExitStack() as stack:
        for _ in range(3):
            for _ in range(300):
                stack.enter_context(socket.create_connection(address, timeout=20))
            began = time.monotonic()
            assert 'data-digit=\\"7\\"' in run_event(server.url, "draw", DRAWING, False).text
            assert time.monotonic() - began < 5  # 0.02 s on a quiet machine
    server.stop()
    assert "Traceback" not in server.log.read_text()
    assert len(server.log.read_text()) < 1000


def test_uvicorn_still_has_no_time_limit_of_its_own_for_requests() -> None:
    source = Path(sys.modules[connections.H11Protocol.__module__].__file__ or "").read_text()
    assert "call_later(self.timeout_keep_alive" in source
    assert source.count("call_later") == 1
