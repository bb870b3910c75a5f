"""Gradio's image component, except that a file which is no picture is an answer and not a server's error."""

import errno
import io
import os
from base64 import b64decode
from pathlib import Path
from typing import Literal

import gradio as gr
from gradio.data_classes import ImageData
from PIL import Image

from lenet.demo.data_urls import image_url
from lenet.image.formats import FORMATS, too_large

# Of a file. A phone's photo has 3 to 8 MB.
MOST_BYTES = 20 * 2**20

# What a path of a client's leads to when it is not an upload, or no longer. Any other error is one of the disk.
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)

Refusal = Literal["unknown", "damaged", "large"]


class PictureInput(gr.Image):
    """A picture to read: the function receives a PIL image, or why there is none, or None when nothing was sent.

    What a function shows in it travels as PNG inside the answer: no file is written. Arguments as of `gr.Image`, whose
    `type`, `image_mode` and `format` do not matter here.
    """

    is_template = True  # to the page and to clients it is gr.Image

    def preprocess(self, payload: ImageData | None) -> Image.Image | Refusal | None:
        """The file's picture, of an animation the first, as it lies there: `lenet.image.preprocess` turns it as EXIF says."""
        if payload is None:
            return None
        # Whole, for Pillow would leave an animation's file open, for the pictures to come.
        try:
            content = self._content(payload)
        except ValueError:  # not base64; a path with a zero byte, not Unicode
            return "unknown"
        except OSError as error:
            if error.errno in NO_FILE:
                return "unknown"
            raise
        # Pillow warns of a picture above its own limit, and refuses one of twice that. Otherwise each of its readers
        # has exceptions of its own for a file that is not as it should be.
        try:
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return "large"
        except MemoryError:
            raise
        except Exception:
            return "unknown"
        if too_large(image.height, image.width):
            return "large"
        try:
            image.load()
        except MemoryError:
            raise
        except Exception:
            return "damaged"
        return image

    def _content(self, payload: ImageData) -> bytes:
        """Return the bytes of base64 or of an upload; no other file of this machine is read.

        Gradio checks the path only where the client says "meta".
        """
        if payload.url and payload.url.startswith("data:"):
            return b64decode(payload.url.partition(",")[2])
        file = Path(os.path.realpath(payload.path or ""))
        if not file.is_relative_to(os.path.realpath(self.GRADIO_CACHE)):
            raise FileNotFoundError(errno.ENOENT, "not an upload", str(file))
        return file.read_bytes()

    def postprocess(self, value: Image.Image | None) -> ImageData | None:  # type: ignore[override]
        """What the page is to show."""
        return None if value is None else ImageData(url=image_url(value), orig_name="picture.png")
