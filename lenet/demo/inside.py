"""Inside the network, on the page: every layer's maps, the sum that a value is, and the ink that speaks for the answer.

Nothing of it is computed or sent while its accordion is closed. Open, each update brings the layers too, from the
forward pass that gave the answer; which ink speaks for it takes longer and waits until the pen rests.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from lenet.demo import explained
from lenet.demo.inside_texts import LAYERS_TEXTS
from lenet.demo.texts import TRANSLATE, language, translated
from lenet.preprocess import Picture
from lenet.verdict import Prediction

if TYPE_CHECKING:
    from lenet.classifier import DigitClassifier
    from lenet.inside import Activations

HERE = Path(__file__).parent
HTML = (HERE / "inside.html").read_text("utf-8")
CSS = (HERE / "inside.css").read_text("utf-8")
JS = TRANSLATE + (HERE / "inside.js").read_text("utf-8")

# Of each layer that values can be chosen in: maps, rows, columns.
LAYERS = {"pool1": (32, 14, 14), "pool2": (64, 7, 7), "hidden": (1024, 1, 1)}

# No queue: one small request an update, answered in place. "always_last": what changes while an answer is on its way is
# sent as soon as that has come, so the last state is never lost.
LIVE: dict[str, Any] = {
    "queue": False,
    "trigger_mode": "always_last",
    "show_progress": "hidden",
    "api_visibility": "private",
    "postprocess": False,  # the outputs are HTML as it is; a thread for each to find that out takes time
}


class Inside(NamedTuple):
    """What the page's live event needs: whether the accordion is open, and where the layers are shown."""

    opened: gr.Checkbox
    layers: gr.HTML


def add_inside(drawing: Any, classifier: Callable[[], "DigitClassifier"]) -> Inside:
    """Add the accordion to the Blocks being built.

    Args:
        drawing: the pad.
        classifier: gives the classifier; it may wait for it to be loaded.
    """

    def look(picture: Picture) -> str:
        return encode(*classifier().look(picture), classifier().thresholds.temperature)

    def rest(picture: Picture, request: gr.Request) -> str:
        from lenet.inside import occlude

        prediction, activations = classifier().look(picture)
        relevance = occlude(activations.picture, classifier().logits)
        return explained.relevance(prediction, activations.picture, relevance, language(request))

    def select(picture: Picture, event: gr.EventData, request: gr.Request) -> str:
        layer, number, row, column = _place(event)
        _, activations = classifier().look(picture)
        inside = classifier().inside
        if layer == "hidden":
            return explained.unit(number, activations, inside.votes(activations, number), language(request))
        value = inside.explain(activations, layer, number, row, column)
        return explained.value(layer, number, row, column, value, language(request))

    with gr.Accordion(translated("inside"), open=False, elem_id="inside") as accordion, gr.Row(elem_id="layers"):
        with gr.Column(min_width=280):
            layers = gr.HTML(
                "",
                html_template=HTML,
                css_template=CSS,
                js_on_load=f"{JS}\nmountInside(element, trigger, props, watch, {json.dumps(LAYERS_TEXTS)});\n",
                apply_default_css=False,
                elem_id="maps",
            )
        with gr.Column(min_width=280, elem_id="explained"):
            relevance = gr.HTML(elem_id="relevance")
            explanation = gr.HTML(str(translated("inside_hint")), elem_id="explanation")
    opened = gr.Checkbox(False, visible=False)
    accordion.expand(None, None, opened, js="() => true", queue=False, api_visibility="private")
    accordion.collapse(None, None, opened, js="() => false", queue=False, api_visibility="private")
    accordion.expand(look, drawing, layers, **LIVE)
    layers.rest(rest, drawing, relevance, **LIVE)
    layers.select(select, drawing, explanation, **LIVE)
    return Inside(opened, layers)


def encode(prediction: Prediction, activations: "Activations", temperature: float) -> str:
    """The layers as the browser reads them: JSON with bytes in base64, "" for a blank drawing.

    Args:
        prediction: of the drawing.
        activations: of its picture.
        temperature: that the logits are divided by before softmax.
    """
    if prediction.verdict == "blank":
        return ""
    return json.dumps(
        {
            "picture": _bytes(activations.picture),
            "pool1": _bytes(np.moveaxis(activations.pool1, -1, 0)),  # (32, 14, 14)
            "pool2": _bytes(np.moveaxis(activations.pool2, -1, 0)),  # (64, 7, 7)
            "hidden": _bytes(activations.hidden),
            "logits": [round(float(logit) / temperature, 4) for logit in activations.logits],
            "probabilities": [round(probability, 4) for probability in prediction.probabilities],
        },
        separators=(",", ":"),
    )


def _bytes(values: NDArray[np.float32]) -> str:
    """Values from 0 to the layer's highest as bytes from 0 to 255, in base64."""
    return base64.b64encode(np.rint(values * (255 / max(values.max(), 1e-9))).astype(np.uint8).tobytes()).decode()


def _place(event: gr.EventData) -> tuple[Any, int, int, int]:
    """The chosen value: layer, number of the map, row, column; from any client, so nothing of it is trusted."""
    data = event._data if isinstance(event._data, dict) else {}
    layer = data.get("layer")
    ends = LAYERS.get(layer) if isinstance(layer, str) else None
    place = [data.get(name) for name in ("number", "row", "column")]
    if ends is None or not all(type(at) is int and 0 <= at < end for at, end in zip(place, ends, strict=True)):
        raise gr.Error("Choose a value of one of the maps, or of the hidden units.", print_exception=False)
    number, row, column = place
    return layer, number, row, column  # type: ignore[return-value]  # ints, as asked above
