"""Inside the network, on the page: every layer's maps, the sum that a value is, and the ink that counts.

Nothing of it is computed or sent while its accordion is closed. While it is open, each update brings the layers too,
from the one forward pass that gave the answer. The ink that counts takes up to 200 more passes: it waits until the pen
rests, and lets drawings through in between.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from lenet.demo.inside import explained
from lenet.demo.inside.texts import LAYERS_TEXTS
from lenet.demo.texts.texts import TRANSLATE, language, translated
from lenet.image.preprocess import Ink
from lenet.model.classifier import DigitClassifier
from lenet.model.explain import contributions, explain, occlude, relevance
from lenet.model.runtime import Activations, Network
from lenet.model.verdict import Prediction

HERE = Path(__file__).parent
HTML = (HERE / "inside.html").read_text("utf-8")
CSS = (HERE / "inside.css").read_text("utf-8")
JS = TRANSLATE + (HERE / "inside.js").read_text("utf-8")

# Of each layer that values can be chosen in: maps, rows, columns.
LAYERS = {"pool1": (32, 14, 14), "pool2": (64, 7, 7), "hidden": (1024, 1, 1)}

# Pictures that are run before drawings get their turn: about 1 ms.
SLICE = 4


class Inside(NamedTuple):
    """The parts that the page's live event needs."""

    opened: gr.Checkbox  # whether the accordion is open
    layers: gr.HTML


def add_inside(
    drawing: gr.components.Component,
    find_ink: Callable[[Any], Ink],
    classifier: DigitClassifier,
    live: dict[str, Any],
) -> Inside:
    """Add the accordion to the Blocks being built.

    Args:
        drawing: the pad.
        find_ink: from the pad's value to its ink.
        classifier: reads it.
        live: settings of events that answer while the pen moves.
    """
    network = classifier.network
    occluding = asyncio.Semaphore()  # one visitor at a time: the others' drawings come first

    async def look(value: Any) -> str:
        return encode(*classifier.look(find_ink(value)), classifier)

    async def rest(value: Any, request: gr.Request) -> str:
        ink = find_ink(value)
        prediction = classifier.read(ink)
        async with occluding:
            occlusion = occlude(ink.picture)
            found = relevance(occlusion, await in_slices(network, occlusion.pictures))
        return explained.relevance(prediction, ink.picture, found, language(request))

    async def select(value: Any, event: gr.EventData, request: gr.Request) -> str:
        layer, number, row, column = _place(event)
        _, activations = classifier.look(find_ink(value))
        if layer == "hidden":
            added = contributions(network, activations)[number]
            return explained.unit(number, activations, added, language(request))
        sum_of = explain(network, activations, layer, number, row, column)
        return explained.value(layer, number, row, column, sum_of, language(request))

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
            ink_that_counts = gr.HTML(elem_id="relevance")
            explanation = gr.HTML(str(translated("inside_hint")), elem_id="explanation")
    opened = gr.Checkbox(False, visible=False)
    accordion.expand(None, None, opened, js="() => true", queue=False, api_visibility="private")
    accordion.collapse(None, None, opened, js="() => false", queue=False, api_visibility="private")
    accordion.expand(look, drawing, layers, **live, api_name="look_inside")
    layers.rest(rest, drawing, ink_that_counts, **live, api_name="explain_ink")
    layers.select(select, drawing, explanation, **live, api_name="explain_value")
    return Inside(opened, layers)


async def in_slices(network: Network, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the network on many pictures without keeping drawings waiting.

    Args:
        network: the one that reads the drawings too.
        pictures: (N, 28, 28) float32, 0 = paper, 1 = ink.

    Returns:
        (N, 10) float32 logits.
    """
    starts = range(0, len(pictures), SLICE)
    slices = [await asyncio.to_thread(network.logits, pictures[start : start + SLICE]) for start in starts]
    return np.concatenate(slices)


def encode(prediction: Prediction, activations: Activations, classifier: DigitClassifier) -> str:
    """The layers as the browser reads them: JSON with bytes in base64, "" for a blank drawing.

    Args:
        prediction: of the drawing.
        activations: of its picture.
        classifier: that read it.
    """
    if prediction.verdict == "blank":
        return ""
    return json.dumps(
        {
            "picture": _bytes(activations.picture),
            "pool1": _bytes(np.moveaxis(activations.pool1, -1, 0)),  # (32, 14, 14)
            "pool2": _bytes(np.moveaxis(activations.pool2, -1, 0)),  # (64, 7, 7)
            "hidden": _bytes(activations.hidden),
            "logits": [round(logit, 4) for logit in activations.logits.tolist()],
            "biases": [round(bias, 4) for bias in classifier.network.weights["logits"].bias.tolist()],
            "temperature": classifier.thresholds.temperature,
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
