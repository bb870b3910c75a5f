"""HTML that explains one value inside the network, or the ink of the drawing."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.demo.data_urls import image_url
from lenet.demo.inside.texts import EXPLANATIONS
from lenet.model.explain import Layer, Value
from lenet.model.messages import Language, name
from lenet.model.runtime import Activations
from lenet.model.verdict import Prediction

# RGB of positive and negative values: distinct to colour-blind readers, and on black (Okabe and Ito 2008).
POSITIVE, NEGATIVE = (86, 180, 233), (230, 159, 0)
SLICES = 3  # shown of the 32 slices of a kernel of the second convolution: those that contribute most
ZOOM = 8  # CSS pixels per pixel of the network's picture


def value_html(layer: Layer, map_index: int, row: int, column: int, value: Value, language: Language) -> str:
    """Return how a value of a map was computed: patch times kernel, as pictures and numbers that add up.

    Args:
        layer: layer of the map.
        map_index: index of the map in the layer.
        row: row of the value in the map.
        column: column of the value in the map.
        value: the value with its patch and kernel.
        language: language of the sentences.
    """
    texts = EXPLANATIONS[language]
    products = value.patch * value.kernel  # (5, 5, C)
    sums = products.sum((0, 1))  # (C,)
    largest = np.argsort(-np.abs(sums), kind="stable")[:SLICES].tolist()
    bias, total = round(value.bias, 2), round(value.total, 2)
    # The rounded numbers add up: the last one before the bias takes the rounding error.
    if len(sums) > 1:
        names = [texts["slice"].format(map=i + 1) for i in largest]
        shown = [round(float(sums[i]), 2) for i in largest]
        rest = texts["rest"].format(count=len(sums) - len(largest), sum=signed(total - bias - sum(shown)))
    else:
        names, shown, rest = [""], [total - bias], ""
    slices = "".join(
        _slice_html(slice_name, value, products, i, number)
        for slice_name, i, number in zip(names, largest, shown, strict=True)
    )
    end = texts["kept"] if value.total > 0 else texts["cut"]
    return (
        f"<h3>{texts['value'].format(map=map_index + 1, row=row + 1, column=column + 1)}</h3>"
        f"<p>{texts[layer]}</p>{slices}<p>{rest} "
        f"{texts['bias'].format(bias=signed(bias), total=signed(total))} {end}</p>"
    )


def unit_html(index: int, activations: Activations, contribution: NDArray[np.float32], language: Language) -> str:
    """Return what a hidden unit contributes.

    Args:
        index: index of the unit.
        activations: layers of the picture.
        contribution: (10,) what the unit adds to each logit.
        language: language of the sentences.
    """
    texts = EXPLANATIONS[language]
    activation = float(activations.hidden[index])
    most, least = int(contribution.argmax()), int(contribution.argmin())
    sentence = texts["adds" if activation else "silent"].format(
        value=f"{activation:.2f}",
        most=most,
        plus=signed(contribution[most]),
        least=least,
        minus=signed(contribution[least]),
    )
    return f"<h3>{texts['unit'].format(unit=index + 1)}</h3><p>{sentence}</p>"


def relevance_html(
    prediction: Prediction, picture: NDArray[np.float32], relevance: NDArray[np.float32], language: Language
) -> str:
    """Return a picture of the ink that supports the likeliest digit and the ink that opposes it.

    Args:
        prediction: prediction for the drawing.
        picture: (28, 28) float32, 0 = paper, 1 = ink.
        relevance: (28, 28) float32, positive where the ink supports the digit, negative where it opposes it.
        language: language of the sentences.
    """
    if prediction.verdict == "blank":
        return ""
    texts = EXPLANATIONS[language]
    digit = name(int(np.argmax(prediction.probabilities)), language)
    strength = relevance / max(np.abs(relevance).max(), 1e-9)
    pixels = picture[..., None] * (96 * (1 - np.abs(strength))[..., None] + _coloured(strength))  # ink without is grey
    text = texts["relevance"].format(digit=digit)
    return (
        f"<h3>{texts['relevance_title'].format(digit=digit)}</h3>"
        f'<img src="{_png(pixels)}" width="{28 * ZOOM}" height="{28 * ZOOM}" alt="{text}"><p>{text}</p>'
    )


def signed(number: float) -> str:
    """Return a number with its sign and two decimals, never −0.00."""
    return f"{number:+z.2f}".replace("-", "−")


def _slice_html(slice_name: str, value: Value, products: NDArray[np.float32], i: int, total: float) -> str:
    """Return patch × kernel = products for one channel, as three pictures and their sum."""
    patch, kernel, product = (
        f'<img src="{_png(_coloured(array[..., i] / max(np.abs(array).max(), 1e-9)))}" width="60" height="60" alt="">'
        for array in (value.patch, value.kernel, products)
    )
    return (
        f'<div class="sum"><span>{slice_name}</span>'
        f"{patch}<b>×</b>{kernel}<b>=</b>{product}<b>{signed(total)}</b></div>"
    )


def _coloured(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (H, W) values from −1 to 1 as (H, W, 3) colours from 0 to 255; 0 is black."""
    return np.abs(values)[..., None] * np.where(values[..., None] > 0, POSITIVE, NEGATIVE).astype(np.float32)


def _png(colours: NDArray[np.float32]) -> str:
    """Return (H, W, 3) colours from 0 to 255 as a data URL."""
    return image_url(Image.fromarray(np.rint(colours).astype(np.uint8)))
