"""Write the trained network for other programs, or for the page.

    $ python -m lenet.export --out exported
    exported/lenet5/1        SavedModel: tensorflow_model_server --model_name=lenet5 --model_base_path=…/exported/lenet5
    exported/lenet5.tflite   LiteRT, for phones and small computers

    $ python -m lenet.export --weights runs/old
    runs/old/lenet5.tflite   what the page reads with, from the arrays beside it

The first two take (N, 28, 28, 1) float32 pictures as `lenet.image.preprocess` makes them, 0 = paper, 1 = ink, and give
(N, 10) float32 probabilities, the ones that the demo shows: the command checks that on synthetic digits.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes are not ours to print

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from lenet.image.preprocess import SIDE
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import softmax
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, add_network, load, to_litert
from lenet.training import mixture

NAME, VERSION = "lenet5", "1"  # TensorFlow Serving looks for numbered folders and serves the highest
CHECKED = 200  # synthetic digits, twenty of each
CLOSE = 1e-4  # difference of probabilities that two libraries' sums of 3,136 products may have


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
    temperature = demo.thresholds.temperature
    model = probabilities(load(weights), temperature)
    saved, lite = out / NAME / VERSION, out / NETWORK
    out.mkdir(parents=True, exist_ok=True)
    model.export(saved, verbose=False)
    lite.write_bytes(to_litert(model))
    pictures = mixture.glyphs(CHECKED, np.random.default_rng(0)).pictures
    expected = softmax(demo.network.logits(pictures) / temperature)
    for path, answers in ((saved, run_saved(saved, pictures)), (lite, run_lite(lite, pictures))):
        difference = float(np.abs(answers - expected).max())
        if not difference <= CLOSE:
            raise ExportError(f"{path} gives probabilities that are {difference:.2g} off the demo's: do not use it.")
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
    """Return a SavedModel's (N, 10) probabilities for (N, 28, 28) pictures."""
    loaded = tf.saved_model.load(folder)  # its functions need it to be held
    return np.asarray(loaded.serve(tf.constant(pictures[..., None])))


def run_lite(path: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a LiteRT file's (N, 10) probabilities for (N, 28, 28) pictures, all at once."""
    run = Interpreter(model_path=str(path), num_threads=1).get_signature_runner()
    [outputs] = run(picture=pictures[..., None]).values()
    return np.asarray(outputs)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.export",
        description="Write a SavedModel and a LiteRT file for other programs, or the LiteRT file of the page.",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write both for other programs here")
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help=f"folder of the weights, default: the demo's; without --out, {NETWORK} is written into it for the page",
    )
    options = parser.parse_args(arguments)
    if not (options.out or options.weights):
        parser.error("give --out, a folder to write to, or --weights, a folder that lacks " + NETWORK)
    try:
        if options.out:
            written = list(export(options.out, options.weights or WEIGHTS))
        else:
            add_network(options.weights)
            written = [options.weights / NETWORK]
    except (WeightsError, ExportError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(*written, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
