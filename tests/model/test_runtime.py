"""LiteRT computes what Keras and NumPy compute, in every layer, and long work does not block drawings."""

import asyncio
import os
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from lenet.datasets import mnist
from lenet.demo.inside.inside import SLICE, in_slices
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.runtime import Network
from lenet.model.weights import ARRAYS, NETWORK, WEIGHTS, load
from lenet.training import mixture
from tests.helpers import oracle
from tests.helpers.digits import DIGITS


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(WEIGHTS / NETWORK)


def synthetic() -> np.ndarray:
    """300 synthetic digits and non-digits, (300, 28, 28)."""
    random = np.random.default_rng(0)
    return np.concatenate([mixture.glyphs(200, random).pictures, mixture.non_digits(100, random).pictures])


def mnist_images() -> np.ndarray:
    if "MNIST_DIR" not in os.environ:
        pytest.skip("MNIST_DIR is not set: it names a folder with the real MNIST")
    return mnist.load_test().pictures[:1000]


@pytest.mark.parametrize("pictures", [synthetic, pytest.param(mnist_images, marks=pytest.mark.slow)])
def test_litert_keras_and_numpy_compute_the_same_logits(network: Network, pictures: Callable[[], np.ndarray]) -> None:
    batch = pictures()
    litert = network.logits(batch)
    keras = load().predict(batch[..., None], batch_size=100, verbose=0)
    numpy = oracle.logits(oracle.read_weights(WEIGHTS / ARRAYS), batch)
    for other in (keras, numpy):
        np.testing.assert_allclose(litert, other, atol=1e-3)
        np.testing.assert_array_equal(litert.argmax(1), other.argmax(1))


def test_no_pictures_give_no_logits(network: Network) -> None:
    assert network.logits(np.empty((0, 28, 28), np.float32)).shape == (0, 10)


def test_every_layer_is_that_of_numpy(network: Network) -> None:
    picture = preprocess(render(DIGITS[4])).picture
    activations = network.activations(picture)
    weights = oracle.read_weights(WEIGHTS / ARRAYS)
    conv1 = oracle.convolve(picture[None, ..., None].astype(np.float64), *weights[0])
    conv2 = oracle.convolve(oracle.pool(conv1), *weights[1])
    hidden = np.maximum(oracle.pool(conv2).reshape(1, -1) @ weights[2][0] + weights[2][1], 0)
    logits = hidden @ weights[3][0] + weights[3][1]
    expected = {"conv1": conv1, "pool1": oracle.pool(conv1), "conv2": conv2, "pool2": oracle.pool(conv2)}
    for name, layer in {**expected, "hidden": hidden, "logits": logits}.items():
        np.testing.assert_allclose(getattr(activations, name), layer[0], rtol=1e-4, atol=1e-4)
    assert activations.picture is picture


def test_the_weights_for_explanations_are_those_of_keras(network: Network) -> None:
    conv1, conv2, _, logits = oracle.read_weights(WEIGHTS / ARRAYS)
    for name, (kernel, bias) in {"conv1": conv1, "conv2": conv2, "logits": logits}.items():
        np.testing.assert_array_equal(network.weights[name].kernel, kernel)
        np.testing.assert_array_equal(network.weights[name].bias, bias)


class Recorder:
    """A network that records the order of its work."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.first = threading.Event()

    def logits(self, pictures: np.ndarray) -> np.ndarray:
        self.runs += ["occlusion"] * len(pictures)
        self.first.set()
        return np.zeros((len(pictures), 10), np.float32)


def test_a_drawing_does_not_wait_for_a_whole_occlusion() -> None:
    recorder = Recorder()

    async def draw() -> None:
        await asyncio.to_thread(recorder.first.wait, 10)
        recorder.runs.append("drawing")

    async def both() -> None:
        await asyncio.gather(in_slices(recorder, np.zeros((200, 28, 28), np.float32)), draw())  # type: ignore[arg-type]

    asyncio.run(both())
    assert recorder.runs.count("occlusion") == 200
    assert recorder.runs.index("drawing") <= 5 * SLICE  # a few turns of the event loop


def test_an_occlusion_waits_while_drawings_keep_the_event_loop_busy() -> None:
    recorder = Recorder()

    async def draw() -> int:
        for _ in range(20):
            time.sleep(0.01)
            await asyncio.sleep(0)
        return len(recorder.runs)

    async def both() -> int:
        _, occluded = await asyncio.gather(in_slices(recorder, np.zeros((40, 28, 28), np.float32)), draw())  # type: ignore[arg-type]
        return occluded

    assert asyncio.run(both()) <= 3 * SLICE  # without waiting: all 40
    assert len(recorder.runs) == 40
