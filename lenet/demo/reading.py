"""The reading as HTML: the verdict, the picture that the network saw, and a bar for each digit.

Gradio updates only the elements that differ, so bars slide, and a screen reader announces only a new sentence.
"""

from html import escape

import numpy as np

from lenet.demo.data_urls import data_url
from lenet.demo.texts.texts import DEFAULT, TEXTS
from lenet.model.messages import Language, say
from lenet.model.verdict import Prediction

EMPTY = Prediction("blank", None, (0.0,) * 10, np.zeros((28, 28), np.float32), "empty")


def reading_html(prediction: Prediction = EMPTY, language: Language = DEFAULT) -> str:
    """Return the HTML of a prediction, by default that of an empty pad."""
    texts = TEXTS[language]
    return (
        f'<div class="summary"><img id="seen" width="28" height="28" src="{data_url(prediction.picture)}" '
        f'alt="{texts["seen_alt"]}"><div>'
        f'<p id="verdict" role="status" aria-live="polite" data-verdict="{prediction.verdict}">'
        f"{escape(say(prediction.message, prediction.named, language))}</p>"
        f'<p class="caption">{texts["seen"]}</p></div></div>'
        f"{bars(prediction, language, 'probabilities')}"
    )


def bars(prediction: Prediction, language: Language, elem_id: str) -> str:
    """Return the HTML of a bar for each digit, in an element of the id `elem_id`."""
    meters = "".join(
        _meter(digit, probability, prediction.verdict == "digit" and digit == prediction.digit)
        for digit, probability in enumerate(prediction.probabilities)
    )
    label = TEXTS[language]["probabilities"]
    return f'<div id="{elem_id}" class="bars" role="group" aria-label="{label}">{meters}</div>'


def percent(probability: float) -> str:
    """Return a probability in percent, with a decimal unless it is nearly 0 or 1."""
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
