"""One training's state and its step: the network, its running average, the optimizer, and what a batch is made of."""

import functools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet.model.network import DIGITS, lenet5
from lenet.training import mixture
from lenet.training.augment import distort
from lenet.training.optimizer import optimizer
from lenet.training.precision import precision
from lenet.training.recipes import Recipe
from lenet.training.workers import PartDropout, Workers

BATCH = 500  # pictures that are read at once: enough to keep the cores busy, 60 MB of activations


class Trainer:
    """One training: the network, its running average, the optimizer, and the traced step that moves all three.

    Args:
        recipe: how to train.
        sources: what with, and how much of each is in a batch.
        seed: of the weights, the order, the dropout and the distortions.
        start: a `lenet5()` whose weights to go on from; None: fresh ones.
        workers: who trains together; None: this process alone.
    """

    def __init__(
        self,
        recipe: Recipe,
        sources: Sequence[mixture.Source],
        seed: int,
        start: keras.Model | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.recipe, self.seed, self.sources = recipe, seed, sources
        self.workers = workers or Workers()
        self.part = self.workers.part(recipe.batch)
        layer = functools.partial(PartDropout, part=self.part) if self.workers.together else keras.layers.Dropout
        with self.workers.strategy.scope():
            self.model = lenet5(recipe.dropout, seed, layer, precision(recipe))
            # Starts where the model starts; what is evaluated and saved, if there is one.
            self.average = lenet5(seed=seed) if recipe.average else None
            self.optimizer = optimizer(recipe)
            self.optimizer.build(self.model.trainable_variables)
        self.start = start
        self.own = lenet5()  # no variable of it is shared with other workers
        if start is not None:
            for model in filter(None, (self.model, self.average)):
                for variable, trained in zip(model.trainable_variables, start.trainable_variables, strict=True):
                    variable.assign(trained)
        self.images = tf.constant(np.concatenate([each.data.images for each in sources])[..., None])  # (N, 28, 28, 1)
        self.labels = tf.constant(np.concatenate([each.data.labels for each in sources]), tf.int32)  # (N,), 0 to 10
        self.loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.smoothing)

    @property
    def variables(self) -> list[keras.Variable]:
        """All that a checkpoint has to hold, in a fixed order."""
        means = self.average.trainable_variables if self.average else []
        return [*self.model.variables, *means, *self.optimizer.variables]

    def kept(self) -> keras.Model:
        """The network to evaluate and save, as it is now: the average or the last weights, blended with the start."""
        best = self.average or self.model
        if self.start is None and best is self.average and not self.workers.together:
            return best  # in float32, as it is to be used
        before = best if self.start is None else self.start
        every = (each.trainable_variables for each in (self.own, before, best))
        for own, start, learnt in zip(*every, strict=True):
            own.assign(start + self.recipe.blend * (learnt - start))
        return self.own

    def batch(self, step: int) -> NDArray[np.int32]:
        """Which pictures a step learns from: each of a source once a round, in an order that seed and step decide."""
        chosen, first = [], 0
        for number, source in enumerate(self.sources):
            count = len(source.data.labels)
            places = np.arange(step * source.share, (step + 1) * source.share)
            rounds, places = np.divmod(places, count)
            for one in np.unique(rounds):
                chosen.append(first + _order(self.seed, int(one), number, count)[places[rounds == one]])
            first += count
        return np.concatenate(chosen).astype(np.int32)

    @tf.function(  # type: ignore[untyped-decorator]  # TensorFlow has no types
        input_signature=[tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)]
    )
    def step(self, chosen: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Learn from one batch, of all workers; returns its loss and its accuracy before the step."""
        strategy = self.workers.strategy
        sums = strategy.run(self._learn, (self.part.of(chosen), step))  # (3,) of this worker's part
        loss, right, digits = tf.unstack(strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None))
        if not self.average:
            return loss, right / digits
        # A young average would still hold the random start: its memory grows with the steps until it is full.
        passed = tf.cast(step, tf.float32)
        keep = tf.minimum(self.recipe.average, (1 + passed) / (10 + passed))
        for mean, value in zip(self.average.trainable_variables, self.model.trainable_variables, strict=True):
            mean.assign(keep * mean + (1 - keep) * value)
        return loss, right / digits

    def _learn(self, chosen: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        pictures = tf.cast(tf.gather(self.images, chosen), tf.float32) / 255  # (N, 28, 28, 1)
        labels = tf.gather(self.labels, chosen)  # (N,)
        digit = tf.cast(labels < DIGITS, tf.float32)  # 1, or 0 for a not-digit, whose target is uniform
        targets = tf.one_hot(labels, DIGITS) + (1 - digit[:, None]) / DIGITS  # (N, 10)
        if self.recipe.distortion:
            seed = tf.stack([self.seed, step])
            pictures = distort(pictures, self.recipe.distortion, seed, self.part.first, self.part.whole)
        with tf.GradientTape() as tape:
            logits = self.model(pictures, training=True)  # (N, 10)
            loss = self.loss(targets, logits)  # Keras divides by the count of workers, whose gradients are added up
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


@functools.lru_cache(16)  # a round has hundreds of steps
def _order(seed: int, one: int, source: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, one, source)).permutation(count)
