"""The network in LiteRT, Google's runtime for small devices: one call gives the logits and every layer.

For a single picture the way into TensorFlow takes longer than the work itself, and importing it takes three seconds
and 600 MB; `python -m benchmarks.predict` and `python -m benchmarks.startup` have the numbers.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from lenet.model.weights import LAYERS, WeightsError

# Two threads halve the time of one picture, 0.45 to 0.25 ms: most of it is reading the hidden layer's 12.8 MB. As many
# updates a second are answered as with one (`python -m benchmarks.server`).
THREADS = min(2, os.cpu_count() or 1)

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Activations:
    """Every layer's output for one picture, as float32; all but the logits are at least 0.

    Attributes:
        picture: (28, 28), 0 = paper, 1 = ink.
        conv1: (28, 28, 32), after ReLU.
        pool1: (14, 14, 32).
        conv2: (14, 14, 64), after ReLU.
        pool2: (7, 7, 64).
        hidden: (1024,), after ReLU.
        logits: (10,).
    """

    picture: Array
    conv1: Array
    pool1: Array
    conv2: Array
    pool2: Array
    hidden: Array
    logits: Array


@dataclass(frozen=True)
class Weights:
    """The weights of one layer, as Keras has them.

    Attributes:
        kernel: (5, 5, C, maps) of a convolution, (inputs, units) of a dense layer.
        bias: (maps,) or (units,).
    """

    kernel: Array
    bias: Array


class Network:
    """The trained network, on two threads; safe to share between threads.

    Args:
        path: of a lenet5.tflite.

    Attributes:
        weights: of the layers that are explained: `conv1`, `conv2` and `logits`.

    Raises:
        WeightsError: if the file does not hold this network.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()  # held for one picture at a time, 0.3 ms
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=THREADS)
            self._interpreter.allocate_tensors()
            signature = self._interpreter.get_signature_runner()
            self._input = signature.get_input_details()["picture"]["index"]
            outputs = signature.get_output_details()
            self._outputs = {name: outputs[name]["index"] for name in LAYERS}
            del signature  # the interpreter runs only when nothing else holds it
            self.weights = {name: _weights(self._interpreter, *shapes) for name, shapes in _STORED.items()}
            self.activations(np.zeros((28, 28), np.float32))  # sets up the kernels; fails without a layer
        except (ValueError, KeyError, RuntimeError, TypeError) as error:
            raise WeightsError(
                f"{path} does not hold this network: write it again with "
                f"`python -m lenet.export --weights {path.parent}`."
            ) from error

    def logits(self, pictures: Array) -> Array:
        """Run the network on many pictures.

        Args:
            pictures: (N, 28, 28) float32, 0 = paper, 1 = ink, as `preprocess` makes them.

        Returns:
            (N, 10) float32; softmax turns them into probabilities.
        """
        outputs = np.empty((len(pictures), 10), np.float32)
        for i, picture in enumerate(pictures):
            [outputs[i]] = self._run(picture, ["logits"])
        return outputs

    def activations(self, picture: Array) -> Activations:
        """Run the network on one picture and keep every layer.

        Args:
            picture: (28, 28) float32, 0 = paper, 1 = ink, as `preprocess` makes it.
        """
        return Activations(picture, *self._run(picture, LAYERS))

    def _run(self, picture: Array, layers: Sequence[str]) -> list[Array]:
        """Return copies of some layers' outputs for one picture."""
        with self._lock:
            self._interpreter.set_tensor(self._input, picture[None, ..., None])
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(self._outputs[layer])[0] for layer in layers]


# Shapes of kernel and bias as LiteRT stores them, output channels first; no two tensors of the network share one.
_STORED = {"conv1": ((32, 5, 5, 1), (32,)), "conv2": ((64, 5, 5, 32), (64,)), "logits": ((10, 1024), (10,))}


def _weights(interpreter: Interpreter, kernel: tuple[int, ...], bias: tuple[int, ...]) -> Weights:
    """Read one layer's weights by the shapes of their tensors."""
    index = {tuple(tensor["shape"]): tensor["index"] for tensor in interpreter.get_tensor_details()}
    return Weights(np.moveaxis(interpreter.get_tensor(index[kernel]), 0, -1), interpreter.get_tensor(index[bias]))
