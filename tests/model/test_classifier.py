"""The classifier reads drawings of any pen width, size and place, and any other picture."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lenet.image.formats import PictureError
from lenet.image.strokes import Drawing, DrawingError, render
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import Prediction
from tests.helpers.digits import DIGITS, placed
from tests.helpers.strategies import DRAWINGS, PICTURES


@pytest.mark.parametrize("pen", [10, 20, 30])
@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_read_at_any_pen_width(classifier: DigitClassifier, digit: int, pen: int) -> None:
    prediction = classifier(render(DIGITS[digit], width=pen))
    assert (prediction.verdict, prediction.digit) == ("digit", digit)
    assert prediction.probabilities[digit] > 0.5


@pytest.mark.parametrize("digit", range(10))
def test_digits_tiny_in_a_corner_or_huge_across_the_edges_are_read(classifier: DigitClassifier, digit: int) -> None:
    assert classifier(render(placed(DIGITS[digit], 45, 30, 250), width=6)).digit == digit
    assert classifier(render(placed(DIGITS[digit], 270), width=24)).digit == digit


def test_an_empty_pad_and_a_dot_are_blank(classifier: DigitClassifier) -> None:
    assert classifier(None).verdict == "blank"
    assert classifier(render([])).verdict == "blank"
    assert classifier(render([[[140, 140]]])).verdict == "blank"


@pytest.mark.parametrize("pen", [1, 120])
def test_a_hairline_digit_is_read_and_a_blot_is_unsure(classifier: DigitClassifier, pen: int) -> None:
    prediction = classifier(render(DIGITS[3], width=pen))
    assert prediction.verdict == ("digit" if pen == 1 else "unsure")
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_threads_share_a_classifier(classifier: DigitClassifier) -> None:
    digits = 20 * list(range(10))
    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(lambda digit: classifier(render(DIGITS[digit])).digit, digits)) == digits


FEW = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def check(prediction: Prediction) -> None:
    assert prediction.verdict in ("digit", "blank", "unsure", "several")
    if prediction.verdict != "blank":
        assert len(prediction.probabilities) == 10
        assert min(prediction.probabilities) >= 0
        assert sum(prediction.probabilities) == pytest.approx(1)


@FEW
@given(arrays.arrays(np.float32, (28, 28), elements=st.floats(0, 1, width=32)))
def test_any_picture_of_finite_numbers_is_read(classifier: DigitClassifier, picture: np.ndarray) -> None:
    assert np.isfinite(classifier.network.logits(picture[None])).all()
    check(classifier(picture))


@FEW
@given(DRAWINGS)
def test_any_drawing_is_read_or_raises_drawing_error(classifier: DigitClassifier, value: dict) -> None:
    with suppress(DrawingError):
        check(classifier(Drawing.from_json(value).render()))


@FEW
@given(PICTURES)
def test_any_array_is_read_or_raises_picture_error(classifier: DigitClassifier, array: np.ndarray) -> None:
    with suppress(PictureError):
        check(classifier(array))
