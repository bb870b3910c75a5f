"""Write the trained network for other programs: a SavedModel for TensorFlow Serving, and a LiteRT file.

    $ python -m lenet.export --out exported
    exported/lenet5/1        SavedModel: tensorflow_model_server --model_name=lenet5 --model_base_path=…/exported/lenet5
    exported/lenet5.tflite   LiteRT, for phones and small computers

Both take (N, 28, 28, 1) float32 pictures as `lenet.preprocess` makes them, 0 = paper, 1 = ink, and give (N, 10) float32
probabilities, the same that the demo shows: on digits drawn by rule that is checked before the command ends.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes are not ours to print

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from lenet import classifier
from lenet.classifier import WEIGHTS, DigitClassifier, WeightsError
from lenet.datasets import mixture
from lenet.litert import Interpreter, convert
from lenet.preprocess import SIDE
from lenet.verdict import softmax

NAME, VERSION = "lenet5", "1"  # TensorFlow Serving looks for numbered folders and serves the highest
CHECKED = 200  # digits by rule, of each digit twenty
CLOSE = 1e-4  # what two libraries' sums of 3,136 products may differ by, as probability


class ExportError(Exception):
    """What was written does not answer as the demo does; the text says by how much."""


def export(out: Path, weights: Path = WEIGHTS) -> tuple[Path, Path]:
    """Write both, and check that they answer as the demo does.

    Args:
        out: the folder to write to; it is made if it is not there.
        weights: the folder of the weights.

    Returns:
        The SavedModel's folder and the LiteRT file.

    Raises:
        WeightsError: if the weights cannot be used.
        ExportError: if one of the two answers otherwise than the demo.
    """
    demo = DigitClassifier(weights)
    model = probabilities(classifier.load(weights), demo.thresholds.temperature)
    saved, lite = out / NAME / VERSION, out / f"{NAME}.tflite"
    out.mkdir(parents=True, exist_ok=True)
    model.export(saved, verbose=False)
    lite.write_bytes(convert(model))
    pictures = mixture.glyphs(CHECKED, np.random.default_rng(0)).pictures
    expected = softmax(demo.logits(pictures) / demo.thresholds.temperature)
    for path, given in ((saved, run_saved(saved, pictures)), (lite, run_lite(lite, pictures, CHECKED))):
        difference = float(np.abs(given - expected).max())
        if not difference <= CLOSE:
            raise ExportError(f"{path} gives probabilities that are {difference:.2g} off the demo's; it is of no use.")
    return saved, lite


def probabilities(network: keras.Model, temperature: float) -> keras.Model:
    """The network with the softmax that the demo applies.

    Args:
        network: a `lenet5()`, from (N, 28, 28, 1) to (N, 10) logits.
        temperature: that the logits are divided by.

    Returns:
        From (N, 28, 28, 1) float32 pictures to (N, 10) float32 probabilities.
    """
    pictures = keras.Input((SIDE, SIDE, 1), name="picture")
    logits = keras.layers.Rescaling(1 / temperature)(network(pictures))
    return keras.Model(pictures, keras.layers.Softmax(name="probabilities")(logits))


def run_saved(folder: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a SavedModel says of (N, 28, 28) pictures: (N, 10) probabilities."""
    loaded = tf.saved_model.load(folder)  # its functions need it to be held
    return np.asarray(loaded.serve(tf.constant(pictures[..., None])))


def run_lite(path: Path, pictures: NDArray[np.float32], batch: int = 1) -> NDArray[np.float32]:
    """What a LiteRT file says of (N, 28, 28) pictures, so many at once: (N, 10) probabilities."""
    return Interpreter(path.read_bytes(), batch)(pictures)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.export", description="Write a SavedModel and a LiteRT file of the network."
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where they go")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the demo's")
    options = parser.parse_args(arguments)
    try:
        for path in export(options.out, options.weights):
            print(path)
    except (WeightsError, ExportError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
