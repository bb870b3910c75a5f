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


def jpeg_2000_bomb(side: int = 8_900) -> bytes:
    """Return a JPEG 2000 of some hundred bytes and side × side pixels: its decoder takes 9 s and 8 GB in Pillow."""
    return saved("JPEG2000", size=(side, side))


def webp_bomb(width: int = 16_383, height: int = 16_383) -> bytes:
    """Return a WebP of 38 bytes that declares width × height pixels; its decoder allocates 8 bytes for each."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"VP8 " + struct.pack("<I", 0)
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def saved(format: str, mode: str = "L", size: tuple[int, int] = (7000, 7000), **options: object) -> bytes:
    """Return a file of one grey, of 49 million pixels, in any format and mode that Pillow writes."""
    file = io.BytesIO()
    Image.new("L", size, 128).convert(mode).save(file, format, **options)
    return file.getvalue()


def repeated_scans(times: int = 3_000, size: tuple[int, int] = (7000, 7000)) -> bytes:
    """Return a progressive JPEG of 0.1 MB whose first scan of AC coefficients is repeated: it takes a minute."""
    file = saved("JPEG", size=size, progressive=True)
    first_ac = file.index(b"\xff\xda", file.index(b"\xff\xda") + 1)  # after the scan of DC coefficients
    # Each scan begins with its Huffman table.
    start, end = file.rindex(b"\xff\xc4", 0, first_ac), file.index(b"\xff\xc4", first_ac)
    return file[:end] + file[start:end] * times + file[end:]


def pages(kind: str) -> bytes:
    """Return a file of two pages: a 7 and a 4."""
    file = io.BytesIO()
    first, *rest = (Image.fromarray(render(DIGITS[digit])) for digit in (7, 4))
    first.save(file, kind, save_all=True, append_images=rest, duration=500)
    return file.getvalue()


UNKNOWN = "I can’t read this file as a picture. Use a PNG, JPEG or WebP file."
DAMAGED = "This picture is damaged or incomplete. Use another copy."
LARGE = "This picture is too large. Use a smaller copy."
EXPENSIVE = "This picture takes too long to decode. Use a smaller copy, or another format."

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
    "two-pages.tiff": (pages("TIFF"), UNKNOWN),
    "seven.avif": (pages("AVIF"), UNKNOWN),
    "grey.jp2": (saved("JPEG2000", size=(280, 280)), UNKNOWN),
    "bomb.webp": (webp_bomb(), LARGE),
    "large.webp": (webp_bomb(10_000, 5_001), LARGE),
}


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
    "a WebP of two pictures": pages("WEBP"),
    "a PNG of two pictures": pages("PNG"),
}
SCRIPTS = {"a GIF that is JavaScript": b"GIF89a=1;alert(1)//", "a GIF that is PHP": b"GIF89a<?php system('id'); ?>"}
