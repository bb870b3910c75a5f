"""A field for a picture, which the browser turns into grey pixels: no file is uploaded, decoded or stored.

    picker = PicturePicker()
    picker.input(read, picker, answer, queue=False, preprocess=False, trigger_mode="always_last")

The browser sends JSON text: `{"w": 280, "h": 280, "shrunk": 1, "grey": "…"}`, the pixels in base64 and how many of the
picture's pixels, horizontally and vertically, became one of them; a `Refusal` if it cannot read the picture; or "" when
the picture was removed.
"""

import base64
import json
from pathlib import Path
from typing import Any, Literal, get_args

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.demo.data_urls import image_url
from lenet.demo.texts.texts import TRANSLATE, both
from lenet.image.formats import LONGEST, Grey, PictureError

HERE = Path(__file__).parent
TEXTS = {name: both(f"picker_{name}") for name in ("hint", "camera", "remove", "alt")}
MOST_SAMPLES = 700_000
MOST_SHRUNK = 100  # the largest picture that browsers take is shrunk by 11
MAX_TEXT = MOST_SAMPLES // 3 * 4 + 100

Refusal = Literal["unknown", "damaged", "large", "canvas"]


class PicturePicker(gr.HTML):
    """A field to choose, photograph, paste or drop a picture, which it shows. Takes the arguments of `gr.HTML`."""

    def __init__(self, value: NDArray[np.uint8] | None = None, **kwargs: Any) -> None:
        super().__init__(
            value,
            html_template=(HERE / "picker.html").read_text("utf-8"),
            css_template=(HERE / "picker.css").read_text("utf-8"),
            js_on_load=TRANSLATE
            + (HERE / "picker.js").read_text("utf-8")
            + f"mountPicker(element, trigger, props, watch, {json.dumps(TEXTS)});\n",
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> Grey | Refusal | None:  # type: ignore[override]
        """Return the pixels, (H, W) uint8, or why there are none, from what any client sent.

        Raises:
            PictureError: if it is neither.
        """
        if payload is None or payload == "":
            return None
        if isinstance(payload, str) and payload in get_args(Refusal):
            return payload  # type: ignore[return-value]
        try:
            if not isinstance(payload, str) or len(payload) > MAX_TEXT:
                raise ValueError
            match json.loads(payload):
                case {"w": int(width), "h": int(height), "shrunk": int() | float() as shrunk, "grey": str(grey)}:
                    samples = np.frombuffer(base64.b64decode(grey, validate=True), np.uint8)
                case _:
                    raise ValueError
            if not (0 < width <= LONGEST and 0 < height <= LONGEST and len(samples) == width * height <= MOST_SAMPLES):
                raise ValueError
            if not 1 <= shrunk <= MOST_SHRUNK:  # also if it is NaN
                raise ValueError
        except (ValueError, RecursionError):
            raise PictureError(
                'A picture is JSON text, {"w": 280, "h": 280, "shrunk": 1, "grey": "…"}: w × h bytes in base64, '
                f"at most {MOST_SAMPLES:,}, and {LONGEST:,} per side."
            ) from None
        return Grey(samples.reshape(int(height), int(width)), float(shrunk))

    def postprocess(self, value: NDArray[np.uint8] | None) -> str | None:  # type: ignore[override]
        """Return (H, W) grey pixels as the data URL that the picker shows; None removes the picture."""
        return None if value is None else image_url(Image.fromarray(value))

    def api_info(self) -> dict[str, Any]:
        """Return the value's JSON schema."""
        return {"type": "string"}
