"""The page's layout and its one live event: pad → reading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from starlette.middleware import Middleware

from lenet.datasets import mnist
from lenet.demo.api import add_api
from lenet.demo.examples import examples
from lenet.demo.inside.inside import add_inside, encode
from lenet.demo.picture import picture
from lenet.demo.picture.input import MOST_BYTES
from lenet.demo.reading import reading_html
from lenet.demo.server.blocks import CheckedBlocks
from lenet.demo.server.cleanup import forgetting
from lenet.demo.server.limits import Gate
from lenet.demo.sketchpad import Sketchpad
from lenet.demo.teach import teach
from lenet.demo.texts.texts import TEXTS, both, language, translated
from lenet.image.preprocess import Ink, preprocess
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE, PAPER
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import WEIGHTS

# Translated in the browser. A text may be a component's whole HTML.
I18N = gr.I18n(
    **{
        each: texts
        | {
            "reading": reading_html(language=each),
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


# No queue: one small request an update, answered in place. "always_last": what changes while an answer is on its way is
# sent as soon as that has come, so the last state is never lost.
LIVE: dict[str, Any] = {
    "queue": False,
    "trigger_mode": "always_last",
    "show_progress": "hidden",
    "api_visibility": "private",
    "postprocess": False,  # the outputs are HTML as it is; a thread for each to find that out takes time
}


def build_demo(
    pad: type[Sketchpad] | type[gr.Sketchpad] = Sketchpad,
    weights: Path = WEIGHTS,
    test_images: Callable[[], mnist.Split] = mnist.load_test,
) -> gr.Blocks:
    """Build the page; `launch(**LAUNCH)` serves it.

    Args:
        pad: what to draw on: our `Sketchpad`, which answers while the pen moves, or Gradio's own.
        weights: folder of the weights.
        test_images: loads MNIST's test images, when a visitor first asks for one.

    Raises:
        WeightsError: if the weights are missing or damaged.
    """
    classifier = DigitClassifier(weights)

    def find_ink(value: Any) -> Ink:
        return preprocess(drawing.preprocess(value) if isinstance(drawing, Sketchpad) else value)

    # On the server's own thread: handing one millisecond of work to another, which then fights for the interpreter
    # with those of the other visitors, takes longer than the work.
    async def show(value: Any, opened: bool, request: gr.Request) -> tuple[str, str]:
        ink = find_ink(value)
        if opened is not True:
            return reading_html(classifier.read(ink), language(request)), ""
        prediction, activations = classifier.look(ink)
        return reading_html(prediction, language(request)), encode(prediction, activations, classifier)

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
            # Gradio runs all preprocessing under one limiter, where a drawing would wait behind pictures that take
            # seconds: our pad's text is read by the function itself.
            live = LIVE | {"preprocess": not isinstance(drawing, Sketchpad)}
            inside = add_inside(drawing, find_ink, classifier, live)
            picture.add_picture(classifier.read, test_images)
        outputs = [reading, inside.layers]
        drawing.input(show, [drawing, inside.opened], outputs, **live)
        if isinstance(drawing, gr.Sketchpad):  # its `input` may bring the stroke before; `change` follows with the last
            drawing.change(show, [drawing, inside.opened], outputs, **live)
        add_api(classifier)
    demo.queue(max_size=MOST_WAITING)
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
