"""The HTML of the reading has the elements that other programs and screen readers rely on."""

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from lenet.demo.reading import reading_html
from lenet.image.preprocess import Ink
from lenet.model.verdict import Thresholds, judge

PICTURE = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
SEVEN = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.array([0, 1, 2, 3, 4, 5, 6, 9, 8, 7], np.float32), Thresholds())


class Elements(HTMLParser):
    """The attributes of every element, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append({"tag": tag} | dict(attrs))

    def by_id(self, name: str) -> dict[str, str]:
        (element,) = [element for element in self.elements if element.get("id") == name]
        return element


def test_ten_meters_in_fixed_order_with_their_probabilities() -> None:
    meters = [element for element in Elements(reading_html(SEVEN)).elements if "data-digit" in element]
    assert [element["data-digit"] for element in meters] == list("0123456789")
    for element, probability in zip(meters, SEVEN.probabilities, strict=True):
        assert element["data-probability"] == f"{probability:.4f}" == element["aria-valuenow"]
        assert (element["role"], element["aria-valuemin"], element["aria-valuemax"]) == ("meter", "0", "1")
    assert ["chosen" in element["class"] for element in meters].index(True) == 7


def test_no_meter_is_chosen_when_the_verdict_is_unsure() -> None:
    unsure = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.zeros(10, np.float32), Thresholds())
    meters = [element for element in Elements(reading_html(unsure)).elements if "data-digit" in element]
    assert [element["data-probability"] for element in meters] == ["0.1000"] * 10
    assert not any("chosen" in element["class"] for element in meters)
    assert Elements(reading_html(unsure)).by_id("verdict")["data-verdict"] == "unsure"


def test_screen_readers_announce_the_verdict_politely() -> None:
    verdict = Elements(reading_html(SEVEN)).by_id("verdict")
    assert (verdict["data-verdict"], verdict["role"], verdict["aria-live"]) == ("digit", "status", "polite")


def test_the_picture_is_the_networks_input() -> None:
    seen = Elements(reading_html(SEVEN)).by_id("seen")
    png = base64.b64decode(seen["src"].removeprefix("data:image/png;base64,"))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), np.rint(PICTURE * 255))
    assert "network sees" in seen["alt"]


def test_an_empty_pad_shows_no_probability() -> None:
    elements = Elements(reading_html())
    assert elements.by_id("verdict")["data-verdict"] == "blank"
    assert {element["data-probability"] for element in elements.elements if "data-digit" in element} == {"0.0000"}


@pytest.mark.parametrize("html", [reading_html(), reading_html(SEVEN, "zh")], ids=["empty", "Chinese"])
def test_every_reading_has_the_same_elements_so_that_gradio_replaces_none(html: str) -> None:
    tags = [[element["tag"] for element in Elements(page).elements] for page in (html, reading_html(SEVEN))]
    assert tags[0] == tags[1]


def test_the_reading_is_translated_to_chinese() -> None:
    html = reading_html(SEVEN, "zh")
    assert "7" in html
    assert not re.search("[A-Z][a-z]{3}", re.sub("<[^>]*>", "", html))
