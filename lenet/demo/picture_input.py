"""Gradio's image component, except that a file which is no picture is an answer and not a server's error."""

import io
from base64 import b64decode
from pathlib import Path
from typing import Literal

import gradio as gr
from gradio.data_classes import ImageData
from PIL import Image

from lenet.demo.pixels import image_url
from lenet.preprocess import FORMATS, too_large

# Of a file. A phone's photo has 3 to 8 MB.
MOST_BYTES = 20 * 2**20

Refusal = Literal["unknown", "damaged", "large"]


class PictureInput(gr.Image):
    """A picture to read: the function receives a PIL image, or why there is none, or None when nothing was sent.

    What a function shows in it travels as PNG inside the answer: no file is written. Arguments as of `gr.Image`, whose
    `type`, `image_mode` and `format` do not matter here.
    """

    is_template = True  # to the page and to clients it is gr.Image

    def preprocess(self, payload: ImageData | None) -> Image.Image | Refusal | None:
        """The file's picture, of an animation the first, as it lies there: `lenet.preprocess` turns it as EXIF says."""
        if payload is None:
            return None
        # Pillow warns of a picture above its own limit, and refuses one of twice that. Else each of its readers has
        # errors of its own on a file that is not as it should be. It gets the file whole: an animation's it would leave
        # open, for the pictures to come.
        try:
            if payload.url and payload.url.startswith("data:"):
                content = b64decode(payload.url.partition(",")[2])
            else:
                content = self._uploaded(payload.path or "").read_bytes()
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return "large"
        except Exception:
            return "unknown"
        if too_large(image.height, image.width):
            return "large"
        try:
            image.load()
        except Exception:
            return "damaged"
        return image

    def _uploaded(self, path: str) -> Path:
        """A file that was uploaded, and no other of this machine: Gradio looks only where the client says "meta"."""
        file = Path(path).resolve()
        if not (file.is_relative_to(Path(self.GRADIO_CACHE).resolve()) and file.is_file()):
            raise FileNotFoundError(path)
        return file

    def postprocess(self, value: Image.Image | None) -> ImageData | None:  # type: ignore[override]
        """What the page is to show."""
        return None if value is None else ImageData(url=image_url(value), orig_name="picture.png")
