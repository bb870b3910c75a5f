"""Files are written whole or not at all, checkpoints survive damage, and a folder has one training at a time."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lenet.files import WriteError, write_atomic, write_json
from lenet.training.checkpoint import Checkpoint, CheckpointError, Checkpoints, locked

ROOT = Path(__file__).parents[2]


def checkpoint(step: int) -> Checkpoint:
    return Checkpoint(step, {"seed": 1}, [np.full((3, 2), step, np.float32), np.array(step, np.int64)])


def test_a_failed_write_leaves_the_file_unchanged_and_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_json(path, {"good": 1})

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, fail)
    assert [file.name for file in tmp_path.iterdir()] == ["facts.json"]
    assert path.read_text() == '{\n  "good": 1\n}\n'


def test_the_error_of_a_failed_write_names_the_file_and_the_systems_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path, reason in ((tmp_path / "file" / "facts.json", "File exists"), (tmp_path / "folder", "Is a directory")):
        with pytest.raises(WriteError, match=rf"^Cannot write to {path} \({reason}\)$"):
            write_json(path, {})

    def fail(_: Path) -> None:
        raise OSError("no space in HDF5's words")  # HDF5 leaves errno and strerror unset

    with pytest.raises(WriteError, match=r"^Cannot write to .*facts.json \(no space in HDF5's words\)$"):
        write_atomic(tmp_path / "facts.json", fail)


def test_a_checkpoint_is_restored_bit_for_bit(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    assert checkpoints.latest() is None
    checkpoints.save(checkpoint(100))
    restored = checkpoints.latest()
    assert (restored.step, restored.facts) == (100, {"seed": 1})
    for array, expected in zip(restored.arrays, checkpoint(100).arrays, strict=True):
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected)


def test_the_newest_two_checkpoints_are_kept_and_clear_deletes_all(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    for step in (100, 900, 1000):
        checkpoints.save(checkpoint(step))
    assert checkpoints.latest().step == 1000
    assert len(list(checkpoints.folder.iterdir())) == 2
    checkpoints.clear()
    assert not checkpoints.folder.exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "renamed", "emptied"])
def test_a_damaged_checkpoint_is_skipped_for_the_one_before(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))
    checkpoints.save(checkpoint(200))
    newest = tmp_path / "step-00000200.npz"
    content = newest.read_bytes()
    value = np.float32(200).tobytes()
    newest.write_bytes(
        {
            "cut": content[: len(content) // 2],
            "flipped": content.replace(value, b"\xff" + value[1:]),
            "renamed": content.replace(b"array001", b"array009"),  # which the zip format's checksums do not notice
            "emptied": b"",
        }[damage]
    )
    assert newest.read_bytes() != content
    assert checkpoints.latest().step == 100
    assert newest.name in caplog.text


def test_an_unreadable_checkpoint_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))
    (tmp_path / "step-00000200.npz").mkdir()  # permissions would not do: root may read any file
    assert checkpoints.latest().step == 100
    assert "which cannot be read (Is a directory)" in caplog.text


def test_the_next_training_deletes_the_partial_files_of_a_killed_one(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.folder.mkdir()
    kill = "import os, sys; os.kill(os.getpid(), 9)"
    write = f"write_atomic(Path(sys.argv[1]), lambda path: (path.write_text('half'), exec({kill!r})))"
    code = f"import sys\nfrom pathlib import Path\nfrom lenet.training.checkpoint import write_atomic\n{write}"
    partial = [tmp_path / "lenet5.weights.h5", checkpoints.folder / "step-00000100.npz"]
    for path in partial:
        assert subprocess.run([sys.executable, "-c", code, path], cwd=ROOT).returncode != 0
        assert len(list(path.parent.glob(".*"))) == 1
    with locked(tmp_path):
        checkpoints.save(checkpoint(100))
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step-00000100.npz"]
    assert {path.name for path in tmp_path.iterdir()} <= {"checkpoints", ".lock"}


def test_a_failed_checkpoint_is_reported_and_the_last_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CheckpointError, match=r"step 200 cannot be written to .*No space left on device.*resumes from"):
        checkpoints.save(checkpoint(200))
    assert checkpoints.latest().step == 100
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_locked_until_the_training_in_it_ends_or_is_killed(tmp_path: Path) -> None:
    imports = "import sys\nfrom pathlib import Path\nfrom lenet.training.checkpoint import locked\n"
    hold = "with locked(Path(sys.argv[1])): print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", imports + hold, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as training:
        assert training.stdout.readline() == "held\n"
        with pytest.raises(CheckpointError, match=r"^Another training writes to .*--out\.$"), locked(tmp_path):
            pass
        training.kill()
        training.wait()
    with locked(tmp_path):
        pass


def test_the_error_names_a_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match=r"^Cannot write to .*file.*--out\.$"), locked(tmp_path / "file" / "out"):
        pass


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), TimeoutError("slow"), BrokenPipeError()])
def test_an_error_while_the_folder_is_locked_is_raised_unchanged(error: OSError, tmp_path: Path) -> None:
    with pytest.raises(type(error)) as raised, locked(tmp_path):
        raise error
    assert raised.value is error
    with locked(tmp_path):  # free again
        pass


def test_the_error_names_the_folder_whose_checkpoints_cannot_be_deleted(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    (tmp_path / "step-00000100.npz").mkdir()
    with pytest.raises(WriteError, match=rf"^Cannot write to {tmp_path} \(.+\)$"):
        checkpoints.clear()
