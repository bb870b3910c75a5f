"""What fails to download leaves nothing behind, and the next address is tried."""

import gzip
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lenet.datasets import mnist
from tests.helpers.small_mnist import (
    ARRAYS,
    FILES,
    GZ,
    IDX,
    IMAGES,
    LABELS,
    assert_says,
    assert_small_mnist,
    fill,
    refusal,
    source,
)

pytestmark = pytest.mark.usefixtures("cache")


class Mirror(BaseHTTPRequestHandler):
    """The first part of the path says how to serve the file that the second names."""

    def do_GET(self) -> None:
        _, how, file = self.path.split("/")
        self.server.asked.append((how, file))
        whole = GZ[file.removesuffix(".gz")]
        if how in ("404", "503"):
            return self.send_error(int(how))
        if how == "hang":
            return self.server.closing.wait()
        if how == "trickle-head":
            return self.trickle(b"HTTP/1.0 200 OK\r\nX-Never: " + b"e" * 60_000)
        self.send_response(200)
        if how == "stall":
            self.send_header("Content-Length", len(whole))
        self.end_headers()
        if how == "whole":
            self.wfile.write(whole)
        elif how in ("cut", "stall"):
            self.wfile.write(whole[:-20])
            if how == "stall":
                self.server.closing.wait()
        elif how == "corrupt":
            self.wfile.write(whole[:30] + bytes(255 - byte for byte in whole[30:]))
        elif how == "other":
            other = gzip.compress(IDX[file.removesuffix(".gz")][:-1] + b"\xaa", mtime=0)
            self.wfile.write(other[: len(whole)].ljust(len(whole), b"\0"))
        elif how == "page":
            self.wfile.write(b"<html>Please log in</html>".ljust(len(whole)))
        elif how == "trickle":
            self.trickle(whole)
        elif how == "endless":
            while not self.server.closing.is_set():
                self.wfile.write(bytes(65_536))
                self.server.sent += 65_536
        return None

    def trickle(self, data: bytes) -> None:
        for at in range(len(data)):
            self.wfile.write(data[at : at + 1])
            if self.server.closing.wait(0.05):
                return

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.server.hung_up.set()  # the client left before the end

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked, server.sent = [], 0
        server.closing, server.hung_up = threading.Event(), threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def test_what_was_downloaded_is_kept_and_not_asked_for_again(server: ThreadingHTTPServer, cache: Path) -> None:
    for _ in range(2):
        assert_small_mnist(mnist.load(source=source(server, "whole")))
    assert server.asked == [("whole", f"{name}.gz") for name in ARRAYS]
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == {f"{name}.gz": GZ[name] for name in GZ}


def test_for_the_test_images_only_their_two_files_are_downloaded(server: ThreadingHTTPServer, cache: Path) -> None:
    where = source(server, "whole")
    assert len(mnist.load_test(source=where).labels) == 10
    assert server.asked == [("whole", "t10k-images-idx3-ubyte.gz"), ("whole", f"{LABELS}.gz")]
    assert_small_mnist(mnist.load(source=where))  # and the others when they are needed
    assert len(server.asked) == 4


FAILURES = {
    "404": "answers 404",
    "503": "answers 503",
    "cut": "bytes, not",
    "corrupt": "is damaged",
    "other": "is not the published MNIST",
    "page": "is not an IDX file",
    "hang": "timed out",
    "stall": "timed out",
    "trickle": "is too slow",
    "trickle-head": "is too slow",
    "endless": "sent more than",
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_failing_address_leaves_nothing_and_the_next_is_tried(
    server: ThreadingHTTPServer, cache: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert_small_mnist(mnist.load(source=source(server, how, "whole")))
    assert time.monotonic() - began < 10  # seconds; at one byte in 50 ms the file would take half an hour
    assert sorted(path.name for path in cache.iterdir()) == sorted(f"{name}.gz" for name in ARRAYS)
    # Both for the first file; the address that failed is then not the first that is asked.
    assert server.asked == [(how, f"{IMAGES}.gz"), *(("whole", f"{name}.gz") for name in ARRAYS)]
    assert FAILURES[how] in capsys.readouterr().err
    if how == "endless":
        assert server.hung_up.wait(10)
        assert server.sent < 20_000_000  # bytes: what socket buffers hold, no more


def test_when_every_address_fails_each_reason_and_the_way_by_hand_are_said(
    server: ThreadingHTTPServer, cache: Path
) -> None:
    where = source(server, "404", "cut", "hang")
    text = refusal(None, where)
    assert_says(
        text, *(f"{mirror}{IMAGES}.gz " for mirror in where.mirrors), *map(FAILURES.get, ("404", "cut", "hang"))
    )
    assert_says(text, *(f"{name}.gz" for name in ARRAYS), f"put them in {cache}", "--mnist", "MNIST_DIR")
    assert list(cache.iterdir()) == []


def test_an_address_that_cannot_be_connected_to_is_a_reason_too() -> None:
    where = mnist.Source(FILES, ("http://127.0.0.1:9/", "no-scheme/"), 5, 0.3)  # 9 = discard, which nobody serves
    assert_says(refusal(None, where), "refused", "unknown url type")


def test_only_what_is_missing_or_damaged_is_downloaded(server: ThreadingHTTPServer, cache: Path) -> None:
    fill(cache)
    (cache / f"{LABELS}.gz").unlink()
    (cache / f"{IMAGES}.gz").unlink()
    (cache / IMAGES).write_bytes(IDX[IMAGES][:100])  # the download, which is gzipped, then comes first
    (cache / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    assert_small_mnist(mnist.load(source=source(server, "whole")))
    assert server.asked == [("whole", f"{name}.gz") for name in (IMAGES, "train-labels-idx1-ubyte", LABELS)]


@pytest.mark.parametrize("method", ["write_bytes", "replace"])
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interrupted_or_failed_write_leaves_nothing(
    server: ThreadingHTTPServer, cache: Path, monkeypatch: pytest.MonkeyPatch, method: str, interrupt: BaseException
) -> None:
    def fail(path: Path, content: object) -> None:
        with path.open("wb") as half:
            half.write(b"half")
        raise interrupt

    monkeypatch.setattr(Path, method, fail)
    expected = KeyboardInterrupt if isinstance(interrupt, KeyboardInterrupt) else mnist.DatasetError
    with pytest.raises(expected) as stopped:
        mnist.load(source=source(server, "whole"))
    assert list(cache.iterdir()) == []
    if expected is mnist.DatasetError:
        assert_says(str(stopped.value), "No space left", cache)


def test_a_cache_that_cannot_be_written_is_named(server: ThreadingHTTPServer, cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    assert_says(refusal(None, source(server, "whole")), cache, "--mnist")


def test_without_download_nothing_is_asked_for_and_the_place_is_named(server: ThreadingHTTPServer, cache: Path) -> None:
    assert_says(refusal(None, source(server, "whole"), download=False), cache, "MNIST_DIR", "--mnist", *ARRAYS)
    assert server.asked == []
    assert not cache.exists()


def test_a_bar_shows_each_file_its_size_and_the_speed(
    server: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mnist.load(source=source(server, "whole"))
    log = capsys.readouterr().err
    assert re.findall(r"([\w-]+)\.gz: 100%", log) == list(ARRAYS)
    assert re.search(rf"{IMAGES}\.gz: 100%.*{len(GZ[IMAGES]) / 1000:.1f}k/{len(GZ[IMAGES]) / 1000:.1f}k .*B/s", log)


def test_more_than_one_host_serves_mnist() -> None:
    mirrors = [urlsplit(mirror) for mirror in mnist.Source().mirrors]
    assert len({mirror.hostname for mirror in mirrors}) == len(mirrors) >= 2
    assert all(mirror.scheme == "https" and mirror.path.endswith("/") for mirror in mirrors)
