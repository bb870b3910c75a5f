"""Training on several machines: Keras on TensorFlow's own `MultiWorkerMirroredStrategy`.

    $ export TF_CONFIG='{"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]},
                         "task": {"type": "worker", "index": 0}}'
    $ python -m lenet.train --strategy multiworker

The same command on every machine, the index its own. Each learns from its part of every batch, the gradients are added
over the network, and all take the same step: the weights are those of one process, to within the order in which
numbers are added. The first worker alone reads checkpoints and writes files.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

STRATEGIES = ("single", "multiworker")
HOW = (
    'as {"cluster": {"worker": ["10.0.0.1:7000", "10.0.0.2:7000"]}, "task": {"type": "worker", "index": 0}}, with the '
    "addresses of all workers and this one's place among them"
)
# What the others learn of one that has gone: within how many seconds is TensorFlow's to decide.
LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError, tf.errors.DeadlineExceededError)


class WorkerError(Exception):
    """The workers cannot train together; the text says why."""


class Part(NamedTuple):
    """Which rows of every batch are this worker's."""

    first: int
    size: int
    whole: int  # the batch's

    def of(self, rows: Any) -> Any:
        """These rows of the whole batch's."""
        return rows[self.first : self.first + self.size]


class PartDropout(keras.layers.Dropout):  # type: ignore[misc]  # Keras has no types
    """Keras's dropout, for a part of a batch: what is left out of a row is what would be left out among all rows."""

    def __init__(self, rate: float, part: Part, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.part = part

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The (N, D) rows of the part, of the (whole, D)."""
        if not training or not self.rate:
            return inputs
        every = tf.ones((self.part.whole, inputs.shape[1]), inputs.dtype)
        kept = keras.random.dropout(every, self.rate, seed=self.seed_generator)
        return inputs * self.part.of(kept)


class Workers:
    """Those who train together; by default one, this process.

    Args:
        strategy: of TensorFlow; None: no other.
        index: this worker's place among them.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None, index: int = 0) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.index = index
        self.count = int(self.strategy.num_replicas_in_sync)

    @property
    def together(self) -> bool:
        """Whether there are others."""
        return self.count > 1

    @property
    def first(self) -> bool:
        """Whether this is the one that reads and writes files."""
        return self.index == 0

    def part(self, batch: int) -> Part:
        """This worker's part of a batch.

        Raises:
            WorkerError: if a batch of so many cannot be shared alike.
        """
        if batch % self.count:
            raise WorkerError(f"A batch of {batch} cannot be shared by {self.count} workers; give another --batch.")
        count = batch // self.count
        return Part(self.index * count, count, batch)

    def share(self, step: int, variables: Sequence[keras.Variable]) -> int:
        """Bring all workers to where the first is: its step, which is returned, and its variables."""
        if not self.together:
            return step
        ours = [np.array(step), *(variable.numpy() for variable in variables)]
        first = self._added(ours if self.first else [np.zeros_like(array) for array in ours])
        for variable, array in zip(variables, first[1:], strict=True):
            variable.assign(array)
        return int(first[0])

    def agree(self, plan: dict[str, Any]) -> None:
        """Make sure that all workers have the same plan.

        Raises:
            WorkerError: in each of them, if one has another.
        """
        if not self.together:
            return
        digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).digest()
        plans = np.zeros((self.count, len(digest)), np.int32)
        plans[self.index] = list(digest)
        [plans] = self._added([plans])
        if (plans != plans[0]).any():
            raise WorkerError(
                "The workers differ in recipe, seed, drawings or the weights to start from: give all of them the same."
            )

    def _added(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """The sum over all workers of each array."""
        ours = [tf.constant(array) for array in arrays]

        # At once: a collective by itself is traced and started anew each time.
        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no types
        def added() -> list[tf.Tensor]:
            values = self.strategy.run(lambda: ours)
            return [self.strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None) for value in values]

        return [np.asarray(value) for value in added()]


def join(name: str) -> Workers:
    """Become one of the workers, before anything else is done with TensorFlow.

    Args:
        name: "single" or "multiworker", of the flag --strategy.

    Raises:
        WorkerError: if TF_CONFIG does not say who the workers are.
    """
    if name == STRATEGIES[0]:
        return Workers()
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text)
        workers, task = config["cluster"]["worker"], config["task"]
        index = range(len(workers))[task["index"]]
        if set(config["cluster"]) != {"worker"} or task["type"] != "worker":
            raise ValueError("workers alone, no chief or evaluator")
    except (ValueError, KeyError, TypeError, IndexError):
        raise WorkerError(
            f"--strategy multiworker needs the environment's TF_CONFIG {HOW}; not {text[:200]!r}."
        ) from None
    return Workers(tf.distribute.MultiWorkerMirroredStrategy(), index)
