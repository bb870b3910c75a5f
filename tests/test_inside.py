"""What is shown of the layers is what the network computed: NumPy's own pass gives the same numbers."""

import numpy as np
import oracle
import pytest
from digits import DIGITS, HOUSE, placed
from numpy.typing import NDArray

from lenet.classifier import DigitClassifier
from lenet.explain import Activations, occlude
from lenet.strokes import render
from lenet.weights import ARRAYS, WEIGHTS


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    return DigitClassifier()


@pytest.fixture(scope="module")
def four(classifier: DigitClassifier) -> Activations:
    return classifier.look(render(DIGITS[4]))[1]


def close(found: NDArray, expected: NDArray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_every_layer_is_that_of_the_forward_pass(four: Activations) -> None:
    weights = oracle.read_weights(WEIGHTS / ARRAYS)
    pool1 = oracle.pool(oracle.convolve(four.picture[None, ..., None].astype(np.float64), *weights[0]))
    pool2 = oracle.pool(oracle.convolve(pool1, *weights[1]))
    hidden = np.maximum(pool2.reshape(1, -1) @ weights[2][0] + weights[2][1], 0)
    close(four.pool1, pool1[0])
    close(four.pool2, pool2[0])
    close(four.hidden, hidden[0])
    close(four.logits, oracle.logits(weights, four.picture[None])[0])


@pytest.mark.parametrize(
    "strokes", [[], DIGITS[8], HOUSE, [*placed(DIGITS[4], 110, 75, 140), *placed(DIGITS[2], 110, 205, 140)]]
)
def test_looking_inside_changes_no_reading(classifier: DigitClassifier, strokes: list) -> None:
    drawing = render(strokes)
    read, (looked, _) = classifier(drawing), classifier.look(drawing)
    assert (looked.verdict, looked.digits, looked.message) == (read.verdict, read.digits, read.message)
    close(np.array(looked.probabilities), np.array(read.probabilities))


@pytest.mark.parametrize("layer", ["pool1", "pool2"])
def test_a_value_is_the_sum_of_patch_times_kernel_and_bias(
    classifier: DigitClassifier, four: Activations, layer: str
) -> None:
    maps = getattr(four, layer)
    side, _, count = maps.shape
    for row, column, number in [(0, 0, 0), (side - 1, side - 1, count - 1), *np.argwhere(maps > 0.1)[::97]]:
        value = classifier.inside.explain(four, layer, number, row, column)
        assert value.value == pytest.approx(maps[row, column, number], abs=1e-4)
        assert value.total == pytest.approx(float((value.patch * value.kernel).sum()) + value.bias, abs=1e-5)
        assert value.value == max(0, value.total)
        assert (value.row // 2, value.column // 2) == (row, column)


def test_the_votes_of_the_hidden_units_and_the_bias_are_the_logits(
    classifier: DigitClassifier, four: Activations
) -> None:
    votes = sum(classifier.inside.votes(four, unit) for unit in range(1024))
    close(votes + oracle.read_weights(WEIGHTS / ARRAYS)[3][1], four.logits)


def test_ink_that_speaks_against_the_answer_is_shown_as_that(classifier: DigitClassifier, four: Activations) -> None:
    def lead(picture: NDArray[np.float32]) -> float:
        logits = classifier.logits(picture[None])[0]
        return float(logits[4] - logits.mean())

    relevance = occlude(four.picture, classifier.logits)
    assert not relevance[four.picture == 0].any()
    assert relevance.min() < 0 < relevance.max()
    for sign in (-1, 1):  # the pixels that speak most against it, and most for it
        strongest = sign * relevance >= np.sort(sign * relevance, axis=None)[-5]
        changed = lead(four.picture) - lead(np.where(strongest, 0, four.picture).astype(np.float32))
        assert sign * changed > 0


def test_without_ink_nothing_speaks(classifier: DigitClassifier) -> None:
    assert not occlude(np.zeros((28, 28), np.float32), classifier.logits).any()
