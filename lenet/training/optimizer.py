"""A recipe's optimizer and learning rate schedule."""

from typing import Any

import keras
import tensorflow as tf

from lenet.training.recipes import Recipe


class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
    """A recipe's learning rate: a warm-up, a cosine decay to 0, and an optional second cosine decay."""

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
        """Return the rate of a step, counted from 0."""
        start = self.recipe.steps - self.recipe.restart
        return tf.where(tf.cast(step, tf.int32) < start, self.main(step), self.second(tf.maximum(step - start, 0)))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`, as Keras requires."""
        return {"recipe": self.recipe}


class Adam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras has no types
    """Keras's Adam in one TensorFlow kernel, where Keras passes over 3.3 million weights a dozen times."""

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update a variable and its two moments; Keras has applied the weight decay before."""
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
    """Create the recipe's Adam or AdamW, not yet built for a network."""
    rate: float | Schedule = Schedule(recipe) if recipe.cosine else recipe.rate
    adam = Adam(rate, weight_decay=recipe.decay or None)
    adam.exclude_from_weight_decay(var_names=["bias"])
    return adam
