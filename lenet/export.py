"""Export the trained network for other programs, or add the page's LiteRT file to a folder of weights.

    $ python -m lenet.export --out exported
    exported/lenet5/1        SavedModel, for `tensorflow_model_server --model_name=lenet5 --model_base_path=…`
    exported/lenet5.tflite   LiteRT, for phones and small computers

    $ python -m lenet.export --weights runs/old
    runs/old/lenet5.tflite   the page's file, from the arrays in the same folder

The exported networks take (N, 28, 28, 1) float32 pictures from `lenet.image.preprocess`, 0 = paper, 1 = ink, and return
(N, 10) float32 probabilities, which the command compares with those of the page.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # suppress TensorFlow's start-up messages

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from lenet.image.preprocess import SIDE
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import Thresholds
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, add_network, load, to_litert
from lenet.training import mixture

NAME, VERSION = "lenet5", "1"  # TensorFlow Serving serves the folder with the highest number
SAMPLES = 200  # synthetic digits, twenty of each
TOLERANCE = 1e-4  # of probabilities: two libraries round sums of 3,136 products differently


class ExportError(Exception):
    """An exported network differs from the page's; the message says by how much."""


def export(out: Path, weights: Path = WEIGHTS) -> tuple[Path, Path]:
    """Export the network for other programs, and compare the results with the page's.

    Args:
        out: the folder to write to.
        weights: the folder of the weights.

    Returns:
        The SavedModel's folder and the LiteRT file.

    Raises:
        WeightsError: if the weights cannot be used.
        ExportError: if an exported network gives other probabilities than the page.
        OSError: if a file cannot be written.
    """
    classifier = DigitClassifier(weights)
    model = with_probabilities(load(weights), classifier.thresholds)
    saved, lite = out / NAME / VERSION, out / NETWORK
    out.mkdir(parents=True, exist_ok=True)
    model.export(saved, verbose=False)
    lite.write_bytes(to_litert(model))
    pictures = mixture.glyphs(SAMPLES, np.random.default_rng(0)).pictures
    expected = classifier.thresholds.probabilities(classifier.network.logits(pictures))
    for path, probabilities in ((saved, run_saved(saved, pictures)), (lite, run_lite(lite, pictures))):
        difference = float(np.abs(probabilities - expected).max())
        if not difference <= TOLERANCE:
            raise ExportError(
                f"{path} gives probabilities that differ by {difference:.2g} from the page's. Do not use it."
            )
    return saved, lite


def with_probabilities(network: keras.Model, thresholds: Thresholds) -> keras.Model:
    """Add `Thresholds.probabilities` to a `lenet5()`, which gives (N, 10) float32 probabilities instead of logits."""
    pictures = keras.Input((SIDE, SIDE, 1), name="picture")
    logits = keras.layers.Rescaling(1 / thresholds.temperature)(network(pictures))
    return keras.Model(pictures, keras.layers.Softmax(name="probabilities")(logits))


def run_saved(folder: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a SavedModel's (N, 10) probabilities for (N, 28, 28) pictures."""
    loaded = tf.saved_model.load(folder)  # kept alive for its functions
    return np.asarray(loaded.serve(tf.constant(pictures[..., None])))


def run_lite(path: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a LiteRT file's (N, 10) probabilities for (N, 28, 28) pictures, in one batch."""
    run = Interpreter(model_path=str(path), num_threads=1).get_signature_runner()
    [outputs] = run(picture=pictures[..., None]).values()
    return np.asarray(outputs)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.export",
        description="Export a SavedModel and a LiteRT file for other programs, or write the page's LiteRT file.",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="export both to this folder")
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help=f"default: the page's weights; without --out, write {NETWORK} into this folder for the page",
    )
    options = parser.parse_args(arguments)
    if not (options.out or options.weights):
        parser.error(f"give --out, a folder to export to, or --weights, a folder without {NETWORK}")
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
