"""The endpoints /predict and /read, for `gradio_client`, plain HTTP and MCP."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from PIL import Image

from lenet.demo import mcp_tools
from lenet.demo.picture.input import PictureInput, Refusal
from lenet.demo.texts.texts import TEXTS
from lenet.image.formats import Picture, PictureError
from lenet.model.verdict import Prediction


def add_api(classify: Callable[[Picture], Prediction]) -> None:
    """Add the endpoints to the Blocks being built.

    Args:
        classify: returns the prediction for a picture.
    """

    def predict_or_fail(image: Image.Image | Refusal | None) -> Prediction:
        if image is None:
            raise gr.Error("Send a picture: a file, a URL or base64.", print_exception=False)
        if isinstance(image, str):
            raise gr.Error(TEXTS["en"][image], print_exception=False)
        try:
            return classify(image)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error

    # Gradio shows names and docstrings in the API documentation and to MCP clients.
    def predict(image: Image.Image | Refusal | None) -> tuple[dict[str, float] | None, str]:
        """Read the handwritten digit in a picture.

        Args:
            image: one digit, dark on light or light on dark: an upload, a public URL or a base64 data URL.

        Returns:
            The probability of each digit, highest first, empty for a blank picture; and the verdict: "digit", "blank"
            (too little ink), "unsure" (no legible digit; the probabilities say what it resembles) or "several" (more
            than one digit; read lists them).
        """
        prediction = predict_or_fail(image)
        if prediction.verdict == "blank":
            return None, prediction.verdict
        return dict(zip("0123456789", prediction.probabilities, strict=True)), prediction.verdict

    def read(image: Image.Image | Refusal | None) -> dict[str, Any]:
        """Read a picture of one digit or several.

        Args:
            image: digits, dark on light or light on dark: an upload, a public URL or a base64 data URL.

        Returns:
            An object: "verdict", as for predict; "digit", the most probable, null for blank and several; "digits", the
            digits from left to right; "probabilities", of 0 to 9, null for blank; "sentence", the verdict as text.
        """
        prediction = predict_or_fail(image)
        return prediction.to_json() | {"sentence": prediction.sentence}

    mcp_tools.use()
    # Invisible: they define the types of the endpoints.
    image = PictureInput(label="Picture", sources=["upload"], visible=False)
    probabilities = gr.Label(label="Probabilities", visible=False)
    verdict = gr.Textbox(label="Verdict", visible=False)
    reading = gr.JSON(label="Reading", visible=False)
    image.upload(predict, image, [probabilities, verdict], api_name="predict", show_progress="hidden")
    image.upload(read, image, reading, api_name="read", show_progress="hidden")
