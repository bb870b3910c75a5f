"""What is said of a drawing: a digit with ten probabilities, or that there is nothing to read yet."""

import numpy as np
import pytest

from lenet.preprocess import Ink
from lenet.verdict import Thresholds, judge, softmax

PICTURE = np.ones((28, 28), np.float32)
LOGITS = np.array([0, 1, 2, 3, 4, 5, 6, 20, 8, 9], np.float32)


def test_a_digit_is_the_one_with_the_highest_of_ten_probabilities() -> None:
    prediction = judge(Ink((0, 0, 10, 10), 0.5, PICTURE), LOGITS, Thresholds())
    assert (prediction.verdict, prediction.digit) == ("digit", 7)
    assert prediction.sentence == "This looks like a 7."
    assert prediction.picture is PICTURE
    assert np.array(prediction.probabilities) == pytest.approx(np.exp(LOGITS) / np.exp(LOGITS).sum())
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_an_eight_takes_an() -> None:
    logits = np.eye(10, dtype=np.float32)[8]
    assert judge(Ink((0, 0, 10, 10), 0.5, PICTURE), logits, Thresholds()).sentence == "This looks like an 8."


def test_an_empty_page_asks_for_a_digit_and_a_dot_for_more_ink() -> None:
    empty = judge(Ink(None, 0.0, PICTURE * 0), LOGITS, Thresholds())
    dot = judge(Ink((0, 0, 20, 20), 20 / 280, PICTURE), LOGITS, Thresholds())
    for prediction in (empty, dot):
        assert (prediction.verdict, prediction.digit) == ("blank", None)
        assert prediction.probabilities == (0,) * 10
    assert empty.sentence == "Draw a digit"
    assert dot.sentence.startswith("Keep drawing")


def test_huge_logits_do_not_overflow() -> None:
    assert softmax(np.array([1e30, -1e30, 0], np.float32)).tolist() == [1, 0, 0]


def test_json_has_the_fields_that_programs_read() -> None:
    value = judge(Ink((0, 0, 10, 10), 0.5, PICTURE), LOGITS, Thresholds()).to_json()
    assert list(value) == ["verdict", "digit", "probabilities"]
    assert len(value["probabilities"]) == 10
    assert value["probabilities"][7] == pytest.approx(0.999981, abs=1e-5)
