"""/predict: the same reading for programs, by `gradio_client` and plain HTTP."""

from collections.abc import Callable

import gradio as gr
from PIL import Image

from lenet.preprocess import Picture, PictureError
from lenet.verdict import Prediction


def add_predict(read: Callable[[Picture], Prediction]) -> None:
    """Add the endpoint to the Blocks being built.

    Args:
        read: from a picture to a prediction.
    """

    def predict(image: Image.Image | None) -> tuple[dict[str, float] | None, str]:
        """Read the handwritten digit in a picture.

        Args:
            image: the picture: one digit, dark on light or light on dark, anywhere and of any size.

        Returns:
            The probability of each digit, surest first, empty when there is nothing to read; and the verdict,
            "digit" or "blank".
        """
        if image is None:
            raise gr.Error("Send a picture: a file, a URL or base64.", print_exception=False)
        try:
            prediction = read(image)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error
        if prediction.digit is None:
            return None, prediction.verdict
        confidences = {str(digit): probability for digit, probability in enumerate(prediction.probabilities)}
        return confidences, prediction.verdict

    # Not shown: they say to Gradio, its documentation and its clients what goes in and out.
    image = gr.Image(label="Picture", type="pil", image_mode=None, sources=["upload"], visible=False)
    probabilities = gr.Label(label="Probabilities", visible=False)
    verdict = gr.Textbox(label="Verdict", visible=False)
    image.upload(predict, image, [probabilities, verdict], api_name="predict", show_progress="hidden")
