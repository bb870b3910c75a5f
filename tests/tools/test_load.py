"""A little of the load that `python -m tools.load` puts on the page: who draws loses nothing, whoever else is there."""

from tools.load import faults, loads


def test_no_last_stroke_is_lost_beside_clients_that_misbehave_and_nothing_is_kept_of_them() -> None:
    made = list(loads(updates=300, people=[30], seconds=3))
    assert faults(made) == []
    assert [load.updates for load in made[:2]] == [100, 300]
    assert len(made) == 4  # people by themselves, and beside others
    assert all(load.drawings >= 30 for load in made[2:])
