"""The accordion “Read a picture”: reads a photo, scan or MNIST test image and shows each step of preprocessing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from html import escape
from pathlib import Path
from typing import Any

import anyio
import gradio as gr
import numpy as np

from lenet.datasets.mnist import DatasetError, Split
from lenet.demo.lazy import OnDemand
from lenet.demo.picture.picker import PicturePicker
from lenet.demo.picture.steps import strip
from lenet.demo.reading import EMPTY, bars
from lenet.demo.texts.texts import DEFAULT, TEXTS, language, translated
from lenet.image.formats import Picture, PictureError
from lenet.image.preprocess import Ink, follow
from lenet.model.messages import OF_PICTURES, Language, say
from lenet.model.verdict import Prediction

LOG = logging.getLogger(__name__)
CSS = Path(__file__).with_name("picture.css").read_text("utf-8")
PATIENCE = 0.3  # seconds before the page mentions the download; test images on the disk load faster
MOST_UNREAD = 20  # pictures at once, each of up to 1 MB, which takes 0.1 s to read

Answers = tuple[str, str]  # the answer's HTML, the steps' HTML


def add_picture(read: Callable[[Ink], Prediction], test_images: Callable[[], Split]) -> None:
    """Add the accordion to the Blocks being built, closed; Gradio renders its content when it is opened.

    Args:
        read: reads a picture's ink.
        test_images: loads MNIST's test images on first use; raises a DatasetError if they are not available.
    """

    def load() -> Split:
        try:
            return test_images()
        except DatasetError as error:  # names folders of the server, which are not for visitors
            LOG.warning("%s", error)
            raise

    mnist = OnDemand(load)
    # A thread that no drawing waits for.
    one_at_a_time = anyio.CapacityLimiter(1)
    unread = 0

    async def show(value: Any, request: gr.Request) -> Answers:
        """Read the picture that a visitor picked, or clear the answer when it was removed."""
        nonlocal unread
        locale = language(request)
        if unread == MOST_UNREAD:
            return answer(TEXTS[locale]["busy"], language=locale), ""
        unread += 1
        try:
            return await anyio.to_thread.run_sync(_show, value, locale, limiter=one_at_a_time)
        finally:
            unread -= 1

    def _show(value: Any, locale: Language) -> Answers:
        try:
            picture = picker.preprocess(value)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error
        if picture is None:
            return answer(language=locale), ""
        if isinstance(picture, str):
            return answer(TEXTS[locale][picture], language=locale), ""
        return _read(picture, locale)

    async def surprise(request: gr.Request) -> AsyncIterator[tuple[Any, str, str]]:
        """Show and read a random test image; say that it is being downloaded, or that the download failed."""
        locale = language(request)
        texts = TEXTS[locale]
        images = asyncio.wrap_future(mnist.get())
        done, _ = await asyncio.wait({images}, timeout=PATIENCE)
        if not done:
            yield gr.skip(), answer(texts["fetching"], language=locale), ""
        try:
            test = await images
        except DatasetError:
            yield None, answer(texts["unfetched"], language=locale), ""
            return
        index = int(np.random.default_rng().integers(len(test.images)))
        image = test.images[index]
        note = texts["test_image"].format(index=f"{index:,}", label=test.labels[index])
        yield image, *_read(image, locale, note)

    def _read(picture: Picture, locale: Language, note: str = "") -> Answers:
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
                picker = PicturePicker(elem_id="picture-input")
                button = gr.Button(translated("surprise"), elem_id="surprise")
            with gr.Column(min_width=280):
                answer_html = gr.HTML(
                    str(translated("picture_answer")),
                    css_template=CSS,
                    apply_default_css=False,
                    elem_id="picture-answer",
                )
        steps_html = gr.HTML(css_template=CSS, apply_default_css=False, elem_id="picture-steps")
    outputs = [answer_html, steps_html]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # As the drawing's event: neither queued nor handed to Gradio's threads.
    live: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", "preprocess": False, "postprocess": False}
    picker.input(show, picker, outputs, api_name="read_picture", **live, **private)
    # Queued because it answers twice, without a limit because it waits without holding a thread.
    button.click(surprise, None, [picker, *outputs], concurrency_limit=None, api_name="surprise", **private)


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
