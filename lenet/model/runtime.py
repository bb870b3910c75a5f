"""The trained network in LiteRT: one call returns the logits or the output of every layer.

TensorFlow takes three seconds and 600 MB to import, and longer to dispatch a single picture than to compute it; see
`python -m benchmarks.startup` and `python -m benchmarks.predict`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from lenet.model.weights import LAYERS, WeightsError

# Two threads halve the time of one picture among others, 0.45 to 0.25 ms: most of it is reading the hidden layer's
# 12.8 MB. After a pause both take about as long, and as many updates a second are answered (`benchmarks.server`).
THREADS = min(2, os.cpu_count() or 1)

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Activations:
    """The outputs of all layers for one picture, float32; all but the logits are at least 0.

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
    """The weights of one layer, in the layout of Keras.

    Attributes:
        kernel: (5, 5, C, maps) of a convolution, (inputs, units) of a dense layer.
        bias: (maps,) or (units,).
    """

    kernel: Array
    bias: Array


class Network:
    """The trained network; safe to share between threads.

    Args:
        path: of a lenet5.tflite.

    Attributes:
        weights: of `conv1`, `conv2` and `logits`, for `lenet.model.explain`.

    Raises:
        WeightsError: if the file does not contain this network.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()  # held for one picture at a time, 0.3 ms
        try:
            with quiet():
                self._interpreter = Interpreter(model_path=str(path), num_threads=THREADS)
                self._interpreter.allocate_tensors()
            signature = self._interpreter.get_signature_runner()
            self._input = signature.get_input_details()["picture"]["index"]
            outputs = signature.get_output_details()
            self._outputs = {name: outputs[name]["index"] for name in LAYERS}
            del signature  # the interpreter runs only when nothing else holds it
            self.weights = {name: _weights(self._interpreter, *shapes) for name, shapes in _STORED.items()}
            self.activations(np.zeros((28, 28), np.float32))  # prepare the kernels, and fail if a layer is missing
            _check(self._interpreter)
        except (ValueError, KeyError, RuntimeError, TypeError) as error:
            remedy = f"Write it again with `python -m lenet.export --weights {path.parent}`."
            raise WeightsError(f"{path} does not contain this network. {remedy}") from error

    def logits(self, pictures: Array) -> Array:
        """Return the logits, (N, 10) float32, which `Thresholds.probabilities` turns into probabilities.

        Args:
            pictures: (N, 28, 28) float32, 0 = paper, 1 = ink, from `preprocess`.
        """
        outputs = np.empty((len(pictures), 10), np.float32)
        for i, picture in enumerate(pictures):
            [outputs[i]] = self._run(picture, ["logits"])
        return outputs

    def activations(self, picture: Array) -> Activations:
        """Return the outputs of all layers for one picture.

        Args:
            picture: (28, 28) float32, 0 = paper, 1 = ink, from `preprocess`.
        """
        return Activations(picture, *self._run(picture, LAYERS))

    def _run(self, picture: Array, layers: Sequence[str]) -> list[Array]:
        """Return the outputs of some layers for one picture."""
        with self._lock:
            self._interpreter.set_tensor(self._input, picture[None, ..., None])
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(self._outputs[layer])[0] for layer in layers]


@contextmanager
def quiet() -> Iterator[None]:
    """Hide what C++ libraries print on standard error while they start; LiteRT and oneDNN have no setting for it."""
    try:
        stderr = os.dup(2)
    except OSError:  # closed: nothing to hide
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


# Shapes of kernel and bias in LiteRT's layout, output channels first; no other tensor of the network has them.
_STORED = {"conv1": ((32, 5, 5, 1), (32,)), "conv2": ((64, 5, 5, 32), (64,)), "logits": ((10, 1024), (10,))}


def _check(interpreter: Interpreter) -> None:
    """Raise a ValueError unless all weights are float32 and give finite logits for every picture."""
    index = {tuple(tensor["shape"]): tensor["index"] for tensor in interpreter.get_tensor_details()}
    largest = 1.0  # of a layer's outputs; pixels are at most 1
    for kernel in (*(kernel for kernel, _ in _STORED.values()), (1024, 3136)):
        weights, bias = (interpreter.get_tensor(index[shape]) for shape in (kernel, kernel[:1]))
        if weights.dtype != np.float32 or bias.dtype != np.float32:
            raise ValueError("The weights are not float32.")
        sums = np.abs(weights).reshape(len(bias), -1).sum(1, dtype=np.float64)
        largest *= float(np.maximum(1, sums.max() + np.abs(bias).max()))  # NaN if there is one
    if not largest < 1e30:
        raise ValueError("The weights are not finite.")


def _weights(interpreter: Interpreter, kernel: tuple[int, ...], bias: tuple[int, ...]) -> Weights:
    """Find the weights of one layer by the shapes of their tensors."""
    index = {tuple(tensor["shape"]): tensor["index"] for tensor in interpreter.get_tensor_details()}
    return Weights(np.moveaxis(interpreter.get_tensor(index[kernel]), 0, -1), interpreter.get_tensor(index[bias]))
