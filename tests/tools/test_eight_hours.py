"""A few of the visitors of `python -m tools.eight_hours`: who is gone leaves nothing behind."""

import pytest

from tools import eight_hours
from tools.load import faults


def test_visitors_who_come_and_go_leave_no_memory_no_connection_and_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eight_hours, "DIGITS", 1)
    made = list(eight_hours.hours(visitors=20, hours=2, warm=1, faster=600, sessions=5))
    assert faults(made) == []
    assert [(load.updates, load.drawings) for load in made] == [(100, 10), (100, 10)]
