"""A training that gets SIGKILL loses nothing."""

from pathlib import Path

import pytest

from tools import kill_training

pytest.importorskip("resource")  # Windows has no SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_training_killed_at_random_moments_ends_as_an_uninterrupted_one_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    result = kill_training.kill(3, tmp_path)
    assert [kill.survived for kill in result.kills] == [True] * 3
    assert result.finished >= 1
    assert result.lost == []
