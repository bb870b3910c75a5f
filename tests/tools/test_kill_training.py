"""A kill counts as survived only if the training resumed from its newest whole checkpoint and ended as without it."""

import json
import shutil
from collections.abc import Iterable
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

from lenet.training.checkpoint import Checkpoint, Checkpoints
from tools import kill_training
from tools.security_table import fault_table

STEPS = 60


class Training:
    """A training in place of a process: 16 steps until it is killed, and a checkpoint every 5.

    Args:
        folder: holds its log and its folder.
        name: of its folder.
        fault: breaks what an earlier kill left.
    """

    exitcode: int | None = None

    def __init__(self, folder: Path, name: str, *_: int, fault: str = "") -> None:
        self.log, self.out, self.fault = folder / "log.txt", folder / name, fault
        self.killed = False

    def kill(self) -> None:
        self.killed = True

    def join(self, seconds: float | None = None) -> None:
        if self.killed:
            return
        checkpoints = Checkpoints(self.out / "checkpoints")
        if self.fault == "starts over":
            shutil.rmtree(checkpoints.folder, ignore_errors=True)
        newest = checkpoints.latest()
        first = newest.step if newest else 0
        with self.log.open("a") as log:
            print(f"Going on from step {first} of {STEPS}." if newest else "", file=log)
        end = STEPS if seconds is None else min(STEPS, first + 16)
        for step in range(first + 5, end + 1, 5):
            checkpoints.save(Checkpoint(step, {}, [np.zeros(100)]))
        if end < STEPS:
            return
        self.exitcode = 1 if self.fault == "fails" and newest else 0
        weights = f"{self.fault} {first}" if self.fault == "other weights" else "weights"
        history = {"training": [], "validation": []}
        (self.out / "lenet5.json").write_text(json.dumps({"sha256": weights, "thresholds": {}}))
        (self.out / "metrics.json").write_text(json.dumps({"training": history, "mnist_test": {}}))
        checkpoints.clear()


def killed(monkeypatch: pytest.MonkeyPatch, folder: Path, faults: Iterable[str] = ()) -> kill_training.Killed:
    """Five kills; `faults` are of the runs in order, the unbroken one first."""
    left = iter(faults)
    monkeypatch.setattr(kill_training, "preload", lambda: None)
    monkeypatch.setattr(kill_training, "start", lambda *arguments: Training(*arguments, fault=next(left, "")))
    return kill_training.kill(5, folder)


def survived(table: str) -> list[list[str]]:
    """Times and survived, of each row of the table."""
    return [[cell.strip() for cell in row.split("|")[2:4]] for row in table.splitlines()[2:]]


def test_every_kill_and_every_cut_that_a_training_resumes_from_is_survived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = killed(monkeypatch, tmp_path)
    assert result.lost == []
    assert sum(each.cut for each in result.kills) >= 2
    assert all(each.survived for each in result.kills)
    cuts = str(sum(each.cut for each in result.kills))
    assert survived(fault_table(result, {"a test": [True, True]})) == [["5", "5"], [cuts, cuts], ["2", "2"]]


@pytest.mark.parametrize("fault", ["starts over", "fails", "other weights"])
def test_a_kill_after_which_a_training_does_not_resume_or_end_as_it_should_is_not_survived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    result = killed(monkeypatch, tmp_path, repeat(fault))
    assert result.lost
    assert not any(each.survived for each in result.kills)
    (times, kept), (cuts, cuts_kept), (tests, passed) = survived(fault_table(result, {"a test": [True, False]}))
    assert (times, kept) == ("5", "0")
    assert (int(cuts) > 0, cuts_kept) == (True, "0")
    assert (tests, passed) == ("2", "1")


def test_losing_one_kill_lowers_the_number_of_survived_ones_by_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = killed(monkeypatch, tmp_path, ["", "", "", "starts over"])
    assert [each.survived for each in result.kills] == [True, False, True, True, True]
    assert survived(fault_table(result, {}))[0] == ["5", "4"]
