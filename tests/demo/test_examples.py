"""The example drawings are read correctly, and their buttons contain the strokes that the pad draws."""

import math
import re
from itertools import pairwise

import pytest

from lenet.demo.examples.examples import CSS, DRAWINGS, STEP, buttons, smooth
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier


@pytest.mark.parametrize(
    ("key", "digit"), [*((str(digit), digit) for digit in range(10)), ("flagged", 1), ("barred", 7), ("slashed", 0)]
)
def test_every_example_is_read_as_its_digit(classifier: DigitClassifier, key: str, digit: int) -> None:
    prediction = classifier(render(DRAWINGS[key]))
    assert (prediction.verdict, prediction.digit) == ("digit", digit)
    assert prediction.probabilities[digit] > 0.9


def test_the_cat_is_not_read_as_a_digit(classifier: DigitClassifier) -> None:
    assert classifier(render(DRAWINGS["cat"])).verdict == "unsure"


def test_a_curve_passes_through_every_point_and_is_smooth_between_corners() -> None:
    line = smooth("40,60 140,20 240,60 | 240,240 140,250")
    assert {(40, 60), (140, 20), (240, 60), (240, 240), (140, 250)} <= set(line)
    assert all(STEP / 2 < math.dist(a, b) < 2 * STEP for a, b in pairwise(line))
    headings = [math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(line)]
    sharp = {line[i] for i, (a, b) in enumerate(pairwise(headings), 1) if abs(math.remainder(b - a, math.tau)) > 0.5}
    assert sharp == {(240, 60)}


def test_the_buttons_are_labelled_and_contain_the_strokes() -> None:
    html = buttons()
    labelled = re.findall(r'<button type="button" aria-label="(.*?)".*?>(.*?)</button>', html)
    assert [label for label, _ in labelled] == [
        *(f"Draw {'an' if digit == 8 else 'a'} {digit}" for digit in range(10)),
        "Draw a 1 with a flag",
        "Draw a 7 with a bar",
        "Draw a 0 with a slash",
        "Draw a cat",
    ]
    for (_, picture), strokes in zip(labelled, DRAWINGS.values(), strict=True):
        lines = [line.split() for line in re.findall(r'points="(.*?)"', picture)]
        assert lines == [[f"{x:g},{y:g}" for x, y in stroke] for stroke in strokes]
    chinese = buttons("zh")
    assert 'aria-label="写一个 8"' in chinese
    assert re.findall("<polyline.*?>", chinese) == re.findall("<polyline.*?>", html)


def test_the_stylesheet_contains_nothing_that_gradio_would_interpolate() -> None:
    assert not re.search(r"[`\\]|\$\{|\{\{", CSS)
