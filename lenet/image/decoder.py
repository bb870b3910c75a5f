"""Decode picture files in another process, so that no file can slow down or end this one."""

import atexit
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from lenet.image.decode import ANSWER, REQUEST, SECONDS
from lenet.image.formats import LARGEST, Grey, PictureError

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "ignore", "-m", "lenet.image.decode"]
MOST_SENTENCE = 200  # bytes
EXPENSIVE = "This picture takes too long to decode. Use a smaller copy, or another format."


class Decoder:
    """A process of `lenet.image.decode`, started on first use, replaced after a picture that took too long or too much.

    For one thread at a time.

    Args:
        seconds: longest duration of a picture.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def __call__(self, content: bytes) -> Grey:
        """Return the first picture of a file, (H, W) uint8.

        Args:
            content: a file, or a data URL as ASCII.

        Raises:
            PictureError: if it is not a picture, damaged, too large or too expensive.
            RuntimeError: if the process cannot be started.
        """
        if self._process is None:
            self._process = _start()
        timer = threading.Timer(self.seconds, self._process.kill)
        timer.start()
        try:
            return _exchange(*_pipes(self._process), content)
        except (OSError, EOFError):  # the process was ended by the timer or by its own limits
            self.close()
            raise PictureError(EXPENSIVE) from None
        finally:
            timer.cancel()
            if self._process and self._process.poll() is not None:
                self.close()

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the page, whose end closes the pipe
    )
    if not _pipes(process)[1].read(1):
        process.communicate()
        raise RuntimeError(f"The decoder of pictures did not start: exit code {process.returncode}.")
    return process


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[BinaryIO, BinaryIO]:
    return cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


def _exchange(requests: BinaryIO, answers: BinaryIO, content: bytes) -> Grey:
    requests.write(REQUEST.pack(len(content)))
    requests.write(content)
    requests.flush()
    height, width, shrunk = ANSWER.unpack(_read(answers, ANSWER.size))
    if not height:
        raise PictureError(_read(answers, min(width, MOST_SENTENCE)).decode())
    if height * width > LARGEST**2:
        raise EOFError
    pixels = np.frombuffer(_read(answers, height * width), np.uint8)
    return Grey(pixels.reshape(height, width), shrunk)


def _read(answers: BinaryIO, length: int) -> bytes:
    content = answers.read(length)
    if len(content) < length:
        raise EOFError
    return content
