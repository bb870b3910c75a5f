"""Decode picture files to grey pixels, in a process that runs nothing else: `python -m lenet.image.decode`.

It reads files from standard input and writes grey pixels to standard output until the input ends. A file that takes too
much time or memory ends it. It imports only NumPy and Pillow, and starts in a fraction of a second.
"""

import base64
import io
import os
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from lenet.image.formats import FORMATS, LARGEST, LONGEST, MOST_PIXELS, Grey, PictureError, to_grey, tones

UNKNOWN = "I can’t read this file as a picture. Use a PNG, JPEG or WebP file."
DAMAGED = "This picture is damaged or incomplete. Use another copy."
LARGE = "This picture is too large. Use a smaller copy."

SECONDS = 5  # of CPU time per file; the largest PNG takes 1
# Beyond the process itself: the file, also as base64, and MOST_PIXELS in colour, which Pillow unpacks to 200 MB.
MEMORY = 300_000_000

# A request is the file's length and the file. An answer is the grey picture's height, width and `shrunk`, and its
# bytes; or 0, the length of a sentence and 0, and the sentence.
REQUEST = struct.Struct(">I")
ANSWER = struct.Struct(">IId")


def decode(content: bytes) -> Grey:
    """Return the first picture of a file, (H, W) uint8.

    Args:
        content: a file, or a data URL as ASCII.

    Raises:
        PictureError: if it is not a picture, damaged or too large.
    """
    try:
        if content.startswith(b"data:"):
            content = base64.b64decode(content.partition(b",")[2])
        image = _open(content)
        if _too_large(image.size):
            raise PictureError(LARGE)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # Pillow's own limit
        raise PictureError(LARGE) from None
    except (MemoryError, PictureError):
        raise
    except Exception:  # for malformed files, each of Pillow's decoders has exceptions of its own
        raise PictureError(UNKNOWN) from None
    try:
        width = image.width
        image.draft("L", (LARGEST, LARGEST))  # a JPEG's brightness, without its colours; a large one in half the size
        grey = to_grey(image)
    except MemoryError:
        raise
    except Exception:
        raise PictureError(DAMAGED) from None
    return Grey(np.rint(tones(grey.pixels) * 255).astype(np.uint8), grey.shrunk * width / image.width)


def _open(content: bytes) -> Image.Image:
    """Return a file's first picture, not decoded yet."""
    if content[8:12] == b"WEBP" and _too_large(_webp_size(content)):  # its decoder allocates memory when it is opened
        raise PictureError(LARGE)
    return Image.open(io.BytesIO(content), formats=FORMATS)


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the width and height that a WebP file declares (RFC 9649), (0, 0) for a malformed one."""
    match content[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = (int.from_bytes(content[i : i + 2], "little") & 0x3FFF for i in (26, 28))
            return width, height
    return 0, 0


def _too_large(size: tuple[int, int]) -> bool:
    return size[0] * size[1] > MOST_PIXELS or max(size) > LONGEST


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until they end."""
    while len(header := requests.read(REQUEST.size)) == REQUEST.size:
        content = requests.read(*REQUEST.unpack(header))
        _limit_time()
        try:
            grey = decode(content)
            answer = ANSWER.pack(*grey.pixels.shape, grey.shrunk) + grey.pixels.tobytes()
        except (MemoryError, PictureError) as error:
            sentence = (str(error) if isinstance(error, PictureError) else LARGE).encode()
            answer = ANSWER.pack(0, len(sentence), 0) + sentence
        answers.write(answer)
        answers.flush()


def _limit_time() -> None:
    """End the process when it has computed for SECONDS more, even if whoever started it is gone."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + SECONDS + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _limit_memory() -> None:
    """Let allocations beyond MEMORY fail; other systems than Linux do not limit a process so."""
    if sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(10)  # drawings come first
    _limit_memory()
    sys.stdout.buffer.write(b".")  # ready
    sys.stdout.flush()
    serve(sys.stdin.buffer, sys.stdout.buffer)
