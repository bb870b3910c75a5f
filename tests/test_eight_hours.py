"""A few of the visitors of `python tests/eight_hours.py`: who is gone leaves nothing behind."""

from eight_hours import hours
from load import faults


def test_visitors_who_come_and_go_leave_no_memory_no_connection_and_no_file() -> None:
    made = list(hours(visitors=36, hours=2, warm=1, faster=600, sessions=5))
    assert faults(made) == []
    assert [(load.updates, load.drawings) for load in made] == [(540, 54), (540, 54)]
