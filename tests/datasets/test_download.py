"""MNIST's download: a failing mirror leaves nothing behind, and the next one is tried."""

import gzip
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lenet.datasets import mnist
from tests.helpers import small_mnist
from tests.helpers.small_mnist import ARRAYS, GZ, IDX, IMAGES, LABELS, assert_says, assert_small_mnist, refusal

pytestmark = pytest.mark.usefixtures("cache")
TRAINING_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"


class Mirror(BaseHTTPRequestHandler):
    """The first part of the path says how to serve the file that the second names."""

    def do_GET(self) -> None:
        _, how, file = self.path.split("/")
        self.server.requests.append((how, file.removesuffix(".gz")))
        idx, whole = IDX[file.removesuffix(".gz")], GZ[file.removesuffix(".gz")]
        if how.isdigit():
            return self.send_error(int(how))
        if how == "hang":
            return self.server.closing.wait()
        if how == "trickle-head":
            return self.trickle(b"HTTP/1.0 200 OK\r\nX-Never: " + b"e" * 60_000)
        self.send_response(200)
        self.send_header("Content-Length", len(whole)) if how == "stall" else None
        self.end_headers()
        if how == "trickle":
            return self.trickle(whole)
        while how == "endless" and not self.server.closing.is_set():
            self.wfile.write(bytes(65_536))
            self.server.sent += 65_536
        answers = {
            "whole": whole,
            "cut": whole[:-20],
            "stall": whole[:-20],
            "corrupt": whole[:30] + bytes(255 - byte for byte in whole[30:]),
            "other": gzip.compress(idx[:-1] + b"\xaa", mtime=0)[: len(whole)].ljust(len(whole), b"\0"),
            "page": b"<html>Please log in</html>".ljust(len(whole)),
        }
        self.wfile.write(answers[how])
        return self.server.closing.wait() if how == "stall" else None

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
        server.requests, server.sent = [], 0
        server.closing, server.hung_up = threading.Event(), threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def test_a_download_is_kept_and_not_requested_again(server: ThreadingHTTPServer, cache: Path) -> None:
    for _ in range(2):
        assert_small_mnist(mnist.load(dataset=small_mnist.dataset(server, "whole")))
    assert server.requests == [("whole", name) for name in ARRAYS]
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == {f"{name}.gz": GZ[name] for name in GZ}


def test_the_test_images_need_only_their_two_files(server: ThreadingHTTPServer) -> None:
    dataset = small_mnist.dataset(server, "whole")
    assert len(mnist.load_test(dataset=dataset).labels) == 10
    assert server.requests == [("whole", TEST_IMAGES), ("whole", LABELS)]
    assert_small_mnist(mnist.load(dataset=dataset))
    assert len(server.requests) == 4


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
def test_a_failing_mirror_leaves_nothing_and_the_next_is_tried(
    server: ThreadingHTTPServer, cache: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert_small_mnist(mnist.load(dataset=small_mnist.dataset(server, how, "whole")))
    assert time.monotonic() - began < 10  # seconds; at one byte in 50 ms the file would take half an hour
    assert {path.name for path in cache.iterdir()} == {f"{name}.gz" for name in ARRAYS}
    # Both for the first file; then the failing mirror comes last.
    assert server.requests == [(how, IMAGES), *(("whole", name) for name in ARRAYS)]
    assert FAILURES[how] in capsys.readouterr().err
    if how == "endless":
        assert server.hung_up.wait(10)
        assert server.sent < 20_000_000  # bytes: no more than socket buffers hold


def test_when_every_mirror_fails_the_error_has_each_reason_and_the_way_by_hand(
    server: ThreadingHTTPServer, cache: Path
) -> None:
    ways = ("404", "cut", "hang")
    dataset = small_mnist.dataset(server, *ways)
    text = refusal(None, dataset)
    assert_says(text, *(f"{mirror}{IMAGES}.gz " for mirror in dataset.mirrors), *(FAILURES[how] for how in ways))
    assert_says(text, *(f"{name}.gz" for name in ARRAYS), f"put them in {cache}", "--mnist", "MNIST_DIR")
    assert list(cache.iterdir()) == []


def test_a_mirror_that_cannot_be_reached_is_a_reason_too() -> None:
    mirrors = ("http://127.0.0.1:9/", "no-scheme/")  # nothing listens on port 9
    assert_says(refusal(None, mnist.Dataset(small_mnist.FILES, mirrors, 5, 0.3)), "refused", "unknown url type")


def test_only_missing_and_damaged_files_are_downloaded(server: ThreadingHTTPServer, cache: Path) -> None:
    small_mnist.fill(cache)
    (cache / f"{LABELS}.gz").unlink()
    (cache / f"{IMAGES}.gz").unlink()
    (cache / IMAGES).write_bytes(IDX[IMAGES][:100])  # later the gzipped download takes precedence
    (cache / f"{TRAINING_LABELS}.gz").write_bytes(b"damaged")
    assert_small_mnist(mnist.load(dataset=small_mnist.dataset(server, "whole")))
    assert server.requests == [("whole", name) for name in (IMAGES, TRAINING_LABELS, LABELS)]


@pytest.mark.parametrize("method", ["write_bytes", "replace"])
@pytest.mark.parametrize(
    ("interrupt", "error"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left on device"), mnist.DatasetError)],
)
def test_an_interrupted_or_failed_write_leaves_nothing(
    server: ThreadingHTTPServer,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    interrupt: BaseException,
    error: type[BaseException],
) -> None:
    def fail(path: Path, content: object) -> None:
        with path.open("wb") as half:
            half.write(b"half")
        raise interrupt

    monkeypatch.setattr(Path, method, fail)
    with pytest.raises(error) as stopped:
        mnist.load(dataset=small_mnist.dataset(server, "whole"))
    assert list(cache.iterdir()) == []
    if error is mnist.DatasetError:
        assert_says(str(stopped.value), "No space left", cache)


def test_a_cache_that_cannot_be_written_is_named(server: ThreadingHTTPServer, cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    assert_says(refusal(None, small_mnist.dataset(server, "whole")), cache, "--mnist")


def test_without_download_nothing_is_requested_and_the_cache_is_named(server: ThreadingHTTPServer, cache: Path) -> None:
    text = refusal(None, small_mnist.dataset(server, "whole"), download=False)
    assert_says(text, cache, "MNIST_DIR", "--mnist", *ARRAYS)
    assert server.requests == []
    assert not cache.exists()


def test_a_progress_bar_shows_the_size_and_speed_of_each_file(
    server: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mnist.load(dataset=small_mnist.dataset(server, "whole"))
    log = capsys.readouterr().err
    assert re.findall(r"([\w-]+)\.gz: 100%", log) == list(ARRAYS)
    size = f"{len(GZ[IMAGES]) / 1000:.1f}k"
    assert re.search(rf"{IMAGES}\.gz: 100%.*{size}/{size} .*B/s", log)
