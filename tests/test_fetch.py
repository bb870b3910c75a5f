"""A picture from the web is read from public addresses alone, and no more of it than is allowed."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import safehttpx

from lenet.demo import fetch as module
from lenet.demo.fetch import FetchError, fetch


class Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
            return
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://localhost:1/")
            self.end_headers()
            return
        self.send_response(200 if self.path != "/missing" else 404)
        self.end_headers()
        self.wfile.write(b"picture" if self.path == "/picture" else b"x" * 5000)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that is taken for a public one; any other host is checked as it always is."""
    check = safehttpx.async_validate_url

    async def public(host: str) -> str:
        return "127.0.0.1" if host == "public.example" else await check(host)

    monkeypatch.setattr(safehttpx, "async_validate_url", public)
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    server = HTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://public.example:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_picture_is_put_where_it_may_lie(web: str, tmp_path: Path) -> None:
    path = asyncio.run(fetch(f"{web}/picture", tmp_path / "new"))
    assert path.read_bytes() == b"picture"
    assert path.parent == tmp_path / "new"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("large", "has more than"),
        ("round", "leads to more than 5 others"),
        ("inside", "only public ones"),
        ("missing", "There is no picture"),
    ],
)
def test_what_is_no_picture_for_us_is_a_sentence_and_no_file(
    web: str, path: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match=sentence):
        asyncio.run(fetch(f"{web}/{path}", tmp_path))
    assert not list(tmp_path.iterdir())


def test_it_does_not_wait_for_ever(web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(host: str) -> str:
        await asyncio.sleep(60)
        return host

    monkeypatch.setattr(safehttpx, "async_validate_url", slow)
    monkeypatch.setattr(module, "SECONDS", 0.1)
    with pytest.raises(FetchError, match="did not come within"):
        asyncio.run(fetch(f"{web}/picture", tmp_path))
