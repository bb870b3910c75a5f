"""The drawing pad as a Gradio component that sends the drawing while the pen moves.

    pad = Sketchpad(placeholder="Draw something")
    pad.input(read, pad, answer, queue=False, trigger_mode="always_last", show_progress="hidden")

As an input it is a drop-in replacement for `gr.Sketchpad(image_mode="L")`. It does not depend on digits.

The value is a drawing of `lenet/image/strokes.py` as JSON *text*, "" for an empty pad. As an object it would be slow:
Gradio's page wraps each nested list in a proxy and walks it several times, which for 200 points took 10.9 ms of script
per update instead of 3.7 ms (Chromium on one core).

Other scripts on the page use three events. `sketchpad:draw` on the window, with `{pad, strokes}`, animates the strokes
on the pad of that `elem_id`; one Undo removes them. `sketchpad:clear` on the canvas empties the pad.
`sketchpad:changed` bubbles up from the canvas with the drawing's text whenever a different drawing is sent or shown.
"""

import json
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import numpy as np
import orjson
from gradio.events import Dependency
from numpy.typing import NDArray

from lenet.demo.texts.texts import TRANSLATE
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, Drawing, DrawingError

HERE = Path(__file__).parent
HTML = (HERE / "sketchpad.html").read_text("utf-8")
CSS = (HERE / "sketchpad.css").read_text("utf-8")
JS = TRANSLATE + "\n".join((HERE / name).read_text("utf-8") for name in ("encode.js", "animation.js", "sketchpad.js"))

# The page sends at most 8 kB; 10,000 points, the limit of strokes.py, take about 160,000 characters.
MAX_TEXT = 200_000

# When a request fails, Gradio drops the update that "always_last" kept waiting behind it. This tells the pad, which
# sends the drawing again.
RESEND = '() => { window.dispatchEvent(new Event("sketchpad:failed")); }'

Value = Drawing | dict[str, Any] | str | None


class Sketchpad(gr.HTML):
    """A square of white paper with a round pen, Undo and Clear.

    Attributes:
        size: the paper's side in its own units, which are the pixels of what the function receives.
        pen: the pen's diameter in the same units.
    """

    def __init__(
        self,
        value: Value = None,
        *,
        label: str | gr.i18n.I18nData = "Drawing pad",
        size: int = CANVAS_SIZE,
        pen: float = BRUSH_WIDTH,
        type: Literal["image", "strokes"] = "image",
        placeholder: str | dict[str, str] = "Draw here",
        undo_label: str | dict[str, str] = "Undo",
        clear_label: str | dict[str, str] = "Clear",
        **kwargs: Any,
    ) -> None:
        """Create a pad.

        Its side is the column's width, at most 420 px, and less in a low window or on an upright phone; the CSS
        property `--sketchpad-size` overrides that.

        Texts are strings or one string per language code, `{"en": …, "zh": …}`: the page shows the first that the
        browser asks for, otherwise the first.

        Args:
            value: the initial drawing.
            label: the pad's name for screen readers.
            size: the paper's side in its own units, which are the pixels of what the function receives.
            pen: the pen's diameter in the same units.
            type: whether the function receives pixels, as from `gr.Sketchpad(image_mode="L")`, or a `Drawing`.
            placeholder: text on an empty pad.
            undo_label: text of the button that undoes the last stroke or Clear.
            clear_label: text of the button that empties the pad.
            **kwargs: arguments of `gr.HTML`: `elem_id`, `visible`, `scale`, `key`, ….
        """
        # Gradio reads arguments back as attributes; one named `undo` or `clear` would be the event of that name.
        self.size = size
        self.pen = pen
        self.type = type
        self.placeholder = placeholder
        self.undo_label = undo_label
        self.clear_label = clear_label
        # Not props of gr.HTML, which `gr.update(visible=…)` drops.
        options = {"size": size, "pen": pen, "placeholder": placeholder, "undo": undo_label, "clear": clear_label}
        super().__init__(
            value,
            label=label,
            html_template=HTML,
            css_template=CSS,
            # Gradio runs this once, when it mounts the pad, as the body of a function with these arguments.
            js_on_load=f"{JS}\nmountSketchpad(element, trigger, props, watch, {json.dumps(options)});\n",
            apply_default_css=False,
            **kwargs,
        )

    def input(self, fn: Any = "decorator", *args: Any, **kwargs: Any) -> Dependency:
        """Call `fn` when the drawing changes: while the pen moves, and after Undo and Clear.

        Takes the arguments of every Gradio event. Use `trigger_mode="always_last"`: while an answer is pending nothing
        is sent, and then the latest drawing.
        """
        event: Dependency = super().input(fn, *args, **kwargs)
        if callable(fn):
            event.failure(None, js=RESEND, queue=False, show_progress="hidden", api_visibility="private")
        return event

    vars(input).update(vars(gr.HTML.input))  # `gr.on` recognizes an event by these

    def preprocess(self, payload: Any) -> NDArray[np.uint8] | Drawing | None:  # type: ignore[override]
        """Return what the function receives.

        Args:
            payload: a drawing from any client, as JSON text or as an object.

        Returns:
            (size, size) uint8, 255 = paper, 0 = ink, or the strokes on paper of that size; None when the pad is empty.

        Raises:
            gr.Error: if the payload is not a drawing.
        """
        if payload is None or payload == "":
            return None
        try:
            drawing = self._on_paper(payload)
        except DrawingError as error:
            raise gr.Error(str(error), print_exception=False) from error
        if not drawing.strokes:
            return None
        return drawing if self.type == "strokes" else drawing.render()

    def postprocess(self, value: Value) -> str | None:
        """Return what the pad shows.

        Args:
            value: a drawing of any canvas size, also as JSON text or as an object; None empties the pad.

        Returns:
            JSON text of the drawing on this pad's paper, None for an empty pad.

        Raises:
            DrawingError: if the value is not a drawing.
        """
        if value is None or value == "":
            return None
        drawing = self._on_paper(value)
        strokes = [[[round(x, 1), round(y, 1)] for x, y in stroke] for stroke in drawing.strokes]
        if not strokes:
            return None
        return json.dumps({"w": self.size, "h": self.size, "pen": self.pen, "strokes": strokes}, separators=(",", ":"))

    def _on_paper(self, value: Any) -> Drawing:
        """Return a drawing scaled to this pad's size and pen, whatever the client sent.

        The function thus always receives the same shape, and no request costs more than its points.
        """
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise DrawingError(f"A drawing has at most {MAX_TEXT:,} characters, not {len(value):,}.")
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError as error:
                raise DrawingError(f"A drawing is JSON, not {value[:40]!r}.") from error
        drawing = value if isinstance(value, Drawing) else Drawing.from_json(value)
        scale = self.size / max(drawing.width, drawing.height)
        strokes = tuple(tuple((x * scale, y * scale) for x, y in stroke) for stroke in drawing.strokes if stroke)
        return Drawing(self.size, self.size, self.pen, strokes)

    def api_info(self) -> dict[str, Any]:
        """Return the value's JSON schema, for Gradio's API pages and clients."""
        return {
            "type": "string",
            "description": 'a drawing as JSON text, {"w": 280, "h": 280, "pen": 20, "strokes": [[[x, y], …], …]}: '
            "a canvas of w × h pixels, the pen's diameter, and strokes of points, y down; empty text for an empty pad",
        }

    def example_payload(self) -> str:
        """Return a drawing as a client sends it."""
        return str(self.postprocess(self.example_value()))

    def example_value(self) -> dict[str, Any]:
        """Return a drawing as a function returns it: a tick."""
        return {"w": 280, "h": 280, "pen": 20, "strokes": [[[80, 150], [120, 190], [200, 90]]]}
