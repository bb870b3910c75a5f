"""The promise of `lenet.image.preprocess` about any input."""

from typing import Any

import numpy as np

from lenet.image.formats import PictureError
from lenet.image.preprocess import preprocess

MODES = [  # of PIL images
    "1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "PA", "RGBX", "RGBa", "La", "I;16",
]  # fmt: skip


def check(drawing: Any) -> None:
    """Assert that it becomes pictures for the network, or raises PictureError."""
    try:
        ink = preprocess(drawing)
    except PictureError:
        return
    for picture in (ink.picture, *(part.picture for part in ink.parts)):
        assert picture.shape == (28, 28)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.min() >= 0
        assert picture.max() <= 1
