"""Pictures as data URLs: they travel inside the answer, and no file of theirs is on the server."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def data_url(tones: NDArray[np.float32]) -> str:
    """A picture as the source of an image.

    Args:
        tones: (H, W), 0 = black, 1 = white.
    """
    return image_url(Image.fromarray(np.rint(tones * 255).astype(np.uint8)))


def image_url(image: Image.Image) -> str:
    """A picture as the source of an image."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
