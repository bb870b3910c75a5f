"""The steps of preprocessing as a strip of pictures, from the upload to the answer."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.demo.data_urls import data_url
from lenet.demo.reading import percent
from lenet.demo.texts.texts import TEXTS
from lenet.image.preprocess import CENTRE, SIDE, Steps
from lenet.model.messages import Language
from lenet.model.verdict import Prediction

MOST_SIDE = 300  # pixels of a reduced picture's longer side: twice its width on the page
PIXELATED = 56  # pixels of the longer side up to which a picture shows its pixels, as MNIST's images do


def strip(steps: Steps, prediction: Prediction, language: Language) -> str:
    """Return five steps as HTML: find the ink, crop, scale, centre, read.

    Args:
        steps: intermediate pictures of preprocessing.
        prediction: the answer, with the network's picture.
        language: language of the texts.
    """
    texts = TEXTS[language]
    height, width = steps.small.shape
    tiles = [
        _framed(steps.page, steps.frame),
        _ink(steps.crop, max(steps.crop.shape)),
        _ink(steps.small, SIDE),
        _ink(prediction.picture, SIDE, _cross(CENTRE + 0.5)),
    ]
    items = [
        f'<li><div class="tile">'
        f'<svg role="img" aria-label="{texts[f"step_{i}_alt"].format(width=width, height=height)}" {tile}</svg>'
        f"</div><p>{texts[f'step_{i}']}</p></li>"
        for i, tile in enumerate(tiles, 1)
    ]
    answer = f'<li><div class="tile answer">{_answer(prediction)}</div><p>{texts["step_5"]}</p></li>'
    return f'<ol class="strip" aria-label="{texts["steps"]}">{"".join(items)}{answer}</ol>'


def _framed(page: NDArray[np.float32], frame: tuple[float, float, float, float]) -> str:
    """Return the grey picture with a box around its ink, as the rest of an <svg> after its label."""
    height, width = page.shape
    left, top, right, bottom = frame
    margin = max(height, width) / 100  # keeps the line off the ink
    return (
        f'viewBox="0 0 {width} {height}">{_image(page, (0, 0))}'
        f'<rect class="mark" x="{left - margin:.1f}" y="{top - margin:.1f}" '
        f'width="{right - left + 2 * margin:.1f}" height="{bottom - top + 2 * margin:.1f}" />'
    )


def _ink(ink: NDArray[np.float32], side: int, mark: str = "") -> str:
    """Return ink, white on black as in MNIST, in the middle of a square of `side` pixels, as the rest of an <svg>."""
    height, width = ink.shape
    return f'viewBox="0 0 {side} {side}">{_image(ink, ((side - width) // 2, (side - height) // 2))}{mark}'


def _cross(middle: float) -> str:
    return (
        f'<path class="mark" d="M{middle} 0V{SIDE}M0 {middle}H{SIDE}" />'
        f'<circle class="mark" cx="{middle}" cy="{middle}" r="2" />'
    )


def _image(tones: NDArray[np.float32], corner: tuple[int, int]) -> str:
    """Return an <image> at `corner` = (left, top), reduced to the resolution that the page shows."""
    height, width = tones.shape
    longer = max(height, width)
    if longer > MOST_SIDE:
        size = [max(1, round(side * MOST_SIDE / longer)) for side in (width, height)]
        tones = np.asarray(Image.fromarray(tones).resize((size[0], size[1]), Image.Resampling.BOX))
    pixels = ' class="pixels"' if longer <= PIXELATED else ""
    x, y = corner
    return f'<image{pixels} x="{x}" y="{y}" width="{width}" height="{height}" href="{data_url(tones)}" />'


def _answer(prediction: Prediction) -> str:
    if prediction.verdict == "digit" and prediction.digit is not None:
        return f"<b>{prediction.digit}</b><span>{percent(prediction.probabilities[prediction.digit])}</span>"
    if prediction.number:
        return f"<b>{'<br>'.join(prediction.number.lines)}</b>"
    return f"<b>{'?' if prediction.verdict == 'unsure' else '–'}</b>"
