"""The HTML of the reading has the elements that other programs and screen readers rely on."""

import re

import numpy as np
import pytest

from lenet.demo.reading import reading_html
from lenet.image.preprocess import Ink
from lenet.model.verdict import Thresholds, judge
from tests.helpers.markup import Html, pixels

PICTURE = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
SEVEN = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.array([0, 1, 2, 3, 4, 5, 6, 9, 8, 7], np.float32), Thresholds())


def test_ten_meters_in_fixed_order_with_their_probabilities() -> None:
    meters = Html(reading_html(SEVEN)).all(role="meter")
    assert [element["data-digit"] for element in meters] == list("0123456789")
    for element, probability in zip(meters, SEVEN.probabilities, strict=True):
        assert element["data-probability"] == f"{probability:.4f}" == element["aria-valuenow"]
        assert (element["role"], element["aria-valuemin"], element["aria-valuemax"]) == ("meter", "0", "1")
    assert ["chosen" in element["class"] for element in meters].index(True) == 7


def test_no_meter_is_chosen_when_the_verdict_is_unsure() -> None:
    unsure = judge(Ink((0, 0, 9, 9), 1.0, PICTURE), np.zeros(10, np.float32), Thresholds())
    meters = Html(reading_html(unsure)).all(role="meter")
    assert [element["data-probability"] for element in meters] == ["0.1000"] * 10
    assert not any("chosen" in element["class"] for element in meters)
    assert Html(reading_html(unsure)).all(id="verdict")[0]["data-verdict"] == "unsure"


def test_screen_readers_announce_the_verdict_politely() -> None:
    [verdict] = Html(reading_html(SEVEN)).all(id="verdict")
    assert (verdict["data-verdict"], verdict["role"], verdict["aria-live"]) == ("digit", "status", "polite")


def test_the_picture_is_the_networks_input() -> None:
    [seen] = Html(reading_html(SEVEN)).all(id="seen")
    np.testing.assert_array_equal(pixels(seen["src"]), np.rint(PICTURE * 255))
    assert "network sees" in seen["alt"]


def test_an_empty_pad_shows_no_probability() -> None:
    html = Html(reading_html())
    assert html.all(id="verdict")[0]["data-verdict"] == "blank"
    assert {meter["data-probability"] for meter in html.all(role="meter")} == {"0.0000"}


@pytest.mark.parametrize("html", [reading_html(), reading_html(SEVEN, "zh")], ids=["empty", "Chinese"])
def test_every_reading_has_the_same_elements_so_that_gradio_replaces_none(html: str) -> None:
    tags = [[element["tag"] for element in Html(page).elements] for page in (html, reading_html(SEVEN))]
    assert tags[0] == tags[1]


def test_the_reading_is_translated_to_chinese() -> None:
    html = reading_html(SEVEN, "zh")
    assert "7" in html
    assert not re.search("[A-Z][a-z]{3}", re.sub("<[^>]*>", "", html))
