"""Files are written whole or not at all; a training finds its newest readable checkpoint; a folder has one training."""

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


def test_a_failed_write_leaves_the_file_as_it_was_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_json(path, {"good": 1})

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, fail)
    assert [file.name for file in tmp_path.iterdir()] == ["facts.json"]
    assert path.read_text() == '{\n  "good": 1\n}\n'


def test_a_file_that_cannot_be_written_is_named_with_the_systems_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path, reason in ((tmp_path / "file" / "facts.json", "File exists"), (tmp_path / "folder", "Is a directory")):
        with pytest.raises(WriteError, match=rf"^Cannot write to {path} \({reason}\)$"):
            write_json(path, {})

    def fail(_: Path) -> None:
        raise OSError("no space in HDF5's words")  # HDF5 leaves errno and strerror unset

    with pytest.raises(WriteError, match=r"^Cannot write to .*facts.json \(no space in HDF5's words\)$"):
        write_atomic(tmp_path / "facts.json", fail)


def test_what_was_saved_comes_back_bit_for_bit(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    assert checkpoints.latest() is None
    checkpoints.save(checkpoint(100))
    found = checkpoints.latest()
    assert (found.step, found.facts) == (100, {"seed": 1})
    for array, expected in zip(found.arrays, checkpoint(100).arrays, strict=True):
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected)


def test_the_newest_two_are_kept_and_clear_removes_all(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    for step in (100, 900, 1000):
        checkpoints.save(checkpoint(step))
    assert checkpoints.latest().step == 1000
    assert len(list(checkpoints.folder.iterdir())) == 2
    checkpoints.clear()
    assert not checkpoints.folder.exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "other"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))
    checkpoints.save(checkpoint(200))
    newest = tmp_path / "step-00000200.npz"
    whole = newest.read_bytes()
    at = whole.index(np.float32(200).tobytes())
    content = {
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:at] + b"\xff" + whole[at + 1 :],
        "emptied": b"",
        "other": b"PK not a checkpoint",
    }[damage]
    newest.write_bytes(content)
    assert checkpoints.latest().step == 100
    assert newest.name in caplog.text


def test_a_checkpoint_with_any_bit_turned_over_is_passed_over(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))
    checkpoints.save(checkpoint(200))
    newest = tmp_path / "step-00000200.npz"
    whole = newest.read_bytes()
    for at in range(len(whole)):
        for bit in (1, 32, 128):
            newest.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            assert checkpoints.latest().step == 100, f"byte {at}, bit {bit}"


def test_a_checkpoint_that_cannot_be_read_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))
    (tmp_path / "step-00000200.npz").mkdir()  # not by its rights: root may read any file
    assert checkpoints.latest().step == 100
    assert "which cannot be read (Is a directory)" in caplog.text


def test_what_a_killed_process_had_begun_to_write_is_gone_with_the_next_training(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.folder.mkdir()
    kill = "import os, sys; os.kill(os.getpid(), 9)"
    write = f"write_atomic(Path(sys.argv[1]), lambda path: (path.write_text('half'), exec({kill!r})))"
    code = f"import sys\nfrom pathlib import Path\nfrom lenet.training.checkpoint import write_atomic\n{write}"
    begun = [tmp_path / "lenet5.weights.h5", checkpoints.folder / "step-00000100.npz"]
    for path in begun:
        assert subprocess.run([sys.executable, "-c", code, path], cwd=ROOT).returncode != 0
        assert len(list(path.parent.glob(".*"))) == 1
    with locked(tmp_path):
        checkpoints.save(checkpoint(100))
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step-00000100.npz"]
    assert {path.name for path in tmp_path.iterdir()} <= {"checkpoints", ".lock"}


def test_a_checkpoint_that_cannot_be_written_says_so_and_spares_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(checkpoint(100))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CheckpointError, match=r"step 200 cannot be written to .*No space left on device.*goes on from"):
        checkpoints.save(checkpoint(200))
    assert checkpoints.latest().step == 100
    assert len(list(tmp_path.iterdir())) == 1


def test_a_second_training_in_the_folder_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path: Path) -> None:
    hold = f"from lenet.training.checkpoint import locked; from pathlib import Path\nwith locked(Path({str(tmp_path)!r})):\n"
    with subprocess.Popen(
        [sys.executable, "-c", hold + " print('held', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(CheckpointError, match=r"^Another training writes to .*--out\.$"), locked(tmp_path):
            pass
        other.kill()
        other.wait()
    with locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match=r"^Cannot write to .*file.*--out\.$"), locked(tmp_path / "file" / "out"):
        pass


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), TimeoutError("slow"), BrokenPipeError()])
def test_an_error_raised_while_the_folder_is_locked_is_not_reported_as_a_failed_write(
    error: OSError, tmp_path: Path
) -> None:
    with pytest.raises(type(error)) as raised, locked(tmp_path):
        raise error
    assert raised.value is error
    with locked(tmp_path):  # free again
        pass


def test_checkpoints_that_cannot_be_removed_are_named(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    (tmp_path / "step-00000100.npz").mkdir()
    with pytest.raises(WriteError, match=rf"^Cannot write to {tmp_path} \(.+\)$"):
        checkpoints.clear()
