"""Short runs of the attacks of `python -m tools.attacks`; on a busy machine people wait longer, but lose nothing."""

import pytest

from tools.attacks import ATTACKS, DISK, MEMORY, Result, measure

QUICK = ["bodies", "malformed_uploads", "points", "malformed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_people_draw_beside_an_attack_and_nothing_is_left_of_it(name: str) -> None:
    result = measure(name, people=3, seconds=4)
    assert (result.lost, result.tracebacks, result.left) == (0, 0, 0)
    assert result.drawings >= 6
    assert max(result.memory) <= MEMORY
    assert result.disk <= DISK
    assert result.waits[-1] < 10  # seconds


def test_every_bound_that_is_exceeded_is_reported() -> None:
    assert Result(name="none", finals=[0.1] * 20, memory=[100]).faults() == []
    bad = Result(name="none", finals=[2], memory=[700], disk=1001, left=1, tracebacks=2, lost=3)
    assert len(bad.faults()) == 7
    assert all(fault.startswith("none: ") for fault in bad.faults())
    assert "none" in ATTACKS
