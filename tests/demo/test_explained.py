"""The explanations of the look inside the network are true, in both languages, and invalid choices are refused."""

import base64
import json
import re

import gradio as gr
import numpy as np
import pytest

from lenet.demo.inside import explained, inside
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from lenet.model.explain import contributions, explain, occlude, relevance
from lenet.model.runtime import Activations
from lenet.model.verdict import Prediction
from tests.helpers.digits import DIGITS, HOUSE


@pytest.fixture(scope="module")
def four(classifier: DigitClassifier) -> tuple[Prediction, Activations]:
    return classifier.look(preprocess(render(DIGITS[4])))


def numbers(html: str) -> list[float]:
    """Return the signed numbers of a text, in order."""
    return [float(number.replace("−", "-")) for number in re.findall(r"[+−]\d+\.\d\d", re.sub(r"<img[^>]*>", "", html))]


def test_the_layers_travel_as_bytes_map_by_map(
    classifier: DigitClassifier, four: tuple[Prediction, Activations]
) -> None:
    prediction, activations = four
    text = inside.encode(prediction, activations, classifier)
    assert len(text) < 20_000
    sent = json.loads(text)
    maps = np.frombuffer(base64.b64decode(sent["pool1"]), np.uint8).reshape(32, 14, 14)
    expected = np.moveaxis(activations.pool1, -1, 0) / activations.pool1.max() * 255
    np.testing.assert_allclose(maps, expected, atol=0.5001)
    assert [len(base64.b64decode(sent[name])) for name in ("picture", "pool2", "hidden")] == [784, 64 * 49, 1024]
    np.testing.assert_allclose(sent["logits"], activations.logits, atol=1e-4)
    units = contributions(classifier.network, activations).sum(0)
    np.testing.assert_allclose(units + sent["biases"], sent["logits"], atol=1e-3)
    powers = np.exp(np.array(sent["logits"]) / sent["temperature"])
    np.testing.assert_allclose(powers / powers.sum(), sent["probabilities"], atol=1e-3)


def test_a_blank_drawing_has_no_layers(classifier: DigitClassifier) -> None:
    assert inside.encode(*classifier.look(preprocess(render([]))), classifier) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("layer", ["pool1", "pool2"])
def test_the_numbers_shown_for_a_value_add_up_to_the_last_place(
    classifier: DigitClassifier, four: tuple[Prediction, Activations], layer: str, language: str
) -> None:
    maps = getattr(four[1], layer)
    row, column, number = np.unravel_index(maps.argmax(), maps.shape)
    value = explain(classifier.network, four[1], layer, int(number), int(row), int(column))
    html = explained.value_html(layer, int(number), int(row), int(column), value, language)
    *parts, total = numbers(html)
    assert round(sum(parts), 2) == total
    assert total == pytest.approx(maps.max(), abs=0.006)
    assert str(number + 1) in html.partition("</h3>")[0]
    assert html.count("<img") == (3 if layer == "pool1" else 9)


def test_a_value_that_relu_set_to_0_is_explained_as_such(
    classifier: DigitClassifier, four: tuple[Prediction, Activations]
) -> None:
    row, column, number = np.argwhere(four[1].pool1 == 0)[0].tolist()
    value = explain(classifier.network, four[1], "pool1", number, row, column)
    assert "so ReLU sets them to 0" in explained.value_html("pool1", number, row, column, value, "en")


def test_a_hidden_unit_says_what_it_adds_or_that_it_contributes_nothing(
    classifier: DigitClassifier, four: tuple[Prediction, Activations]
) -> None:
    activations = four[1]
    largest, smallest = int(activations.hidden.argmax()), int(activations.hidden.argmin())
    added = contributions(classifier.network, activations)
    html = explained.unit_html(largest, activations, added[largest], "en")
    assert f"most to the logit of {added[largest].argmax()} " in html
    assert numbers(html) == pytest.approx([added[largest].max(), added[largest].min()], abs=0.006)
    assert "contributes nothing" in explained.unit_html(smallest, activations, added[smallest], "en")


def test_the_relevance_names_the_likeliest_digit(
    classifier: DigitClassifier, four: tuple[Prediction, Activations]
) -> None:
    prediction, activations = four
    occlusion = occlude(activations.picture)
    ink_relevance = relevance(occlusion, classifier.network.logits(occlusion.pictures))
    assert "supports a 4" in explained.relevance_html(prediction, activations.picture, ink_relevance, "en")
    assert "支持 4" in explained.relevance_html(prediction, activations.picture, ink_relevance, "zh")
    house, _ = classifier.look(preprocess(render(HOUSE)))
    assert f"supports a {np.argmax(house.probabilities)}" in explained.relevance_html(
        house, activations.picture, ink_relevance, "en"
    )


def test_the_relevance_of_an_8_has_the_article_an(classifier: DigitClassifier) -> None:
    eight, activations = classifier.look(preprocess(render(DIGITS[8])))
    html = explained.relevance_html(eight, activations.picture, activations.picture, "en")
    assert "Which ink supports an 8<" in html
    assert "a 8" not in html


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"layer": "pool3", "number": 0, "row": 0, "column": 0},
        {"layer": ["pool1"], "number": 0, "row": 0, "column": 0},
        {"layer": "pool1", "number": 32, "row": 0, "column": 0},
        {"layer": "pool2", "number": 0, "row": 7, "column": 0},
        {"layer": "pool2", "number": 0, "row": -1, "column": 0},
        {"layer": "hidden", "number": 0.0, "row": 0, "column": 0},
        {"layer": "hidden", "number": True, "row": 0, "column": 0},
        {"layer": "hidden", "number": "0", "row": 0},
    ],
)
def test_an_invalid_choice_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(gr.Error, match=r"^.Choose a value"):
        inside._place(gr.EventData(None, data))
