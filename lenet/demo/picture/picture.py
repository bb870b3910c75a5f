"""Read a picture: a photo, a scan or a test image of MNIST goes the drawings' way, and each of its steps is shown."""

import asyncio
from collections.abc import AsyncIterator, Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from lenet.datasets.mnist import DatasetError, Split
from lenet.demo.lazy import OnDemand
from lenet.demo.picture.input import PictureInput, Refusal
from lenet.demo.picture.steps import strip
from lenet.demo.reading import EMPTY, bars
from lenet.demo.texts.texts import DEFAULT, TEXTS, language, translated
from lenet.image.preprocess import Ink, Picture, PictureError, follow
from lenet.model.messages import OF_PICTURES, Language, say
from lenet.model.verdict import Prediction

CSS = Path(__file__).with_name("picture.css").read_text("utf-8")
# Seconds after which a visitor is told of the download; test images on the disk are there before.
PATIENCE = 0.3
ENLARGED = 10  # screen pixels for each of a test image's
# Gradio's default is a mirror, in which a 2 is none; and on a phone the camera that looks away from its owner.
CAMERA = gr.WebcamOptions(mirror=False, constraints={"video": {"facingMode": "environment", "width": {"ideal": 1280}}})

Shown = tuple[Any, str, str]  # what becomes of the image, the answer's HTML, the strip's


def add_picture(read: Callable[[Ink], Prediction], test_images: Callable[[], Split]) -> None:
    """Add it to the Blocks being built, closed: what is in it is put on the page when it is opened.

    Args:
        read: from a picture's ink to a prediction.
        test_images: loads MNIST's test images when they are first asked for; raises a DatasetError without them.
    """
    mnist = OnDemand(test_images)

    def show(image: Image.Image | Refusal | None, request: gr.Request) -> Shown:
        """Answer a picture that a visitor chose, or took away."""
        spoken = language(request)
        if image is None:
            return gr.skip(), answer(language=spoken), ""
        if isinstance(image, str):  # a picture that is none is not left standing there
            return None, answer(TEXTS[spoken][image], language=spoken), ""
        return gr.skip(), *_read(image, spoken)

    async def surprise(request: gr.Request) -> AsyncIterator[Shown]:
        """Show a random test image and read it; say so where it has to be downloaded first, or cannot be."""
        spoken = language(request)
        texts = TEXTS[spoken]
        images = asyncio.wrap_future(mnist.get())
        done, _ = await asyncio.wait({images}, timeout=PATIENCE)
        if not done:
            yield gr.skip(), answer(texts["fetching"], language=spoken), ""
        try:
            test = await images
        except DatasetError as error:
            yield None, answer(texts["unfetched"], str(error), language=spoken), ""
            return
        index = int(np.random.default_rng().integers(len(test.images)))
        image = test.images[index]
        note = texts["test_image"].format(index=f"{index:,}", label=test.labels[index])
        answered = await asyncio.to_thread(_read, image, spoken, note)
        size = (image.shape[1] * ENLARGED, image.shape[0] * ENLARGED)
        yield Image.fromarray(image).resize(size, Image.Resampling.NEAREST), *answered

    def _read(picture: Picture, spoken: Language, note: str = "") -> tuple[str, str]:
        try:
            ink, steps = follow(picture)
        except PictureError as error:
            return answer(str(error), language=spoken), ""
        prediction = read(ink)
        sentence = say(prediction.message, prediction.named, spoken, OF_PICTURES)
        return answer(sentence, note, prediction, spoken), strip(steps, prediction, spoken) if steps else ""

    with gr.Accordion(translated("picture"), open=False, elem_id="picture"):
        with gr.Row():
            with gr.Column(min_width=280):
                image = PictureInput(
                    label=translated("picture"),
                    show_label=False,
                    height=340,
                    webcam_options=CAMERA,
                    buttons=[],
                    elem_id="picture-input",
                )
                button = gr.Button(translated("surprise"), elem_id="surprise")
            with gr.Column(min_width=280):
                answered = gr.HTML(
                    str(translated("picture_answer")),
                    css_template=CSS,
                    apply_default_css=False,
                    elem_id="picture-answer",
                )
        steps = gr.HTML(css_template=CSS, apply_default_css=False, elem_id="picture-steps")
    outputs = [image, answered, steps]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    image.input(show, image, outputs, queue=False, trigger_mode="always_last", api_name="read_picture", **private)
    # Queued, as it answers twice, but with no limit: it waits without holding a thread.
    button.click(surprise, None, outputs, concurrency_limit=None, api_name="surprise", **private)


def answer(sentence: str = "", note: str = "", prediction: Prediction = EMPTY, language: Language = DEFAULT) -> str:
    """The HTML of what was read in a picture.

    Args:
        sentence: what is said first; nothing: the hint of what can be done here.
        note: what is said after it.
        prediction: what the bars show; nothing by default.
        language: of the texts.
    """
    kind = "sentence" if sentence else "hint"
    return (
        f'<div class="said"><p class="{kind}" role="status" aria-live="polite" data-verdict="{prediction.verdict}">'
        f"{escape(sentence or TEXTS[language]['picture_hint'])}</p>"
        f'<p class="note">{escape(note)}</p></div>{bars(prediction, language, "picture-probabilities")}'
    )
