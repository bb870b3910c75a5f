"""The figures of a set."""

import numpy as np
import pytest

from lenet.evaluation.metrics import calibration_error, summarize, table

TEN = np.eye(10)  # probabilities, certain of 0 to 9 in turn


def test_errors_are_counted_digit_by_digit() -> None:
    labels = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9], np.uint8)
    probabilities = TEN[[0, 7, 2, 3, 4, 5, 6, 7, 8, 9, 4, 9]]  # a 1 read as 7, a 9 as 4
    counted = summarize(probabilities, labels, ["digit"] * 9 + ["blank"] * 3)
    assert (counted["count"], counted["misses"]) == (12, 2)
    assert counted["accuracy"] == pytest.approx(10 / 12, abs=1e-6)
    assert counted["digits"][1] == {"digit": 1, "count": 1, "misses": 1}
    assert counted["digits"][9] == {"digit": 9, "count": 3, "misses": 1}
    confusion = np.array(counted["confusion"])
    assert confusion[1, 7] == confusion[9, 4] == 1
    assert confusion.sum() == 12
    assert counted["verdicts"] == {"blank": 0.25, "digit": 0.75}
    lines = table(counted).splitlines()
    assert lines[10].split() == ["9", "3", "1", "66.67", "%"]
    assert lines[11].split() == ["all", "12", "2", "83.33", "%"]


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    sure = np.tile([0.9] + [0.1 / 9] * 9, (10, 1))
    assert calibration_error(sure, np.array([0] * 9 + [1])) == pytest.approx(0)
    assert calibration_error(sure, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.4)
    # Two bins: confidence 0.9 and always right, off by 0.1; confidence 0.5 and never right, off by 0.5.
    half = np.tile([0.5] + [0.5 / 9] * 9, (10, 1))
    both = calibration_error(np.concatenate([sure, half]), np.array([0] * 10 + [1] * 10))
    assert both == pytest.approx((0.1 + 0.5) / 2)
    assert calibration_error(np.eye(10), np.arange(10)) == 0
