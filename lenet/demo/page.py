"""The layout of the page and its live event: pad → reading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from lenet.datasets import mnist
from lenet.demo.api import add_api
from lenet.demo.examples import examples
from lenet.demo.inside.inside import add_inside, encode
from lenet.demo.launch import MOST_WAITING
from lenet.demo.picture import picture
from lenet.demo.reading import reading_html
from lenet.demo.server.blocks import DemoBlocks
from lenet.demo.server.cleanup import DELETE_UPLOADS
from lenet.demo.sketchpad import Sketchpad
from lenet.demo.teach import teach
from lenet.demo.texts.texts import TEXTS, both, language, translated
from lenet.image.preprocess import Ink, preprocess
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, PAPER
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import WEIGHTS

# No queue: each update is one small request, answered in place. "always_last": a change during a request is sent when
# the answer has arrived, so the last state is never lost.
LIVE: dict[str, Any] = {
    "queue": False,
    "trigger_mode": "always_last",
    "show_progress": "hidden",
    "api_visibility": "private",
    "postprocess": False,  # outputs are finished HTML; Gradio 6.31 would start a thread for each of them
}

# Gradio's pad at its best: 280 pixels instead of 800, the brush selected, and paper, without which strokes do nothing
# in Gradio 6.31.
GRADIO_PAD: dict[str, Any] = {
    "value": np.full((CANVAS_SIZE, CANVAS_SIZE), PAPER, np.uint8),
    "image_mode": "L",
    "canvas_size": (CANVAS_SIZE, CANVAS_SIZE),
    "fixed_canvas": True,
    "brush": gr.Brush(default_size=BRUSH_WIDTH // 2, colors=["#000000"], color_mode="fixed"),
    "layers": False,
    "transforms": (),
    "elem_id": "sketchpad",
}


def build_demo(
    pad: type[Sketchpad] | type[gr.Sketchpad] = Sketchpad,
    weights: Path = WEIGHTS,
    test_images: Callable[[], mnist.Split] = mnist.load_test,
    delete_uploads: tuple[int, int] = DELETE_UPLOADS,
) -> gr.Blocks:
    """Build the page; `launch(**LAUNCH)` serves it.

    Args:
        pad: component to draw on: our `Sketchpad`, which answers while the pen moves, or Gradio's own.
        weights: folder of the weights.
        test_images: loads MNIST's test images when a visitor first asks for one.
        delete_uploads: seconds between two deletions of uploads, and the age of uploads to delete.

    Raises:
        WeightsError: if the weights are missing or damaged.
    """
    classifier = DigitClassifier(weights)

    def find_ink(value: Any) -> Ink:
        return preprocess(drawing.preprocess(value) if isinstance(drawing, Sketchpad) else value)

    # async, so on the event loop: handing one millisecond of work to a worker thread, which competes with others for
    # the interpreter, costs more than the work.
    async def draw(value: Any, opened: bool, request: gr.Request) -> tuple[str, str]:
        ink = find_ink(value)
        if opened is not True:
            return reading_html(await classifier.read_live(ink), language(request)), ""
        prediction, activations = await classifier.look_live(ink)
        return reading_html(prediction, language(request)), encode(prediction, activations, classifier)

    demo: gr.Blocks
    with DemoBlocks(
        title=TEXTS["en"]["title"], analytics_enabled=False, fill_width=True, delete_uploads=delete_uploads
    ) as demo:
        with gr.Column(elem_id="page"):
            gr.Markdown("# " + translated("title"), elem_id="heading")
            with gr.Row(elem_id="desk"):
                with gr.Column(elem_id="left", min_width=280):
                    drawing = _sketchpad(pad)
                with gr.Column(elem_id="right", min_width=280):
                    reading = gr.HTML(str(translated("reading")), elem_id="reading")
                    if isinstance(drawing, Sketchpad):  # Gradio's pad has no strokes
                        teach.add_teach(translated("teach"))
                if isinstance(drawing, Sketchpad):
                    examples.add_examples(str(translated("buttons")), pad="sketchpad")
            # Gradio 6.31 runs all preprocessing under one limiter, where a drawing would wait behind pictures that
            # take seconds, so the function preprocesses the text of our pad itself.
            live = LIVE | {"preprocess": not isinstance(drawing, Sketchpad)}
            inside = add_inside(drawing, find_ink, classifier, live)
            picture.add_picture(classifier.read, test_images)
        event = {"inputs": [drawing, inside.opened], "outputs": [reading, inside.layers], **live}
        drawing.input(draw, **event, api_name="draw")
        if isinstance(drawing, gr.Sketchpad):  # in Gradio 6.31 its `input` may lack the last stroke; `change` has it
            drawing.change(draw, **event)
        add_api(classifier)
    demo.queue(max_size=MOST_WAITING)
    return demo


def _sketchpad(pad: type[Sketchpad] | type[gr.Sketchpad]) -> Sketchpad | gr.Sketchpad:
    if issubclass(pad, Sketchpad):
        return pad(
            elem_id="sketchpad",
            label=translated("pad"),
            type="strokes",
            placeholder=both("placeholder"),
            undo_label=both("undo"),
            clear_label=both("clear"),
        )
    drawing = pad(**GRADIO_PAD, show_label=False)
    paper = GRADIO_PAD["value"]  # Clear removes it too
    drawing.clear(lambda: paper, None, drawing, queue=False, show_progress="hidden", api_visibility="private")
    return drawing
