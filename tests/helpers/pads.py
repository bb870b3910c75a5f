"""A pad on a page under test: its pixels, its requests, and drawings for it."""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from lenet.image.strokes import Drawing, render
from tests.helpers.pen import Pen

PAD_APP = [sys.executable, Path(__file__).with_name("pad_app.py")]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True, "is_mobile": True}
ROOF = [(60, 200), (140, 60), (220, 200)]
FLOOR = [(60, 220), (220, 220)]
DOT = [(140, 150)]
STROKES = [ROOF, FLOOR, DOT]
SAME = 0.97  # overlap of two drawings that differ only in antialiasing


def fingerprint(picture: NDArray[np.uint8]) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()[:16]


def overlap(pixels: NDArray[np.uint8], drawing: Drawing) -> float:
    """Return intersection over union of the ink, with the drawing rendered at the size of the pixels."""
    side = len(pixels)
    if pixels.shape != (side, side):
        return 0  # the pad has not sized its canvas yet
    finer = max(1, 1000 // side)
    scale = side * finer / drawing.width
    strokes = [[(x * scale, y * scale) for x, y in stroke] for stroke in drawing.strokes]
    rendered = render(strokes, (side * finer, side * finer), drawing.pen * scale)
    rendered = rendered.reshape(side, finer, side, finer).mean((1, 3))
    ours, theirs = 255.0 - pixels, 255.0 - rendered  # weighted by grey level
    return float(np.minimum(ours, theirs).sum() / np.maximum(ours, theirs).sum())


class Pad:
    """A page with the pad."""

    def __init__(self, page: Page, kind: Any = "mouse", canvas: Locator | None = None):
        self.page = page
        self.canvas = canvas or page.locator("#sketchpad canvas")
        self.pen = Pen(page, kind, self.canvas)
        self.draw = self.pen.draw
        self.requests: list[str] = []
        self.bodies: list[str] = []
        expect(self.canvas).to_be_visible()
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/gradio_api/" in request.url:
            self.requests.append(f"{request.method} {request.url.partition('/gradio_api')[2]}")
        if request.url.endswith("/run/predict"):
            self.bodies.append(request.post_data or "")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def pixels(self) -> NDArray[np.uint8]:
        data = self.canvas.evaluate("canvas => canvas.toDataURL()")
        return np.asarray(Image.open(urlopen(data)).convert("L"))

    def ink(self) -> float:
        """Return the fraction of the paper that is dark."""
        return float((self.pixels() < 128).mean())

    def sent(self) -> Drawing:
        """Return the drawing in the last request."""
        text = json.loads(self.bodies[-1])["data"][0] if self.bodies else ""
        return Drawing.from_json(json.loads(text)) if text else Drawing()

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, f"Not in 10 s; the last request is {self.bodies[-1:]}."
            self.page.wait_for_timeout(10)

    def shows(self, drawing: Drawing) -> bool:
        """Return True if the paper shows this drawing."""
        return overlap(self.pixels(), drawing) > SAME if drawing.strokes else self.ink() == 0

    def expect_strokes(self, number: int) -> Drawing:
        """Wait until request, paper and function agree on a drawing of a number of strokes, and return it."""
        self.until(lambda: len(self.sent().strokes) == number and self.shows(self.sent()))
        drawing = self.sent()
        received = fingerprint(drawing.render()) if number else "empty"
        expect(self.page.locator("#got")).to_have_attribute("data-hash", received)
        return drawing
