"""The network in LiteRT, Google's library for phones, which is made for one picture at a time.

For so little work the way into TensorFlow and through its threads takes about as long as the work itself:
`python -m benchmarks.predict` has both.
"""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

LOG = logging.getLogger(__name__)


def runner(model: "keras.Model") -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """What runs a network, from (N, 28, 28) to its outputs: LiteRT, or Keras itself if that cannot be had."""
    try:
        return Interpreter(convert(model))
    except Exception as error:  # there may be no room, or no LiteRT for this machine: slower is better than not at all
        LOG.warning("Keras itself runs the network, which takes longer: LiteRT cannot be had. %s", error)
        return lambda pictures: np.asarray(model(pictures[..., None], training=False))


def convert(model: "keras.Model") -> bytes:
    """A Keras model as a LiteRT file's content; takes a second, and 30 MB of the folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        model.export(path, format="litert", verbose=False)
        return path.read_bytes()


class Interpreter:
    """Runs a network from pictures to outputs, on one thread; safe to share between threads.

    Args:
        content: of a LiteRT file.
        batch: pictures that are run at once.
    """

    def __init__(self, content: bytes, batch: int = 1) -> None:
        from ai_edge_litert import interpreter

        self._batch = batch
        self._lock = Lock()
        self._interpreter = interpreter.Interpreter(model_content=content, num_threads=1)
        (given,), (answered,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._interpreter.resize_tensor_input(given["index"], [batch, *given["shape"][1:]])
        self._interpreter.allocate_tensors()
        self._given, self._answered, self._shape = given["index"], answered["index"], answered["shape"][1:]

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """The outputs for pictures.

        Args:
            pictures: (N, 28, 28) float32, 0 = paper, 1 = ink; N a multiple of `batch`.

        Returns:
            (N, 10) float32.
        """
        outputs = np.empty((len(pictures), *self._shape), np.float32)
        with self._lock:
            for first in range(0, len(pictures), self._batch):
                self._interpreter.set_tensor(self._given, pictures[first : first + self._batch, ..., None])
                self._interpreter.invoke()
                outputs[first : first + self._batch] = self._interpreter.get_tensor(self._answered)
        return outputs
