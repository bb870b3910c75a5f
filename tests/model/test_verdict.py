"""The verdict follows from the ink, the logits and the thresholds."""

import math
from itertools import combinations, product

import numpy as np
import pytest

from lenet.image.preprocess import Ink, Part
from lenet.model.verdict import Thresholds, energy, judge, read_row, softmax

PICTURE = np.ones((28, 28), np.float32)
INK = Ink((0, 0, 10, 10), 0.5, PICTURE)
LOGITS = np.array([0, 1, 2, 3, 4, 5, 6, 20, 8, 9], np.float32)


def logits(**probabilities: float) -> np.ndarray:
    """(10,) float32 of energy 10 with these softmax values, as in `logits(d4=0.7)`; the rest is shared equally."""
    chosen = {int(name[1:]): value for name, value in probabilities.items()}
    rest = (1 - sum(chosen.values())) / (10 - len(chosen))
    return (10 + np.log([chosen.get(digit, rest) for digit in range(10)])).astype(np.float32)


def ink_of(*groups: tuple[int, int]) -> Ink:
    """Ink whose parts cover these groups, from the first to the one before the end."""
    return Ink((0, 0, 10, 10), 0.5, PICTURE, tuple(Part(first, end, PICTURE) for first, end in groups))


def test_a_digit_is_the_one_with_the_highest_of_ten_probabilities() -> None:
    prediction = judge(INK, LOGITS, Thresholds())
    assert (prediction.verdict, prediction.digit, prediction.digits) == ("digit", 7, (7,))
    assert prediction.sentence == "This looks like a 7."
    assert prediction.picture is PICTURE
    assert judge(INK, logits(d8=0.9), Thresholds()).sentence == "This looks like an 8."
    assert np.array(prediction.probabilities) == pytest.approx(np.exp(LOGITS) / np.exp(LOGITS).sum())
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_the_temperature_divides_the_logits_of_the_whole_drawing_and_of_its_parts() -> None:
    thresholds = Thresholds(temperature=2)
    expected = np.exp(LOGITS / 2) / np.exp(LOGITS / 2).sum()
    assert np.array(judge(INK, LOGITS, thresholds).probabilities) == pytest.approx(expected)
    assert thresholds.probabilities(np.stack([LOGITS, LOGITS])) == pytest.approx(np.stack([expected, expected]))
    parts = np.stack([logits(d4=0.95), logits(d2=0.93)])
    assert judge(ink_of((0, 1), (1, 2)), logits(d1=0.3), Thresholds(), parts).verdict == "several"
    assert judge(ink_of((0, 1), (1, 2)), logits(d1=0.3), thresholds, parts).verdict == "unsure"


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


def test_two_confident_parts_of_an_unsure_whole_are_several_digits_from_left_to_right() -> None:
    ink = ink_of((0, 1), (1, 2))
    read = np.stack([logits(d4=0.95), logits(d2=0.93)])
    prediction = judge(ink, logits(d1=0.3), Thresholds(several=0.9), read)
    assert (prediction.verdict, prediction.digit, prediction.digits) == ("several", None, (4, 2))
    assert prediction.sentence == "This looks like 4 and 2. Draw one digit at a time."
    assert prediction.probabilities == pytest.approx(softmax(logits(d1=0.3)).tolist())


def test_a_whole_more_confident_than_its_parts_is_one_digit() -> None:
    ink = ink_of((0, 1), (1, 2))  # a 4 whose stroke is broken: an L and a 1
    read = np.stack([logits(d6=0.92), logits(d1=0.99)])
    assert judge(ink, logits(d4=0.97), Thresholds(several=0.9), read).digits == (4,)


def test_a_part_below_the_threshold_prevents_several() -> None:
    read = np.stack([logits(d6=0.7), logits(d1=0.99)])
    assert judge(ink_of((0, 1), (1, 2)), logits(d4=0.3), Thresholds(several=0.9), read).verdict == "unsure"


def test_the_pieces_of_a_broken_digit_are_read_as_one_digit() -> None:
    ends = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3))  # the first two groups are a broken 4, the third is a 7
    read = softmax(np.stack([logits(d6=0.6), logits(d4=0.97), logits(d1=0.96), logits(d0=0.2), logits(d7=0.98)]))
    confidence, digits = read_row(ink_of(*ends).parts, read)
    assert digits == (4, 7)
    assert confidence == pytest.approx(0.97)


@pytest.mark.parametrize("groups", [2, 3, 4])
def test_the_split_with_the_likeliest_least_likely_digit_and_then_the_largest_product_is_read(groups: int) -> None:
    runs = [run for run in combinations(range(groups + 1), 2) if run != (0, groups)]
    row = ink_of(*runs).parts
    cuts = [cut for count in range(1, groups) for cut in combinations(range(1, groups), count)]
    splits = [list(zip((0, *cut), (*cut, groups), strict=True)) for cut in cuts]
    for levels in product((1 / 2, 3 / 8, 1 / 4), repeat=len(runs)):  # whose products are exact
        # The digit of a part is its own number, so that the digits say which split was read.
        read = np.repeat((1 - np.array([levels]).T) / 9, 10, axis=1)  # (P, 10)
        np.fill_diagonal(read, levels)
        level = dict(zip(runs, levels, strict=True))
        best = max((min(map(level.get, split)), math.prod(map(level.get, split))) for split in splits)
        confidence, digits = read_row(row, read)
        assert [runs[digit] for digit in digits] in splits
        assert (confidence, math.prod(levels[digit] for digit in digits)) == best
        assert min(levels[digit] for digit in digits) == confidence


def test_three_digits_are_named_with_one_and() -> None:
    ends = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3))
    read = np.stack([logits(d1=0.95), logits(d0=0.2), logits(d2=0.95), logits(d0=0.2), logits(d3=0.95)])
    prediction = judge(ink_of(*ends), logits(d5=0.2), Thresholds(), read)
    assert prediction.digits == (1, 2, 3)
    assert "1, 2 and 3." in prediction.sentence


def test_an_empty_pad_and_a_dot_are_blank() -> None:
    empty = judge(Ink(None, 0.0, PICTURE * 0), LOGITS, Thresholds())
    dot = judge(Ink((0, 0, 20, 20), 20 / 280, PICTURE), LOGITS, Thresholds())
    for prediction in (empty, dot):
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
