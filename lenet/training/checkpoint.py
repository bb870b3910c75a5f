"""Checkpoints of a training, the lock on its folder, and a Ctrl-C that waits for the current step."""

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

KEEP = 2  # the newest checkpoint, and the one before it in case the newest is damaged
DIGEST = 32  # bytes of the SHA-256 at the end of a checkpoint

log = logging.getLogger(__name__)


class CheckpointError(Exception):
    """A training cannot use its folder; the text says why and what to do."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Reserve `folder` for one training; the operating system frees it when the process ends.

    Raises:
        CheckpointError: if another training holds it, or it cannot be written.
    """
    with ExitStack() as lock:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.enter_context(filelock.FileLock(folder / ".lock", blocking=False))
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
    """Turn the first Ctrl-C into an event; a second one raises KeyboardInterrupt as usual.

    A step that is interrupted midway has updated the weights but is not counted yet: it would be repeated on resuming.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread only
        yield interrupted
        return

    def interrupt(*_: object) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, handler)

    handler = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, handler)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training between two steps.

    Attributes:
        step: number of steps done.
        facts: settings and history, as JSON holds them.
        arrays: the variables in a fixed order.
    """

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
        """Write a checkpoint, then delete all but the newest `KEEP`.

        Raises:
            CheckpointError: if it cannot be written; the earlier ones stay.
        """
        arrays = {f"array{index:03d}": array for index, array in enumerate(checkpoint.arrays)}
        facts = np.array(json.dumps({"step": checkpoint.step, **checkpoint.facts}))

        def write(path: Path) -> None:
            np.savez(path, allow_pickle=False, facts=facts, **arrays)
            with path.open("rb+") as file:
                digest = hashlib.file_digest(file, "sha256").digest()  # leaves the position at the end
                file.write(digest)

        try:
            write_atomic(self.folder / f"step-{checkpoint.step:08d}.npz", write)
            for path in self._files()[KEEP:]:
                path.unlink()
            sweep(self.folder)
        except OSError as error:
            raise CheckpointError(
                f"The checkpoint of step {checkpoint.step} cannot be written to {self.folder} ({error.strerror}); "
                "make room or give another --out. The same command resumes from the checkpoint before."
            ) from error

    def latest(self) -> Checkpoint | None:
        """Return the newest readable checkpoint, None without one; log a warning for every one that is skipped."""
        for path in self._files():
            try:
                content = path.read_bytes()
            except OSError as error:
                log.warning("Skipped %s, which cannot be read (%s).", path, error.strerror)
                continue
            # The zip format's checksums do not cover its directory, which holds the arrays' names.
            if hashlib.sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
                log.warning("Skipped %s, which is damaged: its SHA-256 is not the one at its end.", path)
                continue
            with np.load(io.BytesIO(content[:-DIGEST]), allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                arrays = [file[name] for name in sorted(file.files) if name != "facts"]
            return Checkpoint(facts.pop("step"), facts, arrays)
        return None

    def clear(self) -> None:
        """Delete every checkpoint, because the training is done or starts over.

        Raises:
            WriteError: if one cannot be deleted.
        """
        with writing(self.folder):
            for path in reversed(self._files()):  # oldest first, so that the newest survives a kill midway
                path.unlink()
            sweep(self.folder)
            if self.folder.is_dir() and not any(self.folder.iterdir()):
                self.folder.rmdir()
