"""The learning rate goes along the steps as the recipe says."""

import dataclasses

import pytest

from lenet.optimizer import Schedule, optimizer
from lenet.recipes import AUGMENTED, PLAIN


def test_the_rate_warms_up_and_falls_along_a_cosine_and_then_a_second_one() -> None:
    rate = Schedule(AUGMENTED)
    values = [float(rate(step)) for step in (0, 250, 500, 6250, 12_000)]
    assert values == pytest.approx([0, 0.0005, 0.001, 0.0005, 0], abs=1e-6)
    assert float(optimizer(PLAIN).learning_rate) == pytest.approx(0.001)
    restarted = Schedule(dataclasses.replace(AUGMENTED, steps=13_000, restart=1_000, restart_rate=4e-4))
    assert [float(restarted(step)) for step in (0, 250, 500, 6250)] == pytest.approx(values[:4], abs=1e-6)
    assert [float(restarted(step)) for step in (11_999, 12_000, 12_500, 13_000)] == pytest.approx(
        [0, 4e-4, 2e-4, 0], abs=1e-6
    )
