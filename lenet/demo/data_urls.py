"""Pictures as PNG data URLs, so that the server writes no files."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def data_url(tones: NDArray[np.float32]) -> str:
    """Return (H, W) tones, 0 = black, 1 = white, as a data URL."""
    return image_url(Image.fromarray(np.rint(tones * 255).astype(np.uint8)))


def image_url(image: Image.Image) -> str:
    """Return an image as a data URL."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
