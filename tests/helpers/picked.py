"""Pictures as the page sends them."""

import base64
import json

import numpy as np


def picked(pixels: np.ndarray, scale: float = 1, **changes: object) -> str:
    """Return the text of (H, W) uint8 pixels, with some of its fields changed."""
    height, width = pixels.shape
    fields = {"w": width, "h": height, "shrunk": scale, "grey": base64.b64encode(pixels.tobytes()).decode()}
    return json.dumps(fields | changes)
