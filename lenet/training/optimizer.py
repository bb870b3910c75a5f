"""A recipe's optimizer and the learning rate along its steps."""

from typing import Any

import keras
import tensorflow as tf

from lenet.training.recipes import Recipe


class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
    """A recipe's learning rate: a warm-up and a cosine to 0, then perhaps a second cosine to 0."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.main = keras.optimizers.schedules.CosineDecay(
            0.0 if recipe.warmup else recipe.rate,
            max(1, recipe.steps - recipe.restart - recipe.warmup),
            warmup_target=recipe.rate if recipe.warmup else None,
            warmup_steps=recipe.warmup,
        )
        self.second = keras.optimizers.schedules.CosineDecay(recipe.restart_rate, max(1, recipe.restart))

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate of a step, counted from 0."""
        start = self.recipe.steps - self.recipe.restart
        return tf.where(tf.cast(step, tf.int32) < start, self.main(step), self.second(tf.maximum(step - start, 0)))

    def get_config(self) -> dict[str, Any]:
        """What `__init__` was given, as Keras asks of a schedule."""
        return {"recipe": self.recipe}


class Adam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras has no types
    """Keras's Adam by TensorFlow's one kernel: Keras reads and writes 3.3 million weights in a dozen operations."""

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Move a variable and its two moments; the weight decay came before."""
        index = self._get_variable_index(variable)
        steps = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**steps,
            beta2_power=self.beta_2**steps,
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


def optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """Adam or AdamW as the recipe has it, not yet built for a network."""
    rate: float | Schedule = Schedule(recipe) if recipe.cosine else recipe.rate
    adam = Adam(rate, weight_decay=recipe.decay or None)
    adam.exclude_from_weight_decay(var_names=["bias"])
    return adam
