"""Measure training steps: our recipes' step and the original's, a TensorFlow 1 graph and session.

    $ python -m benchmarks.train

They are interleaved, --steps at a time, on random pictures: the content does not change the time. The upper bound is
the network's own multiplications at the rate of a large float32 matrix multiplication on this machine, without
optimizer, pooling and distortions.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import spread
from benchmarks.predict import FLOPS, PLACES, floor
from lenet.datasets.mnist import Split
from lenet.model.weights import SHAPES
from lenet.training.mixture import Component
from lenet.training.precision import precision
from lenet.training.recipes import FAST, PLAIN, Recipe
from lenet.training.trainer import Trainer

COUNT = 10_000  # training pictures
BATCH = 100  # in every way, as in the original


def original(data: Split) -> Callable[[int], None]:
    """Return a function that runs one step of the original, the program of 2016: a graph that is fed from NumPy."""
    tf1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default():
        x, y = tf1.placeholder(tf.float32, [None, 784]), tf1.placeholder(tf.float32, [None, 10])
        keep = tf1.placeholder(tf.float32)

        def weights(*shape: int) -> Any:
            return tf1.Variable(tf1.truncated_normal(shape, stddev=0.1))

        def biases(count: int, start: float) -> Any:
            return tf1.Variable(tf.constant(start, shape=[count]))

        def layer(inputs: Any, before: int, maps: int) -> Any:
            sums = tf1.nn.conv2d(inputs, weights(5, 5, before, maps), strides=[1, 1, 1, 1], padding="SAME")
            return tf1.nn.max_pool(tf.nn.relu(sums + biases(maps, 0.0)), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")

        pooled = layer(layer(tf.reshape(x, [-1, 28, 28, 1]), 1, 32), 32, 64)
        sums = tf.matmul(tf.reshape(pooled, [-1, 7 * 7 * 64]), weights(7 * 7 * 64, 1024)) + biases(1024, 0.1)
        logits = tf.matmul(tf1.nn.dropout(tf.nn.relu(sums), rate=1 - keep), weights(1024, 10)) + biases(10, 0.1)
        # From the logits: the original's log(softmax) ends in NaN, see lenet/model/network.py.
        loss = tf.reduce_mean(tf1.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
        step = tf1.train.AdamOptimizer(1e-3).minimize(loss)
        session = tf1.Session(graph=graph)
        session.run(tf1.global_variables_initializer())
    pictures = data.images.reshape(len(data.images), 784).astype(np.float32) / 255
    targets = np.eye(10, dtype=np.float32)[data.labels]

    def run(number: int) -> None:
        chosen = np.arange(number * BATCH, (number + 1) * BATCH) % len(pictures)
        session.run(step, {x: pictures[chosen], y: targets[chosen], keep: 0.8})

    return run


def ours(recipe: Recipe, data: Split) -> Callable[[int], None]:
    """Return a function that runs one step of a recipe, with its distortions, in batches of the original's size."""
    trainer = Trainer(dataclasses.replace(recipe, batch=BATCH), [Component(data, BATCH)], seed=1)

    def run(number: int) -> None:
        loss, _ = trainer.step(tf.constant(trainer.batch(number)), tf.constant(number))
        loss.numpy()  # wait for it

    return run


def main() -> None:
    """Run the command."""
    options = harness.options("train", "Measure the training step.", rounds=12, steps=20)
    random = np.random.default_rng(1)
    data = Split(random.integers(0, 256, (COUNT, 28, 28), np.uint8), random.integers(0, 10, COUNT).astype(np.uint8))
    ways = {
        "the original: TensorFlow 1 graph, no distortions": original(data),
        f"recipe `{PLAIN.name}`, no distortions": ours(PLAIN, data),
        f"recipe `{FAST.name}`, distorted, {precision(FAST)}": ours(FAST, data),
        f"recipe `{FAST.name}`, distorted, float32": ours(dataclasses.replace(FAST, mixed=False), data),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in tqdm(range(-1, options.rounds), unit="round"):
        for name, step in ways.items():
            started = time.perf_counter()
            for number in range(options.steps):
                step(number)
            if turn >= 0:  # the first traces and warms
                rates[name].append(options.steps / (time.perf_counter() - started))
    figures = {name: spread(values) for name, values in rates.items()}
    first = figures[next(iter(ways))]["median"]
    # Forward, and the gradients of weights and of inputs, of which the first layer needs none.
    products = 3 * FLOPS - 2 * PLACES[0] * int(np.prod(SHAPES[0]))
    fastest = floor()["flops_a_second"] / (BATCH * products)
    ratios = {name: figures[name]["median"] / first for name in ways}
    table.save("train", {"ways": figures, "ratios": ratios, "floor": fastest}, options.out)


if __name__ == "__main__":
    main()
