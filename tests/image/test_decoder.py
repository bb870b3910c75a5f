"""Files are decoded in a process of their own, within limits of time and memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from lenet.image import decode as module
from lenet.image.decoder import ANSWER, Decoder
from lenet.image.formats import PictureError
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS
from tests.helpers.wrong_files import EXPENSIVE, WRONG_FILES, png, repeated_scans, saved

SEVEN = render(DIGITS[7])


@pytest.fixture
def decode() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


def process_id(decode: Decoder) -> int:
    np.testing.assert_array_equal(decode(png(7)).pixels, SEVEN)
    return decode._process.pid


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_process_decodes_pictures_and_refuses_files_until_it_is_closed(decode: Decoder) -> None:
    process = process_id(decode)
    for content, sentence in WRONG_FILES.values():
        with pytest.raises(PictureError) as refused:
            decode(content)
        assert str(refused.value) == sentence
    assert process_id(decode) == process
    decode.close()
    assert not is_running(process)
    assert process_id(decode) != process


@pytest.mark.slow
def test_a_jpeg_with_one_scan_repeated_3_000_times_ends_within_the_limit_and_the_next_picture_is_read(
    decode: Decoder,
) -> None:
    process = process_id(decode)
    start = time.monotonic()
    with pytest.raises(PictureError, match=EXPENSIVE):
        decode(repeated_scans())
    assert time.monotonic() - start < module.SECONDS + 2
    assert not is_running(process)
    assert process_id(decode) != process


def test_a_picture_that_takes_too_long_is_refused_and_its_process_is_replaced() -> None:
    decode = Decoder(seconds=0.5)
    process = process_id(decode)
    with pytest.raises(PictureError, match=EXPENSIVE):
        decode(repeated_scans(300))
    assert not is_running(process)
    assert process_id(decode) != process
    decode.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_the_largest_pictures_of_any_mode_take_at_most_the_memory_that_is_promised(decode: Decoder) -> None:
    process = process_id(decode)
    start = resident(process)
    for mode in ("L", "RGB"):
        assert decode(saved("PNG", mode)).pixels.shape == (875, 875)
    for mode in ("RGBA", "LA", "P", "I;16"):
        with suppress(PictureError):
            decode(saved("PNG", mode))
    assert process_id(decode) == process
    assert resident(process, "VmHWM") - start < module.MEMORY


def resident(process: int, field: str = "VmRSS") -> int:
    """Return the bytes of memory that a process uses, or those that it used at most."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) * 1024


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_process_that_was_killed_is_replaced(decode: Decoder) -> None:
    os.kill(process_id(decode), signal.SIGKILL)
    with pytest.raises(PictureError, match=EXPENSIVE):
        decode(png(7))
    process_id(decode)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_with_the_one_that_started_it_however_that_ends(number: signal.Signals) -> None:
    code = (
        "from lenet.image.decoder import Decoder; from tests.helpers.wrong_files import png;"
        "decode = Decoder(); decode(png()); print(decode._process.pid, flush=True); input()"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process = int(user.stdout.readline())
    user.send_signal(number)
    _, errors = user.communicate()
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)  # its own, not the decoder's
    assert errors.count("Traceback") <= 1
    deadline = time.monotonic() + 10
    while is_running(process):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_answer_of_more_pixels_than_promised_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    liar = f"import sys; sys.stdout.buffer.write(b'.' + {ANSWER.pack(1 << 20, 1 << 20, 1)!r}); sys.stdin.buffer.read()"
    monkeypatch.setattr("lenet.image.decoder.COMMAND", [sys.executable, "-c", liar])
    decode = Decoder()
    with pytest.raises(PictureError, match=EXPENSIVE):
        decode(b"")
    assert decode._process is None


def test_a_process_that_cannot_start_is_a_fault_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenet.image.decoder.COMMAND", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="exit code 3"):
        Decoder()(b"")
