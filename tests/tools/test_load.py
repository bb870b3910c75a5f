"""A short run of the load that `python -m tools.load` puts on the page."""

import pytest

from tools.load import Load, faults, loads


@pytest.mark.slow
def test_no_last_stroke_is_lost_beside_clients_that_misbehave_and_nothing_is_kept_of_them() -> None:
    measured = list(loads(updates=300, people=[30], seconds=3))
    assert faults(measured) == []
    assert [load.updates for load in measured[:2]] == [100, 300]
    assert len(measured) == 4  # people by themselves, and beside other clients
    assert all(load.drawings >= 30 for load in measured[2:])


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"errors": [(0.0, "wrong answer: 3")]}, "second: wrong answer: 3"),
        ({"lost": 2}, "second: 2 last strokes lost"),
        ({"memory": [100.0, 121.0]}, "21 MB more after 0 updates"),
        ({"files": 16}, "second: 16 open files"),
        ({"kept": 1}, "second: 1 uploads are kept"),
    ],
)
def test_every_fault_of_a_load_is_reported(fault: dict, message: str) -> None:
    first = Load(name="first", memory=[100.0], files=10)
    assert faults([first, Load(**{"name": "second", "memory": [101.0], "files": 15, **fault})]) == [message]
