"""A file is decoded to grey pixels or refused in a sentence, by a process that imports only NumPy and Pillow."""

import base64
import io
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from lenet.image.decode import decode
from lenet.image.formats import FORMATS, LARGEST, PictureError
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS
from tests.helpers.photos import PHOTOS
from tests.helpers.wrong_files import LARGE, POLYGLOTS, UNKNOWN, WRONG_FILES, jpeg_2000_bomb, png

SEVEN = render(DIGITS[7])


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("name", WRONG_FILES)
def test_an_unreadable_file_is_refused_with_its_reason(name: str) -> None:
    content, sentence = WRONG_FILES[name]
    for file in (content, b"data:image/png;base64," + base64.b64encode(content)):
        with pytest.raises(PictureError) as refused:
            decode(file)
        assert str(refused.value) == sentence


@pytest.mark.slow
def test_a_jpeg_2000_of_79_million_pixels_is_refused_by_its_signature() -> None:
    with pytest.raises(PictureError, match=UNKNOWN):
        decode(jpeg_2000_bomb())


@pytest.mark.parametrize("lossless", [True, False])
def test_the_size_of_a_webp_is_read_from_its_header_in_each_of_its_forms(
    lossless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenet.image.decode.LONGEST", 300)
    small, large = (Image.new("L", size) for size in ((300, 300), (301, 2)))
    exif = Image.Exif()
    exif[0x0112] = 1
    for options in ({}, {"exif": exif}):  # the second is VP8X
        assert decode(saved(small, "WEBP", lossless=lossless, **options)).pixels.shape == (300, 300)
        monkeypatch.setattr(Image, "open", None)  # which a WebP of too many pixels does not reach
        with pytest.raises(PictureError, match=LARGE):
            decode(saved(large, "WEBP", lossless=lossless, **options))
        monkeypatch.undo()
        monkeypatch.setattr("lenet.image.decode.LONGEST", 300)


@pytest.mark.parametrize("content", [b"data:", b"data:image/png;base64,a", b"data:image/png;base64,?", b"data:,\xff"])
def test_a_data_url_without_a_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureError, match=UNKNOWN):
        decode(content)


@pytest.mark.parametrize("format", FORMATS)
def test_a_drawing_in_any_format_is_decoded_to_its_pixels(format: str) -> None:
    grey = decode(saved(Image.fromarray(SEVEN), format))
    assert grey.shrunk == 1
    assert grey.pixels.dtype == np.uint8
    assert np.abs(grey.pixels.astype(int) - SEVEN).mean() < (2 if format in ("JPEG", "WEBP") else 0.1)


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_is_read_like_the_picture_that_it_was_saved_from(kind: str) -> None:
    photo = PHOTOS[kind](render(DIGITS[4]), np.random.default_rng(0))
    image = photo if isinstance(photo, Image.Image) else Image.fromarray(photo)
    decoded, direct = preprocess(decode(saved(image, "PNG", compress_level=1, exif=image.getexif()))), preprocess(image)
    np.testing.assert_allclose(decoded.picture, direct.picture, atol=0.05)
    assert decoded.box == pytest.approx(direct.box, abs=2)
    assert decoded.extent == pytest.approx(direct.extent, rel=0.02)


@pytest.mark.parametrize("polyglot", POLYGLOTS)
def test_the_first_picture_of_a_file_is_read(polyglot: str) -> None:
    np.testing.assert_allclose(decode(POLYGLOTS[polyglot]).pixels, SEVEN, atol=60)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_the_exif_orientation_is_applied_once(format: str) -> None:
    photo = Image.fromarray(SEVEN).resize((4200, 4000))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90° clockwise to view
    grey = decode(saved(photo.transpose(Image.Transpose.ROTATE_90), format, exif=exif))
    assert max(grey.pixels.shape) <= LARGEST
    assert grey.pixels.shape[1] * grey.shrunk == pytest.approx(4200, abs=grey.shrunk)
    expected = np.asarray(photo.resize(grey.pixels.shape[::-1], Image.Resampling.BOX))
    assert np.abs(grey.pixels.astype(int) - expected).mean() < 3


@pytest.mark.parametrize(("owner", "method"), [(Image, "open"), (PngImageFile, "load")])
def test_a_lack_of_memory_is_not_reported_as_a_damaged_picture(
    monkeypatch: pytest.MonkeyPatch, owner: object, method: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(owner, method, fail)
    with pytest.raises(MemoryError):
        decode(png(7))


FILES = [saved(Image.fromarray(SEVEN).resize((40, 40)).convert(mode), fmt) for fmt in FORMATS for mode in ("L", "RGB")]


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    st.floats(0, 1) | st.just(1),
)
def test_a_damaged_file_of_any_format_is_decoded_or_refused(
    file: bytes, changes: list[tuple[float, int]], length: float
) -> None:
    content = bytearray(file)
    for position, byte in changes:
        content[int(position * len(content))] = byte
    with suppress(PictureError):
        grey = decode(bytes(content[: int(length * len(content))]))
        assert grey.pixels.dtype == np.uint8
        assert preprocess(grey).picture.shape == (28, 28)


def test_the_process_imports_only_numpy_and_pillow() -> None:
    code = "import sys; before = {*sys.modules}; import lenet.image.decode; print(*{*sys.modules} - before)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert {name for name in modules if name.startswith("lenet.")} == {
        "lenet.image", "lenet.image.decode", "lenet.image.formats",
    }  # fmt: skip
    names = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    assert names <= {"lenet", "numpy", "PIL", "defusedxml"}  # the last one is Pillow's, if it is installed


@pytest.mark.parametrize("requests", [b"", b"\0\0", b"\0\0\0\x09abc"])
def test_requests_that_end_in_the_middle_end_the_process(requests: bytes) -> None:
    command = [sys.executable, "-m", "lenet.image.decode"]
    ended = subprocess.run(command, input=requests, capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert len(ended.stdout) < 200
