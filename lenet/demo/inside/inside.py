"""The accordion “Inside the network”: every layer's maps, how each value was computed, and the ink that counts.

Nothing is computed or sent while it is closed. While it is open, each update also carries the layers, from the same
forward pass that gave the answer. The ink that counts takes up to 200 more passes, so it is computed when the pen
rests, for one visitor at a time, in small batches that wait for other visitors' drawings. If many wait, some get none.
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
from lenet.demo.inside.texts import LAYER_TEXTS
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

# Maps, rows and columns of the layers whose values can be chosen.
LAYERS = {"pool1": (32, 14, 14), "pool2": (64, 7, 7), "hidden": (1024, 1, 1)}

SLICE = 4  # pictures per batch of occlusions: about 1 ms
PAUSE, LATE = 0.002, 0.004  # seconds between two batches, and of delay from which on the event loop is busy
MOST_PAUSES = 10  # between two batches
PATIENCE = 10  # seconds for the ink that counts, waiting included


class InsidePanel(NamedTuple):
    """The components that the page's live event needs."""

    opened: gr.Checkbox  # whether the accordion is open
    layers: gr.HTML


def add_inside(
    drawing: gr.components.Component,
    find_ink: Callable[[Any], Ink],
    classifier: DigitClassifier,
    live: dict[str, Any],
) -> InsidePanel:
    """Add the accordion to the Blocks being built.

    Args:
        drawing: the pad.
        find_ink: finds the ink in the pad's value.
        classifier: reads the ink.
        live: settings of events that answer while the pen moves.
    """
    network = classifier.network
    occluding = asyncio.Semaphore()  # one for all: clients choose the names of their sessions

    async def look(value: Any) -> str:
        return encode(*await classifier.look_live(find_ink(value)), classifier)

    async def rest(value: Any, request: gr.Request) -> str:
        ink = find_ink(value)
        prediction = await classifier.read_live(ink)
        try:
            async with asyncio.timeout(PATIENCE), occluding:
                occlusion = occlude(ink.picture)
                ink_relevance = relevance(occlusion, await in_slices(network, occlusion.pictures))
        except TimeoutError:
            return ""
        return explained.relevance_html(prediction, ink.picture, ink_relevance, language(request))

    async def select(value: Any, event: gr.EventData, request: gr.Request) -> str:
        layer, index, row, column = _place(event)
        activations = network.activations(find_ink(value).picture)
        if layer == "hidden":
            contribution = contributions(network, activations)[index]
            return explained.unit_html(index, activations, contribution, language(request))
        chosen = explain(network, activations, layer, index, row, column)
        return explained.value_html(layer, index, row, column, chosen, language(request))

    with gr.Accordion(translated("inside"), open=False, elem_id="inside") as accordion, gr.Row(elem_id="layers"):
        with gr.Column(min_width=280):
            layers = gr.HTML(
                "",
                html_template=HTML,
                css_template=CSS,
                js_on_load=f"{JS}\nmountInside(element, trigger, props, watch, {json.dumps(LAYER_TEXTS)});\n",
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
    return InsidePanel(opened, layers)


async def in_slices(network: Network, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the network on many pictures in small batches, between which drawings are read.

    Args:
        network: the network that reads the drawings too.
        pictures: (N, 28, 28) float32, 0 = paper, 1 = ink.

    Returns:
        (N, 10) float32 logits.
    """
    slices = []
    for start in range(0, len(pictures), SLICE):
        await idle()
        slices.append(await asyncio.to_thread(network.logits, pictures[start : start + SLICE]))
    return np.concatenate(slices)


async def idle() -> None:
    """Return when the event loop, where drawings are read, has nothing else to do, or after some pauses."""
    clock = asyncio.get_running_loop().time
    for _ in range(MOST_PAUSES):
        due = clock() + PAUSE
        await asyncio.sleep(PAUSE)
        if clock() < due + LATE:
            break


def encode(prediction: Prediction, activations: Activations, classifier: DigitClassifier) -> str:
    """Return the layers for the browser: JSON with bytes in base64, "" for a blank drawing.

    Args:
        prediction: prediction for the drawing.
        activations: layers of its picture.
        classifier: the classifier that read it.
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
    """Return values scaled from 0…max to the bytes 0…255, in base64."""
    return base64.b64encode(np.rint(values * (255 / max(values.max(), 1e-9))).astype(np.uint8).tobytes()).decode()


def _place(event: gr.EventData) -> tuple[Any, int, int, int]:
    """Return the chosen value's layer, map or unit, row and column, validated as any client may send the event."""
    data = event._data if isinstance(event._data, dict) else {}
    layer = data.get("layer")
    shape = LAYERS.get(layer) if isinstance(layer, str) else None
    place = [data.get(key) for key in ("number", "row", "column")]
    if shape is None or not all(type(at) is int and 0 <= at < end for at, end in zip(place, shape, strict=True)):
        raise gr.Error("Choose a value of one of the maps, or of the hidden units.", print_exception=False)
    index, row, column = place
    return layer, index, row, column  # type: ignore[return-value]  # integers, as checked above
