"""The reading as HTML: the verdict, the picture that the network saw, and a bar for each of the ten digits.

Gradio changes only what differs in the page's elements, so bars slide and a screen reader hears only a new sentence.
"""

import base64
import io
from html import escape

import numpy as np
from PIL import Image

from lenet.demo.texts import DEFAULT, TEXTS
from lenet.sentences import Language, say
from lenet.verdict import Prediction

EMPTY = Prediction("blank", None, (0.0,) * 10, np.zeros((28, 28), np.float32), "empty")


def reading(prediction: Prediction = EMPTY, language: Language = DEFAULT) -> str:
    """The HTML of what was read.

    Args:
        prediction: what to show; by default that of an empty pad.
        language: of the texts.
    """
    texts = TEXTS[language]
    bars = "".join(
        _meter(digit, probability, prediction.verdict == "digit" and digit == prediction.digit)
        for digit, probability in enumerate(prediction.probabilities)
    )
    return (
        f'<div class="summary">{_seen(prediction, texts["seen_alt"])}<div>'
        f'<p id="verdict" role="status" aria-live="polite" data-verdict="{prediction.verdict}">'
        f"{escape(say(prediction.message, prediction.named, language))}</p>"
        f'<p class="caption">{texts["seen"]}</p></div></div>'
        f'<div id="probabilities" role="group" aria-label="{texts["probabilities"]}">{bars}</div>'
    )


def _meter(digit: int, probability: float, chosen: bool) -> str:
    percent = f"{100 * probability:.1f} %" if 0.0005 <= probability < 0.9995 else f"{100 * probability:.0f} %"
    return (
        f'<div role="meter" aria-label="{digit}" aria-valuemin="0" aria-valuemax="1" '
        f'aria-valuenow="{probability:.4f}" aria-valuetext="{percent}" '
        f'data-digit="{digit}" data-probability="{probability:.4f}" class="bar{" chosen" if chosen else ""}">'
        f'<span class="digit">{digit}</span>'
        f'<span class="track"><span class="fill" style="transform: scaleX({probability:.4f})"></span></span>'
        f'<span class="percent">{percent}</span></div>'
    )


def _seen(prediction: Prediction, description: str) -> str:
    """The network's 28 × 28 input as a picture, ink white on black as in MNIST."""
    file = io.BytesIO()
    Image.fromarray(np.rint(prediction.picture * 255).astype(np.uint8)).save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    return f'<img id="seen" width="28" height="28" src="data:image/png;base64,{source}" alt="{description}">'
