"""/predict and /read: the same reading for programs, by `gradio_client` and plain HTTP."""

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
        read: from a picture to a prediction.
    """

    def answer(image: Image.Image | Refusal | None) -> Prediction:
        if image is None:
            raise gr.Error("Send a picture: a file, a URL or base64.", print_exception=False)
        if isinstance(image, str):
            raise gr.Error(TEXTS["en"][image], print_exception=False)
        try:
            return read(image)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def predict(image: Image.Image | Refusal | None) -> tuple[dict[str, float] | None, str]:
        """Read the handwritten digit in a picture.

        Args:
            image: the picture: one digit, dark on light or light on dark, anywhere and of any size.

        Returns:
            The probability of each digit, surest first, empty when there is nothing to read; and the verdict: "digit",
            "blank" (too little ink), "unsure" (no digit that can be read; the probabilities say what it is most like)
            or "several" (more than one digit; /read has them).
        """
        prediction = answer(image)
        if prediction.verdict == "blank":
            return None, prediction.verdict
        confidences = {str(digit): probability for digit, probability in enumerate(prediction.probabilities)}
        return confidences, prediction.verdict

    def read_all(image: Image.Image | Refusal | None) -> dict[str, Any]:
        """Read a picture and say everything about it, several digits too.

        Args:
            image: the picture, as for /predict.

        Returns:
            An object: "verdict", as of /predict; "digit", the likeliest, null when blank or several; "digits", what was
            read from left to right; "probabilities", ten numbers; "sentence", the verdict for a person.
        """
        prediction = answer(image)
        return prediction.to_json() | {"sentence": prediction.sentence}

    # Not shown: they say to Gradio, its documentation and its clients what goes in and out.
    image = PictureInput(label="Picture", sources=["upload"], visible=False)
    probabilities = gr.Label(label="Probabilities", visible=False)
    verdict = gr.Textbox(label="Verdict", visible=False)
    reading = gr.JSON(label="Reading", visible=False)
    image.upload(predict, image, [probabilities, verdict], api_name="predict", show_progress="hidden")
    image.upload(read_all, image, reading, api_name="read", show_progress="hidden")
