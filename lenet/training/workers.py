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
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

EXAMPLE = '{"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]}, "task": {"type": "worker", "index": 0}}'
# TensorFlow raises one of these, after a time of its own choosing, when another worker disconnects.
LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError, tf.errors.DeadlineExceededError)


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
        WorkerError: if TF_CONFIG does not name the workers.
    """
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text)
        addresses, task = config["cluster"]["worker"], config["task"]
        index = range(len(addresses))[task["index"]]
        if set(config["cluster"]) != {"worker"} or task["type"] != "worker":
            raise ValueError("a chief, a parameter server or an evaluator")
    except (ValueError, KeyError, TypeError, IndexError):
        raise WorkerError(
            f"--strategy multiworker needs TF_CONFIG as {EXAMPLE}, with the addresses of all workers and the index of "
            f"this one; it is {text[:200]!r}."
        ) from None
    return Workers(tf.distribute.MultiWorkerMirroredStrategy(), index)
