"""A picture is downloaded from public addresses only, within limits of size and time."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpcore
import pytest

from lenet.demo.picture import fetch as module
from lenet.demo.picture.fetch import FetchError, fetch

REDIRECTS = {
    "/round": "/round",
    "/inside": "http://localhost:1/",
    "/port": "http://public.example:99999/",
    "/bracket": "http://[::1",
    "/scheme": "ftp://public.example/",
}
COMPRESSED = {"/gzip": "gzip", "/brotli": "br", "/twice": "identity, br", "/unknown": "x"}
PUBLIC = "There is no picture at this URL. Only public addresses are allowed."


class Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in REDIRECTS:
            self.send_response(302)
            self.send_header("Location", REDIRECTS[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path != "/missing" else 404)
        if self.path in COMPRESSED:
            self.send_header("Content-Encoding", COMPRESSED[self.path])
        self.end_headers()
        if self.path == "/headers":
            self.wfile.write(str(self.headers).encode())
            return
        self.wfile.write(b"picture" if self.path == "/picture" else b"x" * 5000)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A local server under a public name; all other hosts are checked as usual."""
    check = module._public_address

    async def public(host: str) -> str:
        return "127.0.0.1" if host == "public.example" else await check(host)

    monkeypatch.setattr(module, "_public_address", public)
    server = HTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://public.example:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_picture_is_saved_in_the_folder(web: str, tmp_path: Path) -> None:
    path = asyncio.run(fetch(f"{web}/picture", tmp_path / "new"))
    assert path.read_bytes() == b"picture"
    assert path.parent == tmp_path / "new"


def test_the_server_is_asked_by_its_name_and_for_an_uncompressed_picture(web: str, tmp_path: Path) -> None:
    headers = asyncio.run(fetch(f"{web}/headers", tmp_path)).read_text()
    assert f"Host: {web.removeprefix('http://')}\n" in headers
    assert "Accept-Encoding: identity\n" in headers


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.254",
        "0.0.0.0",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[2001:db8::1]",
        "[::ffff:100.64.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "2130706433",
        "localhost",
    ],
)
def test_no_address_of_an_internal_network_is_connected_to(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.httpx, "AsyncClient", None)  # which a connection needs
    with pytest.raises(FetchError, match=PUBLIC):
        asyncio.run(fetch(f"http://{address}/", tmp_path))


def test_the_address_that_was_checked_is_connected_to_though_the_name_server_changes_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, connected = [], []

    async def rebind(self: object, host: str, *_: object, **__: object) -> list:
        asked.append(host)
        return [(None, None, None, "", ("1.1.1.1" if len(asked) == 1 else "127.0.0.1", 0))]

    async def connect(self: object, host: str, *_: object, **__: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", rebind)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(FetchError, match=PUBLIC):
        asyncio.run(fetch("https://public.example/", tmp_path))
    assert asked == ["public.example"]
    assert connected == ["1.1.1.1"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("large", "The picture exceeds"),
        ("round", "redirects more than 5 times"),
        *((path, PUBLIC) for path in ("inside", "port", "bracket", "scheme", "missing")),
        *((path.strip("/"), "compresses the picture") for path in COMPRESSED),
    ],
)
def test_a_failed_download_is_explained_and_leaves_no_file(web: str, path: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=sentence):
        asyncio.run(fetch(f"{web}/{path}", tmp_path, most_bytes=1000))
    assert not list(tmp_path.iterdir())


def test_a_slow_download_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(host: str) -> str:
        await asyncio.sleep(60)
        return host

    monkeypatch.setattr(module, "_public_address", slow)
    with pytest.raises(FetchError, match=r"took more than 0\.1 s"):
        asyncio.run(fetch("http://public.example/", tmp_path, seconds=0.1))


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://[::1",
        "http://a\0b/",
        "http://a..b/",
        "http://xn--/",
        f"http://{'a' * 300}/",
        "http://\ud800/",
        "http://127.0.0.1/\ud800",
        "http://☃.example/",
        "http://1.1.1.1:-1/",
        "http://1.1.1.1:65536/",
        f"http://1.1.1.1/{'a' * 70_000}",
    ],
)
def test_a_malformed_url_is_explained(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=PUBLIC):
        asyncio.run(fetch(url, tmp_path))


@pytest.mark.parametrize("fault", [MemoryError(), KeyError("a fault of ours"), RuntimeError("no thread")])
def test_a_fault_of_the_server_is_raised_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def fail(host: str) -> str:
        raise fault

    monkeypatch.setattr(module, "_public_address", fail)
    with pytest.raises(type(fault)) as raised:
        asyncio.run(fetch("http://public.example/", tmp_path))
    assert raised.value is fault


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_url(web: str, tmp_path: Path) -> None:
    (tmp_path / "uploads").write_bytes(b"")
    with pytest.raises(OSError, match="uploads"):
        asyncio.run(fetch(f"{web}/picture", tmp_path / "uploads"))
