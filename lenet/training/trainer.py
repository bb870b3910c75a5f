"""The state of a training and its step: the network, its moving average, the optimizer, and the batches."""

import functools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet.model.network import DIGITS, lenet5
from lenet.training.augment import distort
from lenet.training.mixture import TARGETS, Component
from lenet.training.optimizer import optimizer
from lenet.training.precision import precision
from lenet.training.recipes import Recipe
from lenet.training.workers import Workers

BATCH = 500  # pictures per prediction batch: enough to keep the cores busy, with 60 MB of activations


class Trainer:
    """A network, its moving average, the optimizer, and the traced step that updates all three.

    Args:
        recipe: how to train.
        components: what to train on.
        seed: seed of the weights, the order, the dropout and the distortions.
        start: `lenet5()` with the initial weights; None: fresh ones.
        workers: the processes that train together; None: only this one.
    """

    def __init__(
        self,
        recipe: Recipe,
        components: Sequence[Component],
        seed: int,
        start: keras.Model | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.recipe, self.seed, self.components, self.start = recipe, seed, components, start
        self.workers = workers or Workers()
        with self.workers.strategy.scope():
            self.model = lenet5(recipe.dropout, seed, precision=precision(recipe))
            self.average = lenet5(seed=seed) if recipe.average else None  # begins with the weights of `model`
            self.optimizer = optimizer(recipe)
            self.optimizer.build(self.model.trainable_variables)
        # In float32, outside the strategy's scope: the first worker evaluates it alone.
        self._kept = lenet5()
        if start is not None:
            for model in filter(None, (self.model, self.average)):
                for variable, initial in zip(model.trainable_variables, start.trainable_variables, strict=True):
                    variable.assign(initial)
        splits = [component.data for component in components]
        self.images = tf.constant(np.concatenate([split.images for split in splits])[..., None])  # (N, 28, 28, 1)
        self.labels = tf.constant(np.concatenate([split.labels for split in splits]), tf.int32)  # (N,), rows of TARGETS
        self.loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.smoothing)

    @property
    def variables(self) -> list[keras.Variable]:
        """All variables that a checkpoint has to hold, in a fixed order."""
        means = self.average.trainable_variables if self.average else []
        return [*self.model.variables, *means, *self.optimizer.variables]

    def kept(self) -> keras.Model:
        """Return the network to evaluate and save: the average or the last weights, blended with the initial ones."""
        learned = self.average or self.model
        models = (self._kept, self.start or learned, learned)
        for kept, initial, value in zip(*(model.trainable_variables for model in models), strict=True):
            kept.assign(initial + self.recipe.blend * (value - initial))
        return self._kept

    def batch(self, step: int) -> NDArray[np.int32]:
        """Return the indices of the pictures that this worker learns from in a step.

        Each epoch of a component takes every picture once, in an order that depends on seed and epoch only.
        """
        chosen, first = [], 0
        for number, (data, per_batch) in enumerate(self.components):
            count = len(data.labels)
            epochs, places = np.divmod(np.arange(step * per_batch, (step + 1) * per_batch), count)
            for epoch in np.unique(epochs):
                chosen.append(first + _order(self.seed, int(epoch), number, count)[places[epochs == epoch]])
            first += count
        share = np.concatenate(chosen)[self.workers.index :: self.workers.count]  # some of every component
        return share.astype(np.int32)

    @tf.function(  # type: ignore[untyped-decorator]  # TensorFlow has no types
        input_signature=[tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)]
    )
    def step(self, chosen: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Learn from a batch; returns the loss and the accuracy before the step, over all workers."""
        strategy = self.workers.strategy
        sums = strategy.run(self._learn, (chosen, step))  # (3,) of this worker
        loss, right, digits = tf.unstack(strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None))
        if self.average:
            # A young average would still hold the random initial weights: its momentum grows until it is full.
            passed = tf.cast(step, tf.float32)
            keep = tf.minimum(self.recipe.average, (1 + passed) / (10 + passed))
            for mean, value in zip(self.average.trainable_variables, self.model.trainable_variables, strict=True):
                mean.assign(keep * mean + (1 - keep) * value)
        return loss, right / digits

    def _learn(self, chosen: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        pictures = tf.cast(tf.gather(self.images, chosen), tf.float32) / 255  # (N, 28, 28, 1)
        labels = tf.gather(self.labels, chosen)  # (N,)
        digit = tf.cast(labels < DIGITS, tf.float32)  # (N,), 0 for non-digits and ambiguous ones
        targets = tf.gather(TARGETS, labels)  # (N, 10)
        if self.recipe.distortion:
            seed = tf.stack([self.seed, step * self.workers.count + self.workers.index])
            pictures = distort(pictures, self.recipe.distortion, seed)
        with tf.GradientTape() as tape:
            logits = self.model(pictures, training=True)  # (N, 10)
            loss = self.loss(targets, logits)  # divided by Keras by the number of workers, whose gradients are added
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        right = tf.cast(tf.equal(tf.argmax(logits, 1, tf.int32), labels), tf.float32)
        return tf.stack([loss, tf.reduce_sum(right), tf.reduce_sum(digit)])


def logits(model: keras.Model, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run a network on many pictures, on all cores.

    Args:
        model: a `lenet5()`.
        pictures: (N, 28, 28) float32, 0 = paper, 1 = ink.

    Returns:
        (N, 10) float32.
    """
    return np.asarray(model.predict(pictures[..., None], batch_size=BATCH, verbose=0))


@functools.lru_cache(16)  # an epoch has hundreds of steps
def _order(seed: int, epoch: int, component: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch, component)).permutation(count)
