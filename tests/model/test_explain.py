"""Explanations add up to what the network computed, and rank ink by its effect on the answer."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from lenet.model.explain import contributions, explain, occlude, relevance
from lenet.model.runtime import Activations
from tests.helpers.digits import DIGITS


@pytest.fixture(scope="module")
def four(classifier: DigitClassifier) -> Activations:
    return classifier.look(preprocess(render(DIGITS[4])))[1]


@pytest.mark.parametrize("layer", ["pool1", "pool2"])
def test_a_value_is_the_sum_of_patch_times_kernel_plus_bias(
    classifier: DigitClassifier, four: Activations, layer: str
) -> None:
    maps = getattr(four, layer)
    side, _, count = maps.shape
    for row, column, number in [(0, 0, 0), (side - 1, side - 1, count - 1), *np.argwhere(maps > 0.1)[::97]]:
        value = explain(classifier.network, four, layer, number, row, column)
        assert value.value == pytest.approx(maps[row, column, number], abs=1e-4)
        assert value.total == pytest.approx(float((value.patch * value.kernel).sum()) + value.bias, abs=1e-5)
        assert value.value == max(0, value.total)
        assert (value.row // 2, value.column // 2) == (row, column)


def test_contributions_and_biases_sum_to_the_logits(classifier: DigitClassifier, four: Activations) -> None:
    added = contributions(classifier.network, four)
    assert added.shape == (1024, 10)
    bias = classifier.network.weights["logits"].bias
    np.testing.assert_allclose(added.sum(0) + bias, four.logits, rtol=1e-4, atol=1e-4)


def relevance_of(classifier: DigitClassifier, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    occlusion = occlude(picture)
    return relevance(occlusion, classifier.network.logits(occlusion.pictures))


def test_removing_the_most_relevant_ink_lowers_the_lead_and_the_least_relevant_raises_it(
    classifier: DigitClassifier, four: Activations
) -> None:
    def lead(picture: NDArray[np.float32]) -> float:
        logits = classifier.network.logits(picture[None])[0]
        return float(logits[4] - logits.mean())

    pixels = relevance_of(classifier, four.picture)
    assert not pixels[four.picture == 0].any()
    assert pixels.min() < 0 < pixels.max()
    for sign in (-1, 1):
        strongest = sign * pixels >= np.sort(sign * pixels, axis=None)[-5]
        changed = lead(four.picture) - lead(np.where(strongest, 0, four.picture).astype(np.float32))
        assert sign * changed > 0


def test_a_blank_picture_has_no_relevance(classifier: DigitClassifier) -> None:
    assert not relevance_of(classifier, np.zeros((28, 28), np.float32)).any()
