"""The reading as HTML: the verdict, the picture that the network saw, and a bar for each of the ten digits.

Gradio changes only what differs in the page's elements, so bars slide and a screen reader hears only a new sentence.
"""

from html import escape

import numpy as np

from lenet.demo.data_urls import data_url
from lenet.demo.texts.texts import DEFAULT, TEXTS
from lenet.model.messages import Language, say
from lenet.model.verdict import Prediction

EMPTY = Prediction("blank", None, (0.0,) * 10, np.zeros((28, 28), np.float32), "empty")


def reading_html(prediction: Prediction = EMPTY, language: Language = DEFAULT) -> str:
    """The HTML of what was read.

    Args:
        prediction: what to show; by default that of an empty pad.
        language: of the texts.
    """
    texts = TEXTS[language]
    return (
        f'<div class="summary">{_seen(prediction, texts["seen_alt"])}<div>'
        f'<p id="verdict" role="status" aria-live="polite" data-verdict="{prediction.verdict}">'
        f"{escape(say(prediction.message, prediction.named, language))}</p>"
        f'<p class="caption">{texts["seen"]}</p></div></div>'
        f"{bars(prediction, language, 'probabilities')}"
    )


def bars(prediction: Prediction, language: Language, name: str) -> str:
    """The HTML of a bar for each digit.

    Args:
        prediction: what to show.
        language: of the texts.
        name: the element's id.
    """
    meters = "".join(
        _meter(digit, probability, prediction.verdict == "digit" and digit == prediction.digit)
        for digit, probability in enumerate(prediction.probabilities)
    )
    return f'<div id="{name}" class="bars" role="group" aria-label="{TEXTS[language]["probabilities"]}">{meters}</div>'


def percent(probability: float) -> str:
    """A probability for a person, with a decimal where that says more."""
    return f"{100 * probability:.1f} %" if 0.0005 <= probability < 0.9995 else f"{100 * probability:.0f} %"


def _meter(digit: int, probability: float, chosen: bool) -> str:
    return (
        f'<div role="meter" aria-label="{digit}" aria-valuemin="0" aria-valuemax="1" '
        f'aria-valuenow="{probability:.4f}" aria-valuetext="{percent(probability)}" '
        f'data-digit="{digit}" data-probability="{probability:.4f}" class="bar{" chosen" if chosen else ""}">'
        f'<span class="digit">{digit}</span>'
        f'<span class="track"><span class="fill" style="transform: scaleX({probability:.4f})"></span></span>'
        f'<span class="percent">{percent(probability)}</span></div>'
    )


def _seen(prediction: Prediction, description: str) -> str:
    """The network's 28 × 28 input as a picture, ink white on black as in MNIST."""
    return f'<img id="seen" width="28" height="28" src="{data_url(prediction.picture)}" alt="{description}">'
