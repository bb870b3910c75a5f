"""What is said and shown of one value inside the network, and of the ink, as HTML."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.demo.data_urls import image_url
from lenet.demo.inside.texts import EXPLAINED
from lenet.model.explain import Value
from lenet.model.messages import Language, name
from lenet.model.runtime import Activations
from lenet.model.verdict import Prediction

# For, against: told apart by those who see red and green alike, and on black (Okabe and Ito 2008).
FOR, AGAINST = (86, 180, 233), (230, 159, 0)
SHOWN = 3  # of the 32 slices of a kernel of the second convolution: those that count most
ZOOM = 8  # screen pixels of each of the 28


def value(layer: str, number: int, row: int, column: int, found: Value, language: Language) -> str:
    """The sum that a value of a map is: patch times kernel, with a sentence.

    Args:
        layer: "pool1" or "pool2".
        number: of the map, from 0.
        row: of the value in the map, from 0.
        column: of the value in the map, from 0.
        found: the value.
        language: of the sentence.
    """
    texts = EXPLAINED[language]
    products = found.patch * found.kernel  # (5, 5, C)
    parts = products.sum((0, 1))  # (C,)
    order = np.argsort(-np.abs(parts), kind="stable")[:SHOWN].tolist()
    # What is read adds up: the last number before the bias takes what rounding left.
    shown = [*parts[order].tolist(), parts.sum() - parts[order].sum()] if len(parts) > 1 else [parts[0]]
    *numbers, last = (round(float(number), 2) for number in shown)
    bias, total = round(found.bias, 2), round(found.total, 2)
    last = total - bias - sum(numbers)
    if len(parts) > 1:
        names = [texts["slice"].format(map=i + 1) for i in order]
        others = texts["others"].format(count=len(parts) - len(order), sum=signed(last))
    else:
        names, numbers, others = [""], [last], ""
    lines = "".join(
        _line(name, found, products, i, number) for name, i, number in zip(names, order, numbers, strict=True)
    )
    end = texts["kept"] if found.total > 0 else texts["cut"]
    return (
        f"<h3>{texts['value'].format(map=number + 1, row=row + 1, column=column + 1)}</h3>"
        f"<p>{texts[layer]}</p>{lines}<p>{others} "
        f"{texts['bias'].format(bias=signed(bias), total=signed(total))} {end}</p>"
    )


def unit(number: int, activations: Activations, added: NDArray[np.float32], language: Language) -> str:
    """What a hidden unit does.

    Args:
        number: of the unit, from 0.
        activations: of the picture.
        added: (10,) what it adds to each logit.
        language: of the sentence.
    """
    texts = EXPLAINED[language]
    amount = float(activations.hidden[number])
    most, least = int(added.argmax()), int(added.argmin())
    says = texts["adds" if amount else "silent"].format(
        value=f"{amount:.2f}", most=most, plus=signed(added[most]), least=least, minus=signed(added[least])
    )
    return f"<h3>{texts['unit'].format(unit=number + 1)}</h3><p>{says}</p>"


def relevance(
    prediction: Prediction, picture: NDArray[np.float32], relevance: NDArray[np.float32], language: Language
) -> str:
    """Which ink speaks for the likeliest digit, and which against it.

    Args:
        prediction: of the drawing.
        picture: (28, 28) float32, 0 = paper, 1 = ink.
        relevance: (28, 28) float32, above 0 for it, below 0 against.
        language: of the sentence.
    """
    if prediction.verdict == "blank":
        return ""
    texts = EXPLAINED[language]
    digit = int(np.argmax(prediction.probabilities))
    strength = np.clip(relevance / max(np.abs(relevance).max(), 1e-9), -1, 1)[..., None]  # (28, 28, 1)
    colour = np.where(strength > 0, FOR, AGAINST)  # (28, 28, 3)
    shown = picture[..., None] * (96 * (1 - np.abs(strength)) + np.abs(strength) * colour)
    text = texts["relevance"].format(digit=name(digit, language))
    return (
        f"<h3>{texts['relevance_title'].format(digit=name(digit, language))}</h3>"
        f'<img src="{_png(shown)}" width="{28 * ZOOM}" height="{28 * ZOOM}" alt="{text}"><p>{text}</p>'
    )


def _line(name: str, found: Value, products: NDArray[np.float32], i: int, total: float) -> str:
    """Patch × kernel = products, as three pictures and their sum."""
    patch = _grid(found.patch[..., i] / max(np.abs(found.patch).max(), 1e-9))
    kernel = _grid(found.kernel[..., i] / np.abs(found.kernel).max())
    product = _grid(products[..., i] / max(np.abs(products).max(), 1e-9))
    return f'<div class="sum"><span>{name}</span>{patch}<b>×</b>{kernel}<b>=</b>{product}<b>{signed(total)}</b></div>'


def _grid(values: NDArray[np.float32]) -> str:
    """(5, 5) from -1 to 1 as a picture: black is 0."""
    colour = np.where(values[..., None] > 0, FOR, AGAINST)
    return f'<img src="{_png(np.abs(values)[..., None] * colour)}" width="60" height="60" alt="">'


def _png(colours: NDArray[np.float32]) -> str:
    """(H, W, 3) from 0 to 255 as an address that holds the picture."""
    return image_url(Image.fromarray(np.rint(colours).astype(np.uint8)))


def signed(number: float) -> str:
    """A number with its sign and two decimals, never −0.00."""
    return f"{number:+z.2f}".replace("-", "−")  # z: no −0.00
