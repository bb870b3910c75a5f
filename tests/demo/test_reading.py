"""The reading as HTML keeps the promises that other programs and screen readers rely on."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
from PIL import Image

from lenet.demo.reading import reading_html
from lenet.image.preprocess import Ink
from lenet.model.verdict import Thresholds, judge

PICTURE = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
SEVEN = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.array([0, 1, 2, 3, 4, 5, 6, 9, 8, 7], np.float32), Thresholds())


class Elements(HTMLParser):
    """Every element's attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.append({"tag": tag} | dict(attrs))

    def one(self, name: str) -> dict[str, str]:
        (element,) = [element for element in self.found if element.get("id") == name]
        return element


def test_ten_meters_in_fixed_order_with_their_probabilities() -> None:
    found = [element for element in Elements(reading_html(SEVEN)).found if "data-digit" in element]
    assert [element["data-digit"] for element in found] == list("0123456789")
    for element, probability in zip(found, SEVEN.probabilities, strict=True):
        assert element["data-probability"] == f"{probability:.4f}" == element["aria-valuenow"]
        assert (element["role"], element["aria-valuemin"], element["aria-valuemax"]) == ("meter", "0", "1")
    assert ["chosen" in element["class"] for element in found].index(True) == 7


def test_no_meter_is_chosen_when_it_is_not_sure() -> None:
    unsure = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.zeros(10, np.float32), Thresholds())
    found = [element for element in Elements(reading_html(unsure)).found if "data-digit" in element]
    assert [element["data-probability"] for element in found] == ["0.1000"] * 10
    assert not any("chosen" in element["class"] for element in found)
    assert Elements(reading_html(unsure)).one("verdict")["data-verdict"] == "unsure"


def test_the_verdict_is_one_polite_sentence() -> None:
    verdict = Elements(reading_html(SEVEN)).one("verdict")
    assert (verdict["data-verdict"], verdict["aria-live"]) == ("digit", "polite")
    assert "This looks like a 7.</p>" in reading_html(SEVEN)


def test_the_picture_shown_is_the_one_that_the_network_saw() -> None:
    seen = Elements(reading_html(SEVEN)).one("seen")
    png = base64.b64decode(seen["src"].removeprefix("data:image/png;base64,"))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png))), np.rint(PICTURE * 255))
    assert "network sees" in seen["alt"]


def test_an_empty_pad_shows_no_probability_and_asks_for_a_digit() -> None:
    elements = Elements(reading_html())
    assert elements.one("verdict")["data-verdict"] == "blank"
    assert "Draw a digit" in reading_html()
    assert {element["data-probability"] for element in elements.found if "data-digit" in element} == {"0.0000"}


def test_empty_and_full_have_the_same_elements_so_that_nothing_is_replaced() -> None:
    shapes = [[element["tag"] for element in Elements(html).found] for html in (reading_html(), reading_html(SEVEN))]
    assert shapes[0] == shapes[1]


def test_the_page_speaks_chinese_too() -> None:
    html = reading_html(SEVEN, "zh")
    assert "看起来是 7。</p>" in html
    assert "network sees" not in html
    shapes = [[each["tag"] for each in Elements(page).found] for page in (html, reading_html(SEVEN))]
    assert shapes[0] == shapes[1]
