"""The page's layout and its one live event: pad → reading."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from starlette.middleware import Middleware

from lenet import classifier
from lenet.datasets import mnist
from lenet.demo import examples, meters, picture, teach
from lenet.demo.api import add_api
from lenet.demo.checked import CheckedBlocks
from lenet.demo.forget import forgetting
from lenet.demo.gate import Gate
from lenet.demo.inside import LIVE, add_inside, encode
from lenet.demo.on_demand import OnDemand
from lenet.demo.picture_input import MOST_BYTES
from lenet.demo.sketchpad import Sketchpad
from lenet.demo.texts import TEXTS, both, language, translated
from lenet.preprocess import Picture
from lenet.strokes import BRUSH_WIDTH, CANVAS_SIZE, PAPER
from lenet.verdict import Prediction

# Translated in the browser. A text may be a component's whole HTML.
I18N = gr.I18n(
    **{
        each: texts
        | {
            "reading": meters.reading(language=each),
            "buttons": examples.buttons(each),
            "teach": teach.panel(each),
            "picture_answer": picture.answer(language=each),
        }
        for each, texts in TEXTS.items()
    }
)

# Gradio keeps uploaded pictures as files, so that the page can show them. Seconds: every minute those older than five
# minutes are deleted (a program's may have to wait for its turn), and all of them when the server ends.
DELETE_UPLOADS = (60, 300)

# Gradio keeps 100 kB of each visitor, for an hour after the visit. The page needs nothing of it: who is forgotten costs
# some milliseconds when he comes back.
SESSIONS = 500
# Pictures that are read at once: the largest takes some 320 MB meanwhile, and by forty, as Gradio has it, twelve
# gigabytes. A drawing's updates need none of these threads.
THREADS = 8
# Calls that wait for their turn, each of up to 28 MB.
MOST_WAITING = 100

# In Gradio 6 the look belongs to launch(): whoever launches the page, tests and benchmarks too, uses these.
LAUNCH: dict[str, Any] = {
    # The system's own letters: nothing to download, and no request leaves for a font service.
    "theme": gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(body_text_color_subdued="*neutral_500", body_text_color_subdued_dark="*neutral_400"),  # its own: 2.6 : 1
    "css_paths": Path(__file__).with_name("page.css"),
    "footer_links": ["api", "gradio", "settings"],
    "run_history": False,  # or every live update is recorded in the visitor's browser
    "i18n": I18N,
    # What nobody may do to the server: see SECURITY.md.
    "app_kwargs": {"middleware": [Middleware(Gate)], "lifespan": forgetting},
    "max_file_size": MOST_BYTES,
    "enable_monitoring": False,
    "state_session_capacity": SESSIONS,
    "max_threads": THREADS,
}


def one_thread() -> None:
    """Have TensorFlow compute on one thread, unless the environment says how many; call it before the first drawing.

    LiteRT has one anyway, and what *Inside the network* computes of one picture is too little work to share: with a
    thread for every core it takes as long and computes half as much again, for which fifty people at once wait.
    """
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")


def build_demo(
    pad: type[Sketchpad] | type[gr.Sketchpad] = Sketchpad,
    weights: Path = classifier.WEIGHTS,
    test_images: Callable[[], mnist.Split] = mnist.load_test,
    wait: bool = False,
) -> gr.Blocks:
    """Build the page; `launch(**LAUNCH)` serves it.

    The weights are checked here; TensorFlow loads in the background, and the first drawing waits for it.

    Args:
        pad: what to draw on: our `Sketchpad`, which answers while the pen moves, or Gradio's own.
        weights: folder of the weights.
        test_images: loads MNIST's test images, when a visitor first asks for one.
        wait: return when the network is loaded, so that whoever reaches the page is answered at once.

    Raises:
        WeightsError: if the weights are missing or damaged.
    """
    classifier.verify(weights)
    classifier.verify_shapes(weights)
    # In a daemon's thread: one that hangs does not keep the server from ending.
    loading = OnDemand(lambda: classifier.DigitClassifier(weights)).get()

    def read(drawing: Picture) -> Prediction:
        return loading.result()(drawing)

    # On the server's own thread: handing three milliseconds of work to another, which then fights for the interpreter
    # with those of the other visitors, takes longer than the work.
    async def show(drawing: Picture, opened: bool, request: gr.Request) -> tuple[str, str]:
        classifier = await asyncio.wrap_future(loading)
        if not opened:
            return meters.reading(classifier(drawing), language(request)), ""
        prediction, activations = classifier.look(drawing)
        layers = encode(prediction, activations, classifier.thresholds.temperature)
        return meters.reading(prediction, language(request)), layers

    demo: gr.Blocks
    with CheckedBlocks(
        title=TEXTS["en"]["title"], analytics_enabled=False, fill_width=True, forgets=DELETE_UPLOADS
    ) as demo:
        with gr.Column(elem_id="page"):
            gr.Markdown("# " + translated("title"), elem_id="heading")
            with gr.Row(elem_id="desk"):
                with gr.Column(elem_id="left", min_width=280):
                    drawing = _sketchpad(pad)
                with gr.Column(elem_id="right", min_width=280):
                    reading = gr.HTML(str(translated("reading")), elem_id="reading")
                    if isinstance(drawing, Sketchpad):  # Gradio's own has no strokes
                        teach.add_teach(translated("teach"))
                if isinstance(drawing, Sketchpad):
                    examples.add_examples(str(translated("buttons")), pad="sketchpad")
            inside = add_inside(drawing, loading.result)
            picture.add_picture(lambda ink: loading.result().read(ink), test_images)
        outputs = [reading, inside.layers]
        drawing.input(show, [drawing, inside.opened], outputs, **LIVE)
        if isinstance(drawing, gr.Sketchpad):  # its `input` may bring the stroke before; `change` follows with the last
            drawing.change(show, [drawing, inside.opened], outputs, **LIVE)
        add_api(read)
    demo.queue(max_size=MOST_WAITING)
    if wait:
        loading.result()
    return demo


def _sketchpad(pad: type[Sketchpad] | type[gr.Sketchpad]) -> Sketchpad | gr.Sketchpad:
    if issubclass(pad, Sketchpad):
        return pad(
            elem_id="sketchpad",
            label=translated("pad"),
            placeholder=both("placeholder"),
            undo_label=both("undo"),
            clear_label=both("clear"),
        )
    # A white background as value puts the pen down; without one, and after a Clear, strokes do nothing.
    paper = np.full((CANVAS_SIZE, CANVAS_SIZE), PAPER, np.uint8)
    drawing = pad(
        value=paper,
        image_mode="L",
        canvas_size=(CANVAS_SIZE, CANVAS_SIZE),
        fixed_canvas=True,
        brush=gr.Brush(default_size=BRUSH_WIDTH // 2, colors=["#000000"], color_mode="fixed"),
        layers=False,
        transforms=(),
        show_label=False,
        elem_id="sketchpad",
    )
    drawing.clear(lambda: paper, None, drawing, queue=False, show_progress="hidden", api_visibility="private")
    return drawing
