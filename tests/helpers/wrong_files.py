"""Files that are not readable pictures, with the sentence that the page answers, and polyglots."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lenet.image.strokes import render
from tests.helpers.digits import DIGITS


def png(digit: int = 7) -> bytes:
    file = io.BytesIO()
    Image.fromarray(render(DIGITS[digit])).save(file, "PNG")
    return file.getvalue()


def bomb(side: int, height: int = 0) -> bytes:
    """Return a PNG of side × side white pixels, or of another height, in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height = height or side
    header = struct.pack(">IIBBBBB", side, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, *[255] * (-(-side // 8))]) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


UNKNOWN = "I can’t read this file as a picture. Use a PNG, JPEG or WebP file."
DAMAGED = "This picture is damaged or incomplete. Use another copy."
LARGE = "This picture has more than 80 million pixels, or a side of more than 30,000. Use a smaller copy."

WRONG_FILES = {
    "text.png": (b"A digit, in words: seven.", UNKNOWN),
    "empty.png": (b"", UNKNOWN),
    "seven.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9L4 9" /></svg>', UNKNOWN),
    "seven.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\n(/etc/passwd) run\n", UNKNOWN),
    "head.png": (png()[:20], UNKNOWN),
    "cut.png": (png()[:300], DAMAGED),
    "bomb.png": (bomb(12_000), LARGE),
    "huge-bomb.png": (bomb(30_000), LARGE),
    "strip.png": (bomb(1, 50_000_000), LARGE),
}


def pages(kind: str) -> bytes:
    """Return a file of two pages: a 7 and a 4."""
    file = io.BytesIO()
    first, *rest = (Image.fromarray(render(DIGITS[digit])) for digit in (7, 4))
    first.save(file, kind, save_all=True, append_images=rest, duration=500)
    return file.getvalue()


def also_a_zip() -> bytes:
    """Return a picture of a 7 that is an archive too: PNG is parsed from the start, ZIP from the end."""
    file = io.BytesIO(png())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("../../app.py", "raise SystemExit")
    return file.getvalue()


def also_a_page() -> bytes:
    """Return a picture of a 7 with a script in its metadata, for browsers that guess the type of content."""
    metadata = PngInfo()
    metadata.add_text("Comment", "<script>alert(1)</script>")
    file = io.BytesIO()
    Image.fromarray(render(DIGITS[7])).save(file, "PNG", pnginfo=metadata)
    return file.getvalue()


# Polyglots, and files of several pictures: the page reads the first picture.
POLYGLOTS = {
    "a PNG that is a ZIP": also_a_zip(),
    "a PNG with a script in it": also_a_page(),
    "a GIF of two pictures": pages("GIF"),
    "a TIFF of two pages": pages("TIFF"),
    "a WebP of two pictures": pages("WEBP"),
    "a PNG of two pictures": pages("PNG"),
}
SCRIPTS = {"a GIF that is JavaScript": b"GIF89a=1;alert(1)//", "a GIF that is PHP": b"GIF89a<?php system('id'); ?>"}
