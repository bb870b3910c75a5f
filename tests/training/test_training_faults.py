"""Killed, cut, out of room, shut out: a training loses at most what came after its last good checkpoint."""

import errno
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from lenet import train
from lenet.datasets import mnist
from lenet.evaluation import calibration
from lenet.training.checkpoint import Checkpoint, Checkpoints
from lenet.training.trainer import Trainer
from tests.helpers import small_mnist
from tools.kill_training import ended, kill

resource = pytest.importorskip("resource")  # Windows has no limits for a process

FLAGS = ["--recipe", "plain", "--steps", "20", "--batch", "5", "--checkpoint-every", "5", "--report-every", "5"]
NOBODY = 65534
ROOT = Path(__file__).parents[2]
COMMAND = """
import functools, sys
from tests.helpers import small_mnist
from lenet import train
from lenet.datasets import mnist
from lenet.training.checkpoint import Checkpoint
from lenet.training.checkpoint import Checkpoints
from lenet.training.trainer import Trainer
mnist.load = functools.partial(mnist.load, dataset=small_mnist.dataset())
sys.exit(train.main())
"""


def test_killed_at_random_moments_it_ends_as_an_unbroken_one_does_and_leaves_nothing_behind(tmp_path: Path) -> None:
    found = kill(3, tmp_path)
    assert [each.survived for each in found.kills] == [True] * 3
    assert found.endings >= 1
    assert found.lost == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What an unbroken training leaves; the small MNIST is in reach of all."""
    folder = tmp_path_factory.mktemp("whole")
    load = functools.partial(mnist.load, small_mnist.fill(folder / "mnist"), dataset=small_mnist.dataset())
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(mnist, "load", lambda folder=None: load())
        monkeypatch.setattr(calibration, "COUNT", 20)
        monkeypatch.setattr(calibration, "ROWS", 5)
        finish(folder / "out")
        yield folder / "out"


def finish(out: Path) -> dict[str, object]:
    assert train.main([*FLAGS, "--out", str(out)]) == 0
    return ended(out)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk with room for small files alone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write there; who is root, who may all, is nobody meanwhile."""
    user = os.geteuid()
    folder.chmod(0o555)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stop(out: Path, at: int) -> None:
    """A training that stopped after a checkpoint."""
    save = Checkpoints.save

    def saved(self: Checkpoints, checkpoint: Checkpoint) -> None:
        save(self, checkpoint)
        if checkpoint.step == at:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Checkpoints, "save", saved)
        assert train.main([*FLAGS, "--out", str(out)]) == 130


@pytest.mark.parametrize("at", [10, 20], ids=["a checkpoint", "the weights"])
def test_on_a_full_disk_it_ends_with_a_sentence_and_goes_on_when_there_is_room(
    at: int, tmp_path: Path, whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)  # weights that are there already
    stop(out, at)
    before = contents(out)
    capfd.readouterr()
    with files_of_at_most(5_000_000):  # weights have 13 MB, a checkpoint 52
        assert train.main([*FLAGS, "--out", str(out)]) == 1
    said = capfd.readouterr().err
    assert "make room or give another --out" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert contents(out) == before
    assert finish(out) == ended(whole)
    assert f"Going on from step {at} of 20" in capfd.readouterr().err


def test_into_a_read_only_folder_it_does_not_begin_and_what_is_there_stays(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = Path(tempfile.mkdtemp())  # pytest's own are for one user's eyes
    try:
        out.chmod(0o755)
        stop(out, 10)
        before = contents(out)
        capfd.readouterr()
        with read_only(out):
            assert train.main([*FLAGS, "--out", str(out / "new")]) == 1
            assert train.main([*FLAGS, "--out", str(out)]) == 1
        said = capfd.readouterr().err.splitlines()
        assert [line.split(" (")[0] for line in said] == [f"Cannot write to {out / 'new'}", f"Cannot write to {out}"]
        assert contents(out) == before
        assert finish(out) == ended(whole)
        assert "Going on from step 10 of 20" in capfd.readouterr().err
    finally:
        shutil.rmtree(out)


@pytest.mark.parametrize("name", ["lenet5.weights.h5", "metrics.json", "training.png"])
def test_a_file_that_cannot_be_written_is_named_and_the_same_command_resumes(
    name: str, tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert train.main([*FLAGS, "--out", str(out)]) == 1
    sentence = f"Cannot write to {out / name} (No space left on device); make room or give another --out."
    assert capfd.readouterr().err.splitlines()[-1] == sentence
    assert finish(out) == ended(whole)
    assert "Going on from step 20 of 20" in capfd.readouterr().err


def test_an_error_that_is_not_about_writing_is_raised_as_it_is(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    batch = Trainer.batch

    def broken(self: Trainer, step: int) -> np.ndarray:
        if step == 12:
            raise OSError(errno.EIO, "Input/output error")
        return batch(self, step)

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "batch", broken)
        with pytest.raises(OSError, match="Input/output error"):
            train.main([*FLAGS, "--out", str(tmp_path)])
    assert "Cannot write" not in capfd.readouterr().err
    assert finish(tmp_path) == ended(whole)
    assert "Going on from step 10 of 20" in capfd.readouterr().err


def test_when_nobody_reads_its_output_any_more_it_ends_quietly_and_the_same_command_resumes(
    tmp_path: Path, whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`python -m lenet.train | head -n 1`."""
    small_mnist.fill(tmp_path / "mnist")
    out = tmp_path / "out"
    command = [sys.executable, "-c", COMMAND, *FLAGS, "--mnist", str(tmp_path / "mnist"), "--out", str(out)]
    # Buffered, as it is unless told otherwise: what could not be written is tried again at exit.
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("step      5")
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 128 + signal.SIGPIPE
    assert not re.search("Traceback|Exception ignored|Broken|Cannot", errors)  # TensorFlow has notes there
    assert finish(out) == ended(whole)
    assert re.search(r"Going on from step (5|10|15) of 20", capfd.readouterr().err)


def test_a_damaged_newest_checkpoint_costs_the_steps_since_the_one_before(
    tmp_path: Path,
    whole: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    out = tmp_path / "out"
    stop(out, 15)
    newest = max((out / "checkpoints").iterdir())
    with newest.open("rb+") as file:
        file.seek(-1000, os.SEEK_END)  # the directory of the zip file, which has no sum of its own
        file.write(bytes(8))
    capfd.readouterr()
    assert finish(out) == ended(whole)
    assert f"Passed over {newest}, which is damaged" in caplog.text
    assert "Going on from step 10 of 20" in capfd.readouterr().err
