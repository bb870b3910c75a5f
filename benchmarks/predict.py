"""Time for one picture: ours in LiteRT, with and without the layers for the page, TensorFlow's ways, and a floor.

    $ python -m benchmarks.predict

All take turns, ten drawings each, as a person's updates follow one another; one more before them is not counted, as
it finds the processor's caches full of the way before. The floor is the larger of two: the network's multiplications at
the rate of a large matrix multiplication, and its weights at the rate at which memory is read.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks import harness
from benchmarks.harness import DIGITS, milliseconds, spread
from lenet.demo.inside.inside import encode
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import SHAPES, load

# Multiplications and additions of each layer for one picture: two for each weight, at each place it is used at.
PLACES = (28 * 28, 14 * 14, 1, 1)
FLOPS = sum(2 * places * int(np.prod(shape)) for places, shape in zip(PLACES, SHAPES[::2], strict=True))
BYTES = 4 * sum(int(np.prod(shape)) for shape in SHAPES)


def seconds(call: Callable[[], Any]) -> float:
    """Of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def floor() -> dict[str, float]:
    """What this machine's arithmetic and its memory would need for one picture, and at which rates."""
    import tensorflow as tf

    square = tf.random.normal((2048, 2048))
    multiply = tf.function(lambda: tf.linalg.matmul(square, square))
    vector, weights = tf.random.normal((1, 3136)), tf.random.normal((3136, 1024))
    read = tf.function(lambda: tf.linalg.matmul(vector, weights))  # each weight is read once and used once
    rates = {}
    for name, call, work in (
        ("flops", multiply, 2 * 2048**3),
        ("bytes", read, 4 * 3136 * 1024),
    ):
        call()
        rates[name] = work / min(seconds(lambda call=call: call().numpy()) for _ in range(30))
    return {
        "flops_a_second": rates["flops"],
        "bytes_a_second": rates["bytes"],
        "arithmetic": FLOPS / rates["flops"],
        "memory": BYTES / rates["bytes"],
    }


def main() -> None:
    """The command."""
    given = harness.options("predict", "Measure one prediction.", rounds=30)
    import tensorflow as tf

    read, model = DigitClassifier(), load()
    drawings = [render(strokes) for strokes in DIGITS.values()]
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
    took: dict[str, list[float]] = {name: [] for name in ways}
    given_to_all = [(drawing, preprocess(drawing).picture[None, ..., None]) for drawing in drawings]
    for turn in tqdm(range(-2, given.rounds), unit="round"):
        for name, way in ways.items():
            way(*given_to_all[-1])
            for drawing, picture in given_to_all:
                one = seconds(lambda way=way, drawing=drawing, picture=picture: way(drawing, picture))
                if turn >= 0:  # the first two rounds warm
                    took[name].append(one)
    figures = {name: spread(each) for name, each in took.items()}
    least = floor()
    ours = figures["ours: preprocess, network, verdict"]["median"]
    ratios = {name: each["median"] / ours for name, each in figures.items()}
    print(
        harness.table(
            ["one picture", "ms", "of ours"],
            [(name, milliseconds(each), f"{ratios[name]:.2f}") for name, each in figures.items()],
        )
    )
    arithmetic, memory = (1000 * least[name] for name in ("arithmetic", "memory"))
    print(
        f"Floor: {arithmetic:.2f} ms of arithmetic ({FLOPS / 1e6:.1f} MFLOP at {least['flops_a_second'] / 1e9:.0f} "
        f"GFLOP/s), {memory:.2f} ms of memory ({BYTES / 1e6:.1f} MB at {least['bytes_a_second'] / 1e9:.1f} GB/s)."
    )
    harness.write(given.out, "predict", {"ways": figures, "ratios": ratios, "floor": least})


if __name__ == "__main__":
    main()
