"""The endpoints /predict and /read, for `gradio_client` and plain HTTP."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from PIL import Image

from lenet.demo.picture.input import PictureInput, Refusal
from lenet.demo.texts.texts import TEXTS
from lenet.image.formats import Picture, PictureError
from lenet.model.verdict import Prediction


def add_api(read: Callable[[Picture], Prediction]) -> None:
    """Add the endpoints to the Blocks being built.

    Args:
        read: returns the prediction for a picture.
    """

    def predict_or_fail(image: Image.Image | Refusal | None) -> Prediction:
        if image is None:
            raise gr.Error("Send a picture: a file, a URL or base64.", print_exception=False)
        if isinstance(image, str):
            raise gr.Error(TEXTS["en"][image], print_exception=False)
        try:
            return read(image)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error

    # Gradio shows these docstrings in the API documentation.
    def predict(image: Image.Image | Refusal | None) -> tuple[dict[str, float] | None, str]:
        """Read the handwritten digit in a picture.

        Args:
            image: one digit, dark on light or light on dark, anywhere and of any size.

        Returns:
            The probability of each digit, highest first, empty for blank and several; and the verdict: "digit", "blank"
            (too little ink), "unsure" (no legible digit; the probabilities say what it resembles) or "several" (more
            than one digit; /read lists them).
        """
        prediction = predict_or_fail(image)
        if prediction.digit is None:
            return None, prediction.verdict
        return dict(zip("0123456789", prediction.probabilities, strict=True)), prediction.verdict

    def read_all(image: Image.Image | Refusal | None) -> dict[str, Any]:
        """Read a picture of one digit, or of numbers in rows.

        Args:
            image: the picture, as for /predict.

        Returns:
            An object: "verdict", as for /predict; "digit", the most probable, and "probabilities", ten numbers, both
            null for blank and several; "digits", the digits in reading order; "sentence", the verdict as text. For
            several also "lines", the digits of each row as text; "boxes", an object for each digit with "digit",
            "probabilities", "left", "top", "right" and "bottom" in the picture's pixels; "skipped", how many pieces of
            ink are no digit.
        """
        prediction = predict_or_fail(image)
        return prediction.to_json() | {"sentence": prediction.sentence}

    # Invisible: they define the types of the endpoints.
    image = PictureInput(label="Picture", sources=["upload"], visible=False)
    probabilities = gr.Label(label="Probabilities", visible=False)
    verdict = gr.Textbox(label="Verdict", visible=False)
    reading = gr.JSON(label="Reading", visible=False)
    image.upload(predict, image, [probabilities, verdict], api_name="predict", show_progress="hidden")
    image.upload(read_all, image, reading, api_name="read", show_progress="hidden")
