"""The verdict follows from the ink, the logits and the thresholds."""

import json
import math

import numpy as np
import pytest

from lenet.image.preprocess import Ink
from lenet.model.verdict import Box, Number, Thresholds, energy, judge, softmax

PICTURE = np.ones((28, 28), np.float32)
INK = Ink((0, 0, 10, 10), 0.5, PICTURE)
LOGITS = np.array([0, 1, 2, 3, 4, 5, 6, 20, 8, 9], np.float32)


def logits(**probabilities: float) -> np.ndarray:
    """(10,) float32 of energy 10 with these softmax values, as in `logits(d4=0.7)`; the rest is shared equally."""
    chosen = {int(name[1:]): value for name, value in probabilities.items()}
    rest = (1 - sum(chosen.values())) / (10 - len(chosen))
    return (10 + np.log([chosen.get(digit, rest) for digit in range(10)])).astype(np.float32)


def number(*lines: str, skipped: int = 0, complete: bool = True) -> Number:
    """A number whose digits are certain and have boxes of ten pixels."""
    boxes = [
        Box(
            int(digit),
            tuple(np.eye(10)[int(digit)].tolist()),
            10 * column,
            10 * row,
            10 * column + 9,
            10 * row + 9,
            PICTURE,
        )
        for row, line in enumerate(lines)
        for column, digit in enumerate(line)
    ]
    return Number(lines, tuple(boxes), skipped, complete)


def test_a_digit_is_the_one_with_the_highest_of_ten_probabilities() -> None:
    prediction = judge(INK, LOGITS, Thresholds())
    assert (prediction.verdict, prediction.digit, prediction.digits) == ("digit", 7, (7,))
    assert prediction.sentence == "This looks like a 7."
    assert prediction.picture is PICTURE
    assert judge(INK, logits(d8=0.9), Thresholds()).sentence == "This looks like an 8."
    assert np.array(prediction.probabilities) == pytest.approx(np.exp(LOGITS) / np.exp(LOGITS).sum())
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_the_temperature_divides_the_logits() -> None:
    thresholds = Thresholds(temperature=2)
    expected = np.exp(LOGITS / 2) / np.exp(LOGITS / 2).sum()
    assert np.array(judge(INK, LOGITS, thresholds).probabilities) == pytest.approx(expected)
    assert thresholds.probabilities(np.stack([LOGITS, LOGITS])) == pytest.approx(np.stack([expected, expected]))


def test_the_energy_is_the_logarithm_of_the_summed_exponentials() -> None:
    assert energy(LOGITS) == pytest.approx(math.log(sum(math.exp(logit) for logit in LOGITS)))
    assert energy(np.stack([LOGITS, LOGITS + 3]))[1] == pytest.approx(energy(LOGITS) + 3)
    assert energy(np.full(10, 1e30, np.float32)) == pytest.approx(1e30)


def test_a_drawing_of_low_energy_is_unsure_however_probable_its_digit() -> None:
    clear = logits(d4=0.99)
    assert judge(INK, clear, Thresholds(unsure=9.9)).verdict == "digit"
    doubted = judge(INK, clear, Thresholds(unsure=10.1))
    assert (doubted.verdict, doubted.digit, doubted.digits) == ("unsure", 4, (4,))
    assert doubted.sentence == "This might be a 4. Try drawing it more clearly."
    none = judge(INK, logits(d3=0.2), Thresholds(unsure=10.1))
    assert (none.verdict, none.sentence) == ("unsure", "Not a digit I know. Draw one from 0 to 9.")


def test_a_drawing_that_could_be_two_digits_says_which() -> None:
    torn = judge(INK, logits(d4=0.52, d9=0.4), Thresholds())
    assert (torn.verdict, torn.digit, torn.digits) == ("unsure", 4, (4,))
    assert torn.sentence == "Is it a 4 or a 9? Try drawing it more clearly."
    assert judge(INK, logits(d4=0.9, d9=0.09), Thresholds()).verdict == "digit"


def test_a_number_is_several_digits_unless_the_drawing_is_clearly_one() -> None:
    prediction = judge(INK, logits(d1=0.15), Thresholds(), number("42", "7"))
    assert (prediction.verdict, prediction.digit, prediction.digits) == ("several", None, (4, 2, 7))
    assert prediction.sentence == "I read 42 and 7."
    assert prediction.probabilities == pytest.approx(softmax(logits(d1=0.15)).tolist())
    assert judge(INK, logits(d4=0.97), Thresholds(), number("42")).digits == (4,)
    assert judge(INK, logits(d1=0.15), Thresholds()).verdict == "unsure"


def test_the_sentence_says_what_was_left_out() -> None:
    skipped = judge(INK, logits(d1=0.15), Thresholds(), number("1", "2", "3", skipped=1))
    assert skipped.sentence == "I read 1, 2 and 3, and left out what is not a digit."
    many = judge(INK, logits(d1=0.15), Thresholds(), number("12", skipped=1, complete=False))
    assert many.sentence == "I read 12. There is more here than I read at once."


def test_json_of_several_digits_has_lines_and_boxes_and_no_probabilities_of_the_whole() -> None:
    value = json.loads(json.dumps(judge(INK, logits(d1=0.15), Thresholds(), number("42", "7", skipped=2)).to_json()))
    assert list(value) == ["verdict", "digit", "digits", "probabilities", "lines", "boxes", "skipped"]
    assert (value["digit"], value["probabilities"]) == (None, None)
    assert (value["lines"], value["skipped"]) == (["42", "7"], 2)
    box = {"digit": 2, "probabilities": [0, 0, 1, *[0] * 7], "left": 10, "top": 0, "right": 19, "bottom": 9}
    assert value["boxes"][1] == box


def test_an_empty_pad_and_a_dot_are_blank() -> None:
    empty = judge(Ink(None, 0.0, PICTURE * 0), LOGITS, Thresholds())
    dot = judge(Ink((0, 0, 20, 20), 20 / 280, PICTURE), LOGITS, Thresholds())
    for prediction in (empty, dot):
        assert prediction.to_json()["probabilities"] is None
        assert (prediction.verdict, prediction.digit, prediction.digits) == ("blank", None, ())
        assert prediction.probabilities == (0,) * 10
    assert empty.sentence == "Draw a digit"
    assert dot.sentence.startswith("Keep drawing")


def test_huge_logits_do_not_overflow() -> None:
    assert softmax(np.array([1e30, -1e30, 0], np.float32)).tolist() == [1, 0, 0]


def test_json_has_the_fields_of_the_api_with_six_decimals() -> None:
    value = judge(INK, LOGITS, Thresholds()).to_json()
    assert list(value) == ["verdict", "digit", "digits", "probabilities"]
    assert value["digits"] == [7]
    assert len(value["probabilities"]) == 10
    assert value["probabilities"][7] == pytest.approx(0.999981, abs=1e-5)
