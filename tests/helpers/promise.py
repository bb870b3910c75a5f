"""What `lenet.image.preprocess` promises of anything that is drawn or sent."""

from typing import Any

import numpy as np

from lenet.image.formats import PictureError
from lenet.image.preprocess import preprocess

# Of PIL images.
MODES = [
    "1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "PA", "RGBX", "RGBa", "La", "I;16",
]  # fmt: skip


def check(drawing: Any) -> None:
    """Preprocess it: pictures for the network, or the one error."""
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
