"""Files that survive a crash: atomic writes, checkpoints of a training, a lock on its folder, a Ctrl-C that waits."""

import hashlib
import io
import json
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np
from numpy.typing import NDArray

from lenet.files import sweep, write_atomic, writing

KEEP = 2  # the newest, and the one before it should the newest turn out unreadable
DIGEST = 32  # bytes of SHA-256, at a checkpoint's end

log = logging.getLogger(__name__)


class CheckpointError(Exception):
    """A training cannot go on from, or write to, its folder; the text says why and what to do."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` for one training; it is free again when the process ends, however it ends.

    Raises:
        CheckpointError: if another training holds it, or it cannot be written.
    """
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(filelock.FileLock(folder / ".lock", blocking=False))
            sweep(folder)
        except filelock.Timeout:
            raise CheckpointError(f"Another training writes to {folder}; wait for it or give another --out.") from None
        except OSError as error:
            raise CheckpointError(
                f"Cannot write to {folder} ({error.strerror}); make room or give another --out."
            ) from error
        yield


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """While it lasts, Ctrl-C sets the event and stops nothing; a second one does, as ever.

    A step that is stopped midway has changed the weights and is not counted yet: who goes on from there does it twice.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # the others never see a signal
        yield asked
        return

    def ask(*_: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class Checkpoint:
    """A training between two steps: its arrays in a fixed order, and facts about it as JSON."""

    step: int
    facts: dict[str, Any]
    arrays: list[NDArray[Any]]


class Checkpoints:
    """The newest checkpoints of one training, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.npz"), reverse=True)  # newest first

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, then drop all but the newest `KEEP`.

        Raises:
            CheckpointError: if it cannot be written, for want of space or of rights; the earlier ones stay.
        """
        arrays = {f"array{index:03d}": array for index, array in enumerate(checkpoint.arrays)}
        facts = np.array(json.dumps({"step": checkpoint.step, **checkpoint.facts}))

        def write(path: Path) -> None:
            np.savez(path, allow_pickle=False, facts=facts, **arrays)
            with path.open("rb+") as file:
                digest = hashlib.file_digest(file, "sha256").digest()  # ends at the file's end
                file.write(digest)

        try:
            write_atomic(self.folder / f"step-{checkpoint.step:08d}.npz", write)
            for old in self._files()[KEEP:]:
                old.unlink()
            sweep(self.folder)
        except OSError as error:
            raise CheckpointError(
                f"The checkpoint of step {checkpoint.step} cannot be written to {self.folder} ({error.strerror}); "
                "make room or give another --out: the same command goes on from the checkpoint before."
            ) from error

    def latest(self) -> Checkpoint | None:
        """The newest readable checkpoint, None if there is none; an unreadable one is passed over with a warning."""
        for path in self._files():
            try:
                content = path.read_bytes()
            except OSError as error:
                log.warning("Passed over %s, which cannot be read (%s).", path, error.strerror)
                continue
            # A zip file's own sums do not cover its directory: one bit there, and an array has another name.
            if hashlib.sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
                log.warning("Passed over %s, which is damaged: its SHA-256 is not the one at its end.", path)
                continue
            with np.load(io.BytesIO(content[:-DIGEST]), allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                arrays = [file[name] for name in sorted(file.files) if name != "facts"]
            return Checkpoint(facts.pop("step"), facts, arrays)
        return None

    def clear(self) -> None:
        """Remove every checkpoint: the training is done, or starts over.

        Raises:
            WriteError: if one cannot be removed.
        """
        with writing(self.folder):
            for path in reversed(self._files()):  # killed midway, the newest is still there
                path.unlink()
            sweep(self.folder)
            if self.folder.is_dir() and not any(self.folder.iterdir()):
                self.folder.rmdir()
