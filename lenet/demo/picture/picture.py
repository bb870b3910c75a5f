"""The accordion “Read a picture”: reads a photo, scan or MNIST test image and shows each step of preprocessing."""

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
from lenet.image.formats import Picture, PictureError
from lenet.image.preprocess import Ink, follow
from lenet.model.messages import OF_PICTURES, Language, say
from lenet.model.verdict import Prediction

CSS = Path(__file__).with_name("picture.css").read_text("utf-8")
PATIENCE = 0.3  # seconds before the page mentions the download; test images on the disk load faster
ZOOM = 10  # CSS pixels per pixel of a test image
# Gradio mirrors the camera by default, which makes a 2 unreadable. Phones use the rear camera.
CAMERA = gr.WebcamOptions(mirror=False, constraints={"video": {"facingMode": "environment", "width": {"ideal": 1280}}})

Outputs = tuple[Any, str, str]  # update of the image, the answer's HTML, the steps' HTML


def add_picture(read: Callable[[Ink], Prediction], test_images: Callable[[], Split]) -> None:
    """Add the accordion to the Blocks being built, closed; Gradio renders its content when it is opened.

    Args:
        read: reads a picture's ink.
        test_images: loads MNIST's test images on first use; raises a DatasetError if they are not available.
    """
    mnist = OnDemand(test_images)

    def show(image: Image.Image | Refusal | None, request: gr.Request) -> Outputs:
        """Read the picture that a visitor chose, or clear the answer when it was removed."""
        locale = language(request)
        if image is None:
            return gr.skip(), answer(language=locale), ""
        if isinstance(image, str):  # and remove the file from the page
            return None, answer(TEXTS[locale][image], language=locale), ""
        return gr.skip(), *_read(image, locale)

    async def surprise(request: gr.Request) -> AsyncIterator[Outputs]:
        """Show and read a random test image; announce its download, or that it failed."""
        locale = language(request)
        texts = TEXTS[locale]
        images = asyncio.wrap_future(mnist.get())
        done, _ = await asyncio.wait({images}, timeout=PATIENCE)
        if not done:
            yield gr.skip(), answer(texts["fetching"], language=locale), ""
        try:
            test = await images
        except DatasetError as error:
            yield None, answer(texts["unfetched"], str(error), language=locale), ""
            return
        index = int(np.random.default_rng().integers(len(test.images)))
        image = test.images[index]
        note = texts["test_image"].format(index=f"{index:,}", label=test.labels[index])
        outputs = await asyncio.to_thread(_read, image, locale, note)
        size = (image.shape[1] * ZOOM, image.shape[0] * ZOOM)
        yield Image.fromarray(image).resize(size, Image.Resampling.NEAREST), *outputs

    def _read(picture: Picture, locale: Language, note: str = "") -> tuple[str, str]:
        try:
            ink, steps = follow(picture)
        except PictureError as error:
            return answer(str(error), language=locale), ""
        prediction = read(ink)
        sentence = say(prediction.message, prediction.named, locale, OF_PICTURES)
        return answer(sentence, note, prediction, locale), strip(steps, prediction, locale) if steps else ""

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
                answer_html = gr.HTML(
                    str(translated("picture_answer")),
                    css_template=CSS,
                    apply_default_css=False,
                    elem_id="picture-answer",
                )
        steps_html = gr.HTML(css_template=CSS, apply_default_css=False, elem_id="picture-steps")
    outputs = [image, answer_html, steps_html]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    image.input(show, image, outputs, queue=False, trigger_mode="always_last", api_name="read_picture", **private)
    # Queued because it answers twice, without a limit because it waits without holding a thread.
    button.click(surprise, None, outputs, concurrency_limit=None, api_name="surprise", **private)


def answer(sentence: str = "", note: str = "", prediction: Prediction = EMPTY, language: Language = DEFAULT) -> str:
    """Return the HTML of an answer.

    Args:
        sentence: the verdict or an error; by default a hint how to use the accordion.
        note: details below the sentence.
        prediction: shown by the bars, which are empty by default.
        language: language of the texts.
    """
    kind = "sentence" if sentence else "hint"
    return (
        f'<div class="message"><p class="{kind}" role="status" aria-live="polite" data-verdict="{prediction.verdict}">'
        f"{escape(sentence or TEXTS[language]['picture_hint'])}</p>"
        f'<p class="note">{escape(note)}</p></div>{bars(prediction, language, "picture-probabilities")}'
    )
