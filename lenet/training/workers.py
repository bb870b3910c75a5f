"""Training on several machines, by TensorFlow's `MultiWorkerMirroredStrategy`.

    $ export TF_CONFIG='{"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]},
                         "task": {"type": "worker", "index": 0}}'
    $ python -m lenet.train --strategy multiworker

Run the same command on every machine, each with its own index. Every worker learns from its share of every batch, the
gradients are added over the network, and all workers take the same step. Only the first worker reads checkpoints and
writes files.
"""

import hashlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

EXAMPLE = '{"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]}, "task": {"type": "worker", "index": 0}}'
# TensorFlow raises one of these, after a time of its own choosing, when another worker disconnects.
LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError, tf.errors.DeadlineExceededError)


POLL = 0.5  # seconds between two attempts to reach the other workers


class WorkerError(Exception):
    """The workers cannot train together; the text says why."""


class Workers:
    """The processes that train together; by default only this one.

    Args:
        strategy: TensorFlow's distribution strategy; None: the default, for a single process.
        index: position of this worker among all.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None, index: int = 0) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.index = index
        self.count = int(self.strategy.num_replicas_in_sync)

    @property
    def first(self) -> bool:
        """True for the one worker that reads and writes files."""
        return self.index == 0

    def check(self, plan: Mapping[str, Any], batch: int) -> None:
        """Check that all workers train in the same way.

        Args:
            plan: settings, as JSON holds them.
            batch: pictures per step.

        Raises:
            WorkerError: on every worker, if their plans differ or a batch has fewer pictures than there are workers.
        """
        if batch < self.count:
            raise WorkerError(f"A batch of {batch} is too small for {self.count} workers; give a larger --batch.")
        if self.count == 1:
            return
        digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).digest()
        digests = np.zeros((self.count, len(digest)), np.int32)
        digests[self.index] = list(digest)
        [digests] = self._sums([digests])
        if (digests != digests[0]).any():
            raise WorkerError("The workers differ in recipe, seed, drawings or initial weights; give all the same.")

    def follow_first(self, step: int, variables: Sequence[keras.Variable]) -> int:
        """Copy the first worker's variables to all workers; returns its step."""
        if self.count == 1:
            return step
        arrays = [np.array(step), *(variable.numpy() for variable in variables)]
        step_of_first, *values = self._sums(arrays if self.first else [np.zeros_like(array) for array in arrays])
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return int(step_of_first)

    def _sums(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the sum of each array over all workers."""
        tensors = [tf.constant(array) for array in arrays]

        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no types; one graph is faster than many
        def sums() -> list[tf.Tensor]:
            replicas = self.strategy.run(lambda: tensors)
            return [self.strategy.reduce(tf.distribute.ReduceOp.SUM, replica, axis=None) for replica in replicas]

        return [np.asarray(total) for total in sums()]


def join() -> Workers:
    """Join the workers that the environment's TF_CONFIG names; call it before any other use of TensorFlow.

    Raises:
        WorkerError: if TF_CONFIG does not name the workers, or this worker's port cannot be opened.
    """
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text)
        addresses, task = config["cluster"]["worker"], config["task"]
        index = range(len(addresses))[task["index"]]
        if not all(0 < _split(address)[1] < 65536 for address in addresses):
            raise ValueError("an address without a port")
        if set(config["cluster"]) != {"worker"} or task["type"] != "worker":
            raise ValueError("a chief, a parameter server or an evaluator")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise WorkerError(
            f"--strategy multiworker needs TF_CONFIG as {EXAMPLE}, with the addresses of all workers and the index of "
            f"this one; it is {text[:200]!r}."
        ) from None
    _wait_for_others(addresses, index)
    # TensorFlow holds the interpreter until all workers have joined: Python would not see Ctrl-C.
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return Workers(tf.distribute.MultiWorkerMirroredStrategy(), index)
    finally:
        signal.signal(signal.SIGINT, handler)


def _wait_for_others(addresses: Sequence[str], index: int) -> None:
    """Return when all other workers listen on their ports; print which ones do not.

    TensorFlow waits for them too, but silently, for ten minutes, and ignores SIGINT and SIGTERM.

    Raises:
        WorkerError: if this worker's port cannot be opened.
    """
    try:
        listener = socket.create_server(("", _split(addresses[index])[1]))
    except OSError as error:
        reason = f"the port of this worker, {addresses[index]}, cannot be opened ({error.strerror})"
        raise WorkerError(f"--strategy multiworker: {reason}; end what uses it, or choose another.") from error
    shown: list[str] = []
    others = [address for position, address in enumerate(addresses) if position != index]
    with listener:
        listener.settimeout(POLL)
        while missing := [address for address in others if not _listens(address)]:
            if missing != shown:
                print(f"Waiting for the workers {', '.join(missing)}.", file=sys.stderr, flush=True)
                shown = missing
            with suppress(TimeoutError):
                listener.accept()[0].close()


def _listens(address: str) -> bool:
    """Return whether a process listens on an address."""
    try:
        socket.create_connection(_split(address), timeout=POLL).close()
    except OSError:
        return False
    return True


def _split(address: str) -> tuple[str, int]:
    """Return the host and the port of HOST:PORT."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
