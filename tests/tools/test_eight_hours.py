"""A short run of `python -m tools.eight_hours`."""

import pytest

from tools.eight_hours import hours
from tools.load import faults


@pytest.mark.slow
def test_visitors_who_come_and_leave_leave_no_memory_no_connection_and_no_file() -> None:
    loads = list(hours(visitors=20, hours=2, warm=1, speedup=600, sessions=5, digits=1))
    assert faults(loads) == []
    assert [(load.updates, load.drawings) for load in loads] == [(100, 10), (100, 10)]
