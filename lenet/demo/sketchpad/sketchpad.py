"""The drawing pad as a Gradio component: what is drawn reaches the function while the pen moves.

    pad = Sketchpad(placeholder="Draw something")
    pad.input(read, pad, answer, queue=False, trigger_mode="always_last", show_progress="hidden")

As an input it stands in for `gr.Sketchpad(image_mode="L")`. It knows nothing of digits.

What travels is the drawing of `lenet/image/strokes.py` as JSON *text*, "" for an empty pad. Not the object that the text
stands for: Gradio's page wraps each nested list in a proxy and walks it several times, which for 200 points took
10.9 ms of script an update instead of 3.7 (Chromium on one core).

Scripts on the page meet it by two events. `sketchpad:draw` on the window, with `{pad, strokes}`, lets the pad of that
`elem_id` draw the strokes, in its own units, as a hand would; one Undo takes them back. `sketchpad:changed` bubbles up
from the canvas whenever another drawing is sent or shown, with its text.
"""

import json
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.events import Dependency
from numpy.typing import NDArray

from lenet.demo.texts.texts import TRANSLATE
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, Drawing, DrawingError

HERE = Path(__file__).parent
HTML = (HERE / "sketchpad.html").read_text("utf-8")
CSS = (HERE / "sketchpad.css").read_text("utf-8")
JS = TRANSLATE + "\n".join((HERE / name).read_text("utf-8") for name in ("encode.js", "hand.js", "sketchpad.js"))

# The page keeps a drawing within 8 kB; 10,000 points, strokes.py's limit, are some 160,000 characters.
MAX_TEXT = 200_000

# Where a request fails, Gradio forgets the update that "always_last" kept waiting behind it. So the pad is told,
# and sends again.
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
        placeholder: str | dict[str, str] = "Draw here",
        undo_label: str | dict[str, str] = "Undo",
        clear_label: str | dict[str, str] = "Clear",
        **kwargs: Any,
    ) -> None:
        """Put a pad on the page.

        Its side is the column's width, at most 420 px, less where the window is low or an upright phone; the CSS
        property `--sketchpad-size` overrides that.

        A text is one for all, or one in each language by its code, `{"en": …, "zh": …}`: the browser's first of them
        is shown, else the first.

        Args:
            value: a drawing to begin with.
            label: the pad's name for those who do not see it.
            size: the paper's side in its own units, which are the pixels of what the function receives.
            pen: the pen's diameter in the same units.
            placeholder: what an empty pad says.
            undo_label: the text of the button that takes back the last stroke, or the last Clear.
            clear_label: the text of the button that empties the pad.
            **kwargs: passed on to `gr.HTML`: `elem_id`, `visible`, `scale`, `key`, ….
        """
        # Gradio reads arguments back as attributes; one named `undo` or `clear` would be the event of that name.
        self.size = size
        self.pen = pen
        self.placeholder = placeholder
        self.undo_label = undo_label
        self.clear_label = clear_label
        # Not as props of gr.HTML, which are gone after `gr.update(visible=…)`.
        options = {"size": size, "pen": pen, "placeholder": placeholder, "undo": undo_label, "clear": clear_label}
        super().__init__(
            value,
            label=label,
            html_template=HTML,
            css_template=CSS,
            # Gradio runs this as the body of a function with these arguments, once, when the pad is put on the page.
            js_on_load=f"{JS}\nmountSketchpad(element, trigger, props, watch, {json.dumps(options)});\n",
            apply_default_css=False,
            **kwargs,
        )

    def input(self, fn: Any = "decorator", *args: Any, **kwargs: Any) -> Dependency:
        """Call `fn` when the drawing changes: while the pen moves, and after Undo and Clear.

        Arguments as of every Gradio event. `trigger_mode="always_last"` is the one to use here: while an answer is on
        its way nothing is sent, and then the latest drawing.
        """
        event: Dependency = super().input(fn, *args, **kwargs)
        if callable(fn):
            event.failure(None, js=RESEND, queue=False, show_progress="hidden", api_visibility="private")
        return event

    vars(input).update(vars(gr.HTML.input))  # by these `gr.on` knows an event

    def preprocess(self, payload: Any) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """What the function receives.

        Args:
            payload: from the page, or from any other client: a drawing as JSON text or as its object.

        Returns:
            (size, size) uint8, 255 = paper, 0 = ink; None when the pad is empty.

        Raises:
            gr.Error: if it is not a drawing.
        """
        if payload is None or payload == "":
            return None
        try:
            drawing = self._on_paper(payload)
        except DrawingError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return drawing.render() if drawing.strokes else None

    def postprocess(self, value: Value) -> str | None:
        """What the pad is to show.

        Args:
            value: a drawing, as such, as JSON text or as its object, of any canvas size; None empties the pad.

        Returns:
            JSON text of the drawing on this pad's paper, None for an empty pad.

        Raises:
            DrawingError: if it is not a drawing.
        """
        if value is None or value == "":
            return None
        drawing = self._on_paper(value)
        strokes = [[[round(x, 1), round(y, 1)] for x, y in stroke] for stroke in drawing.strokes]
        if not strokes:
            return None
        return json.dumps({"w": self.size, "h": self.size, "pen": self.pen, "strokes": strokes}, separators=(",", ":"))

    def _on_paper(self, value: Any) -> Drawing:
        """Read a drawing and fit it to this pad: one size, one pen, whatever the client says.

        So the function always sees the same shape, and no request costs more than its points.
        """
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise DrawingError(f"A drawing has at most {MAX_TEXT:,} characters, not {len(value):,}.")
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise DrawingError(f"A drawing is JSON, not {value[:40]!r}.") from error
        drawing = value if isinstance(value, Drawing) else Drawing.from_json(value)
        scale = self.size / max(drawing.width, drawing.height)
        strokes = tuple(tuple((x * scale, y * scale) for x, y in stroke) for stroke in drawing.strokes if stroke)
        return Drawing(self.size, self.size, self.pen, strokes)

    def api_info(self) -> dict[str, Any]:
        """The value's JSON schema, for Gradio's API pages and clients."""
        return {
            "type": "string",
            "description": 'a drawing as JSON text, {"w": 280, "h": 280, "pen": 20, "strokes": [[[x, y], …], …]}: '
            "a canvas of w × h pixels, the pen's diameter, and strokes of points, y down; empty text for an empty pad",
        }

    def example_payload(self) -> str:
        """A drawing as a client sends it."""
        return str(self.postprocess(self.example_value()))

    def example_value(self) -> dict[str, Any]:
        """A drawing as a function gives it: a tick."""
        return {"w": 280, "h": 280, "pen": 20, "strokes": [[[80, 150], [120, 190], [200, 90]]]}
