"""Time one prediction: ours in LiteRT, with and without the layers for the page, TensorFlow's ways, and a lower bound.

    $ python -m benchmarks.predict

All ways are interleaved, ten drawings each, as the updates of one drawing follow one another; one more drawing before
them is not counted, because it finds the processor's caches full of the way before. The lower bound is the larger of
two: the network's arithmetic at the rate of a large matrix multiplication, and its weights at the memory's rate.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import spread
from lenet.demo.inside.inside import encode
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import SHAPES, load
from tests.helpers.digits import DIGITS

# Multiplications and additions of each layer for one picture: two for each weight, at each place where it is used.
PLACES = (28 * 28, 14 * 14, 1, 1)
FLOPS = sum(2 * places * int(np.prod(shape)) for places, shape in zip(PLACES, SHAPES[::2], strict=True))
BYTES = 4 * sum(int(np.prod(shape)) for shape in SHAPES)


def seconds(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def floor() -> dict[str, float]:
    """Return this machine's rates of arithmetic and memory, and the seconds that one picture needs at each."""
    import tensorflow as tf

    square = tf.random.normal((2048, 2048))
    multiply = tf.function(lambda: tf.linalg.matmul(square, square))
    vector, weights = tf.random.normal((1, 3136)), tf.random.normal((3136, 1024))
    read = tf.function(lambda: tf.linalg.matmul(vector, weights))  # each weight is read once and used once

    def rate(call: Callable[[], Any], work: int) -> float:
        call()
        return work / min(seconds(lambda: call().numpy()) for _ in range(30))

    flops, memory = rate(multiply, 2 * 2048**3), rate(read, 4 * 3136 * 1024)
    return {
        "flops_a_second": flops,
        "bytes_a_second": memory,
        "arithmetic": FLOPS / flops,
        "memory": BYTES / memory,
    }


def main() -> None:
    """Run the command."""
    options = harness.options("predict", "Measure one prediction.", rounds=30)
    import tensorflow as tf

    read, model = DigitClassifier(), load()
    traced = tf.function(
        lambda pictures: model(pictures, training=False),
        input_signature=[tf.TensorSpec([None, 28, 28, 1], tf.float32)],
    ).get_concrete_function()
    ways: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
        "ours: preprocess, network, verdict": lambda drawing, _: read(drawing),
        "ours, the layers for the page too": lambda drawing, _: encode(*read.look(preprocess(drawing)), read),
        "LiteRT": lambda _, picture: read.network.logits(picture[..., 0]),
        "a traced function": lambda _, picture: traced(tf.constant(picture)).numpy(),
        "model(x)": lambda _, picture: model(picture, training=False).numpy(),
        "model.predict": lambda _, picture: model.predict(picture, verbose=0),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    drawings = [render(strokes) for strokes in DIGITS.values()]
    inputs = [(drawing, preprocess(drawing).picture[None, ..., None]) for drawing in drawings]
    for number in tqdm(range(-2, options.rounds), unit="round"):
        for name, way in ways.items():
            way(*inputs[-1])
            took = [seconds(lambda way=way, arrays=arrays: way(*arrays)) for arrays in inputs]
            if number >= 0:  # the first two rounds warm
                times[name] += took
    figures = {name: spread(took) for name, took in times.items()}
    bounds = floor()
    ours = figures["ours: preprocess, network, verdict"]["median"]
    ratios = {name: figures[name]["median"] / ours for name in ways}
    print(
        f"Lower bound: {1000 * bounds['arithmetic']:.2f} ms of arithmetic ({FLOPS / 1e6:.1f} MFLOP at "
        f"{bounds['flops_a_second'] / 1e9:.0f} GFLOP/s), {1000 * bounds['memory']:.2f} ms of memory "
        f"({BYTES / 1e6:.1f} MB at {bounds['bytes_a_second'] / 1e9:.1f} GB/s)."
    )
    table.save("predict", {"ways": figures, "ratios": ratios, "floor": bounds}, options.out)


if __name__ == "__main__":
    main()
