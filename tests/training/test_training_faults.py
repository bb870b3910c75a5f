"""Full disks, read-only folders, damaged checkpoints: a training loses at most the steps since a good checkpoint."""

import errno
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
from tests.helpers import small_training
from tools.kill_training import results

resource = pytest.importorskip("resource")  # Windows has no limits for a process

pytestmark = pytest.mark.slow
FLAGS = ["--recipe", "plain", "--steps", "20", "--batch", "5", "--checkpoint-every", "5", "--report-every", "5"]
NOBODY = 65534  # user id
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the folder of an uninterrupted training; all trainings use the small data."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(mnist, "load", lambda folder=None: small_training.DATA)
        monkeypatch.setattr(calibration, "COUNT", 40)
        finish(folder)
        yield folder


def finish(out: Path) -> dict[str, object]:
    assert train.main([*FLAGS, "--out", str(out)]) == 0
    return results(out)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Limit the size of a file in bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Forbid writing to a folder; root, who may always write, becomes another user."""
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
    """Train until the checkpoint of a step is written, then stop."""
    save = Checkpoints.save

    def saved(self: Checkpoints, checkpoint: Checkpoint) -> None:
        save(self, checkpoint)
        if checkpoint.step == at:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Checkpoints, "save", saved)
        assert train.main([*FLAGS, "--out", str(out)]) == 130


@pytest.mark.parametrize("at", [10, 20], ids=["a checkpoint", "the weights"])
def test_a_training_ends_with_a_sentence_on_a_full_disk_and_resumes_when_there_is_room(
    at: int, tmp_path: Path, whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)  # with weights of an earlier training
    stop(out, at)
    before = contents(out)
    capfd.readouterr()
    with files_of_at_most(5_000_000):  # weights take 13 MB, a checkpoint 39 or more
        assert train.main([*FLAGS, "--out", str(out)]) == 1
    errors = capfd.readouterr().err
    assert "make room or give another " in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert contents(out) == before
    assert finish(out) == results(whole)
    assert f"Resuming from step {at} of 20" in capfd.readouterr().err


def test_a_training_into_a_read_only_folder_does_not_start_and_changes_nothing(
    whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = Path(tempfile.mkdtemp())  # pytest's own folders are private to one user
    try:
        out.chmod(0o755)
        stop(out, 10)
        before = contents(out)
        capfd.readouterr()
        with read_only(out):
            assert train.main([*FLAGS, "--out", str(out / "new")]) == 1
            assert train.main([*FLAGS, "--out", str(out)]) == 1
        errors = capfd.readouterr().err.splitlines()
        assert [line.split(" (")[0] for line in errors] == [f"Cannot write to {out / 'new'}", f"Cannot write to {out}"]
        assert contents(out) == before
        assert finish(out) == results(whole)
        assert "Resuming from step 10 of 20" in capfd.readouterr().err
    finally:
        shutil.rmtree(out)


@pytest.mark.parametrize("name", ["lenet5.weights.h5", "metrics.json", "training.png"])
def test_a_failed_write_is_named_and_the_same_command_resumes(
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
    sentence = f"Cannot write to {out / name} (No space left on device); make room or give another folder."
    assert capfd.readouterr().err.splitlines()[-1] == sentence
    assert finish(out) == results(whole)
    assert "Resuming from step 20 of 20" in capfd.readouterr().err


def test_other_errors_are_raised_unchanged(
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
    assert finish(tmp_path) == results(whole)
    assert "Resuming from step 10 of 20" in capfd.readouterr().err


def test_a_closed_pipe_ends_the_training_quietly_and_the_same_command_resumes(
    tmp_path: Path, whole: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`python -m lenet.train | head -n 1`."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tests.helpers.small_training", *FLAGS, "--out", str(out)]
    env = os.environ | {"PYTHONUNBUFFERED": ""}  # buffered by default, so that Python writes the rest at exit
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("step      5")
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 128 + signal.SIGPIPE
    assert not re.search("Traceback|Exception ignored|Broken|Cannot", errors)  # TensorFlow logs there
    assert finish(out) == results(whole)
    assert re.search(r"Resuming from step (5|10|15) of 20", capfd.readouterr().err)


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
        file.seek(-1000, os.SEEK_END)  # in the zip file's directory, which has no checksum
        file.write(bytes(8))
    capfd.readouterr()
    assert finish(out) == results(whole)
    assert f"Skipped {newest}, which is damaged" in caplog.text
    assert "Resuming from step 10 of 20" in capfd.readouterr().err
