"""The strip shows the steps of preprocessing, each with an alternative text and a caption."""

import re

import numpy as np
import pytest

from lenet.demo.picture.steps import strip
from lenet.image.preprocess import Ink, follow, normalise, preprocess
from lenet.image.strokes import render
from lenet.model.verdict import Thresholds, judge
from tests.helpers.digits import DIGITS, placed
from tests.helpers.markup import Html, pixels
from tests.helpers.photos import PHOTOS

SEVEN = np.array([0, 1, 2, 3, 4, 5, 6, 99, 8, 7], np.float32)
UNSURE = np.zeros(10, np.float32)


def shown(drawing: object, logits: np.ndarray = SEVEN, language: str = "en") -> tuple[Html, Ink]:
    ink, steps = follow(drawing)
    return Html(strip(steps, judge(ink, logits, Thresholds()), language)), ink


@pytest.mark.parametrize("kind", ["snapshot", "notebook", "far off", "chalk", "16 bits", "black on transparent"])
def test_the_steps_end_with_what_preprocess_returns(kind: str) -> None:
    photo = PHOTOS[kind](render(DIGITS[4]), np.random.default_rng(0))
    ink, steps = follow(photo)
    expected = preprocess(photo)
    assert ink.box == expected.box
    np.testing.assert_array_equal(ink.picture, expected.picture)
    np.testing.assert_array_equal(normalise(steps.crop), ink.picture)
    assert max(steps.small.shape) == 20
    rows, columns = np.nonzero(ink.picture)
    np.testing.assert_array_equal(
        ink.picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1],
        steps.small[steps.small.any(1)][:, steps.small.any(0)],
    )
    height, width = steps.page.shape
    left, top, right, bottom = steps.frame
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    ratio = ink.box[2] / right  # the frame is the box, in the page's pixels
    assert [side * ratio for side in steps.frame] == pytest.approx(ink.box)


def test_there_are_no_steps_without_ink() -> None:
    assert follow(np.full((90, 90), 255, np.uint8))[1] is None


def test_four_pictures_with_alternative_texts_and_five_captions() -> None:
    tiles, ink = shown(render(DIGITS[7]))
    assert [svg["role"] for svg in tiles.all(tag="svg")] == ["img"] * 4
    assert len({svg["aria-label"] for svg in tiles.all(tag="svg")}) == 4
    assert tiles.texts == [
        "Find the ink",
        "Crop to the ink",
        "Scale the longer side to 20 pixels",
        "Centre its mass in 28\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}28",
        "7",
        "100 %",
        "Read it",
    ]
    height, width = np.ptp(np.nonzero(ink.picture), 1) + 1
    assert f"{width} by {height} pixels" in tiles.all(tag="svg")[2]["aria-label"]


def test_the_last_picture_is_the_networks_input_with_a_cross_on_its_centre_of_mass() -> None:
    tiles, ink = shown(render(DIGITS[7]))
    np.testing.assert_array_equal(pixels(tiles.all(tag="image")[3]["href"]), np.rint(ink.picture * 255))
    circle = tiles.all(tag="circle")[0]
    mass = [(ink.picture.sum(axis) * (np.arange(28) + 0.5)).sum() / ink.picture.sum() for axis in (0, 1)]
    assert [float(circle["cx"]), float(circle["cy"])] == pytest.approx(mass, abs=0.5)


def test_the_box_is_around_the_ink_of_the_picture() -> None:
    tiles, ink = shown(render(placed(DIGITS[7], 60, 200, 80)))
    (box,) = tiles.all(tag="rect")
    assert tiles.all(tag="svg")[0]["viewbox"] == "0 0 280 280"
    left, top, right, bottom = ink.box
    x, y, width, height = (float(box[side]) for side in ("x", "y", "width", "height"))
    assert [x, y, x + width, y + height] == pytest.approx([left, top, right, bottom], abs=4)


def test_a_large_photo_is_shown_small() -> None:
    photo = np.repeat(np.repeat(render(DIGITS[7]), 10, 0), 10, 1)
    tiles, _ = shown(photo)
    assert max(max(pixels(image["href"]).shape) for image in tiles.all(tag="image")) <= 300
    assert sum(len(image["href"]) for image in tiles.all(tag="image")) < 100_000


@pytest.mark.parametrize(
    ("strokes", "logits", "answer"), [(DIGITS[7], SEVEN, "7"), (DIGITS[7], UNSURE, "?"), ([[[140, 140]]], SEVEN, "–")]
)
def test_the_answer_is_a_digit_a_question_mark_or_a_dash(strokes: list, logits: np.ndarray, answer: str) -> None:
    assert answer in shown(render(strokes), logits)[0].texts


def test_the_strip_is_translated_to_chinese() -> None:
    tiles, _ = shown(render(DIGITS[7]), language="zh")
    assert tiles.texts[0] == "找到笔迹"
    texts = "".join(tiles.texts) + "".join(svg["aria-label"] for svg in tiles.all(tag="svg"))
    assert not re.search("[a-z]{3}", texts)
