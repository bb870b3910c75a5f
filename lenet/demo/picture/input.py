"""`gr.Image` that passes unreadable files to the function as a reason instead of raising a server error."""

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

MOST_BYTES = 20 * 2**20  # per file; a phone's photo has 3 to 8 MB
# Errors of a path that is not, or no longer, an upload. All others are faults of the disk.
NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)

Refusal = Literal["unknown", "damaged", "large"]


class PictureInput(gr.Image):
    """A picture to read.

    The function receives a PIL image, a `Refusal` when the file cannot be read, or None when nothing was sent. Pictures
    that a function returns travel as PNG inside the answer; no file is written. Takes the arguments of `gr.Image`, and
    ignores `type`, `image_mode` and `format`.
    """

    is_template = True  # the page and clients see a gr.Image

    def preprocess(self, payload: ImageData | None) -> Image.Image | Refusal | None:
        """Return the file's first picture; `lenet.image.preprocess` applies its EXIF orientation."""
        if payload is None:
            return None
        # Read into memory: Pillow keeps the file of an animation open.
        try:
            content = self._content(payload)
        except ValueError:  # invalid base64, or a path with a zero byte or a lone surrogate
            return "unknown"
        except OSError as error:
            if error.errno in NO_FILE:
                return "unknown"
            raise
        # Pillow warns above its own limit and raises above twice that. For malformed files, each of its decoders has
        # exceptions of its own.
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
        """Return the bytes of a data URL or of an upload.

        Raises:
            FileNotFoundError: if the path is any other file; Gradio checks it only if the client sends "meta".
        """
        if payload.url and payload.url.startswith("data:"):
            return b64decode(payload.url.partition(",")[2])
        file = Path(os.path.realpath(payload.path or ""))
        if not file.is_relative_to(os.path.realpath(self.GRADIO_CACHE)):
            raise FileNotFoundError(errno.ENOENT, "not an upload", str(file))
        return file.read_bytes()

    def postprocess(self, value: Image.Image | None) -> ImageData | None:  # type: ignore[override]
        """Return the picture as a data URL."""
        return None if value is None else ImageData(url=image_url(value), orig_name="picture.png")
