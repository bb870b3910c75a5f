"""The endpoints /predict and /read, for `gradio_client`, plain HTTP and MCP."""

from collections.abc import Callable
from typing import Any

import anyio
import gradio as gr

from lenet.demo.picture.input import PictureInput
from lenet.demo.server import mcp_tools
from lenet.image.decoder import Decoder
from lenet.image.formats import Picture, PictureError
from lenet.model.verdict import Prediction


def add_api(classify: Callable[[Picture], Prediction]) -> None:
    """Add the endpoints to the Blocks being built.

    Args:
        classify: returns the prediction for a picture.
    """
    decode = Decoder()
    # A thread for both endpoints, and none that anything else waits for: a picture may take seconds.
    one_at_a_time = anyio.CapacityLimiter(1)

    async def predict_or_fail(image: bytes | None) -> Prediction:
        if image is None:
            raise gr.Error("Send a picture: a file, a URL or base64.", print_exception=False)
        try:
            return await anyio.to_thread.run_sync(lambda: classify(decode(image)), limiter=one_at_a_time)
        except PictureError as error:
            raise gr.Error(str(error), print_exception=False) from error

    # Gradio shows names and docstrings in the API documentation and to MCP clients.
    async def predict(image: bytes | None) -> tuple[dict[str, float] | None, str]:
        """Read the handwritten digit in a picture.

        Args:
            image: one digit, dark on light or light on dark: an upload, a public URL or a base64 data URL.

        Returns:
            The probability of each digit, highest first, empty for blank and several; and the verdict: "digit", "blank"
            (too little ink), "unsure" (no legible digit; the probabilities say what it resembles) or "several" (more
            than one digit; read lists them).
        """
        prediction = await predict_or_fail(image)
        if prediction.digit is None:
            return None, prediction.verdict
        return dict(zip("0123456789", prediction.probabilities, strict=True)), prediction.verdict

    async def read(image: bytes | None) -> dict[str, Any]:
        """Read a picture of one digit, or of numbers in rows.

        Args:
            image: digits, dark on light or light on dark: an upload, a public URL or a base64 data URL.

        Returns:
            An object: "verdict", as for predict; "digit", the most probable, and "probabilities", ten numbers, both
            null for blank and several; "digits", the digits in reading order; "sentence", the verdict as text. For
            several also "lines", the digits of each row as text; "boxes", an object for each digit with "digit",
            "probabilities", "left", "top", "right" and "bottom" in the picture's pixels; "skipped", how many pieces of
            ink are no digit.
        """
        prediction = await predict_or_fail(image)
        return prediction.to_json() | {"sentence": prediction.sentence}

    mcp_tools.use()
    # Invisible: they define the types of the endpoints.
    image = PictureInput(label="Picture", sources=["upload"], visible=False)
    probabilities = gr.Label(label="Probabilities", visible=False)
    verdict = gr.Textbox(label="Verdict", visible=False)
    reading = gr.JSON(label="Reading", visible=False)
    # Gradio's queue holds the calls that wait, for both endpoints together.
    queue: dict[str, Any] = {"show_progress": "hidden", "concurrency_id": "pictures", "concurrency_limit": 1}
    image.upload(predict, image, [probabilities, verdict], api_name="predict", **queue)
    image.upload(read, image, reading, api_name="read", **queue)
