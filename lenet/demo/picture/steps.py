"""The way of a picture to its answer as a strip of pictures: what preprocessing made, one step after the other."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.demo.data_urls import data_url
from lenet.demo.reading import percent
from lenet.demo.texts.texts import TEXTS
from lenet.image.preprocess import CENTRE, SIDE, Steps
from lenet.model.messages import Language
from lenet.model.verdict import Prediction

SHOWN = 300  # pixels of the longer side of a reduced picture: twice what it has on the page
PIXELS = 56  # a picture as small as MNIST's shows its pixels, as preprocessing takes them for what they are


def strip(steps: Steps, prediction: Prediction, language: Language) -> str:
    """The steps as HTML: ink found, cropped, scaled, centred, answered.

    Args:
        steps: from the picture to the network's.
        prediction: what was read, and the network's picture.
        language: of the texts.
    """
    texts = TEXTS[language]
    height, width = steps.small.shape
    numbers = {"width": width, "height": height}
    tiles = [
        _found(steps.page, steps.frame),
        _ink(steps.crop, max(steps.crop.shape)),
        _ink(steps.small, SIDE),
        _ink(prediction.picture, SIDE, _cross(CENTRE + 0.5)),
    ]
    items = [
        f'<li><div class="tile">'
        f'<svg role="img" aria-label="{texts[f"step_{i}_alt"].format(**numbers)}" {tile}</svg>'
        f"</div><p>{texts[f'step_{i}']}</p></li>"
        for i, tile in enumerate(tiles, 1)
    ]
    answer = f'<li><div class="tile answer">{_answer(prediction)}</div><p>{texts["step_5"]}</p></li>'
    return f'<ol class="strip" aria-label="{texts["steps"]}">{"".join(items)}{answer}</ol>'


def _found(page: NDArray[np.float32], frame: tuple[float, float, float, float]) -> str:
    """The picture in grey with a box around its ink: the rest of an <svg> after its role."""
    height, width = page.shape
    left, top, right, bottom = frame
    margin = max(height, width) / 100  # so that the line does not lie on the ink
    return (
        f'viewBox="0 0 {width} {height}">{_image(page, (0, 0))}'
        f'<rect class="mark" x="{left - margin:.1f}" y="{top - margin:.1f}" '
        f'width="{right - left + 2 * margin:.1f}" height="{bottom - top + 2 * margin:.1f}" />'
    )


def _ink(ink: NDArray[np.float32], side: int, mark: str = "") -> str:
    """Ink, white on black as in MNIST, in the middle of a square of `side` of its pixels."""
    height, width = ink.shape
    return f'viewBox="0 0 {side} {side}">{_image(ink, ((side - width) // 2, (side - height) // 2))}{mark}'


def _cross(middle: float) -> str:
    return (
        f'<path class="mark" d="M{middle} 0V{SIDE}M0 {middle}H{SIDE}" />'
        f'<circle class="mark" cx="{middle}" cy="{middle}" r="2" />'
    )


def _image(tones: NDArray[np.float32], corner: tuple[int, int]) -> str:
    """An <image> at (left, top), reduced to what can be seen of it."""
    height, width = tones.shape
    longer = max(height, width)
    if longer > SHOWN:
        size = [max(1, round(side * SHOWN / longer)) for side in (width, height)]
        tones = np.asarray(Image.fromarray(tones).resize((size[0], size[1]), Image.Resampling.BOX))
    pixels = ' class="pixels"' if longer <= PIXELS else ""
    x, y = corner
    return f'<image{pixels} x="{x}" y="{y}" width="{width}" height="{height}" href="{data_url(tones)}" />'


def _answer(prediction: Prediction) -> str:
    if prediction.verdict == "digit" and prediction.digit is not None:
        return f"<b>{prediction.digit}</b><span>{percent(prediction.probabilities[prediction.digit])}</span>"
    signs = {"several": " ".join(map(str, prediction.digits)), "unsure": "?"}
    return f"<b>{signs.get(prediction.verdict, '–')}</b>"
