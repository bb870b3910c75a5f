"""Files that call themselves pictures, each with what is wrong with it and what the page says."""

import io
import struct
import zlib

from digits import DIGITS
from PIL import Image

from lenet.strokes import render


def png(digit: int = 7) -> bytes:
    file = io.BytesIO()
    Image.fromarray(render(DIGITS[digit])).save(file, "PNG")
    return file.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of side × side white pixels in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, *[255] * (-(-side // 8))]) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


UNKNOWN = "This file is no picture that can be read: take a PNG, JPEG, WebP or GIF."
DAMAGED = "This picture is damaged and cannot be read to its end: take another copy."
LARGE = "This picture has more than 80 million pixels: take a smaller copy."

WRONG_FILES = {
    "text.png": (b"A digit, in words: seven.", UNKNOWN),
    "empty.png": (b"", UNKNOWN),
    "seven.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9L4 9" /></svg>', UNKNOWN),
    "head.png": (png()[:20], UNKNOWN),
    "cut.png": (png()[:300], DAMAGED),
    "bomb.png": (bomb(12_000), LARGE),
    "huge-bomb.png": (bomb(30_000), LARGE),
}
