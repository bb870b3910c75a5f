"""Export the trained network for other programs, or add the page's LiteRT file to a folder of weights.

    $ python -m lenet.export --out exported
    exported/lenet5/1        SavedModel, for `tensorflow_model_server --model_name=lenet5 --model_base_path=…`
    exported/lenet5.tflite   LiteRT, for phones and small computers

    $ python -m lenet.export --weights runs/old
    runs/old/lenet5.tflite   the page's file, from the arrays in the same folder

The exported networks take (N, 28, 28, 1) float32 pictures from `lenet.image.preprocess`, 0 = paper, 1 = ink, and return
(N, 10) float32 probabilities, which the command compares with those of the page.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from lenet.command import Parser, command
from lenet.files import WriteError, write_atomic, writing
from lenet.image.preprocess import SIDE
from lenet.model.classifier import DigitClassifier
from lenet.model.runtime import quiet
from lenet.model.verdict import Thresholds
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, add_network, load, to_litert
from lenet.training import mixture

if TYPE_CHECKING:  # imported where used, so that --help does not wait for TensorFlow
    import keras

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # suppress TensorFlow's start-up messages

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
        WriteError: if a file cannot be written.
    """
    classifier = DigitClassifier(weights)
    with quiet():
        import tensorflow as tf
    model = with_probabilities(load(weights), classifier.thresholds)
    saved, lite = out / NAME / VERSION, out / NETWORK
    content = to_litert(model)
    write_atomic(lite, lambda path: path.write_bytes(content))
    try:
        with writing(saved):
            model.export(saved, verbose=False)
    except tf.errors.OpError as error:  # in place of an OSError
        raise WriteError(None, error.message, str(saved)) from error
    pictures = mixture.glyphs(SAMPLES, np.random.default_rng(0)).pictures
    expected = classifier.thresholds.probabilities(classifier.network.logits(pictures))
    for path, probabilities in ((saved, run_saved(saved, pictures)), (lite, run_lite(lite, pictures))):
        difference = float(np.abs(probabilities - expected).max())
        if not difference <= TOLERANCE:
            raise ExportError(
                f"{path} gives probabilities that differ by {difference:.2g} from the page's. Do not use it."
            )
    return saved, lite


def with_probabilities(network: "keras.Model", thresholds: Thresholds) -> "keras.Model":
    """Add `Thresholds.probabilities` to a `lenet5()`, which gives (N, 10) float32 probabilities instead of logits."""
    import keras

    pictures = keras.Input((SIDE, SIDE, 1), name="picture")
    logits = keras.layers.Rescaling(1 / thresholds.temperature)(network(pictures))
    return keras.Model(pictures, keras.layers.Softmax(name="probabilities")(logits))


def run_saved(folder: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a SavedModel's (N, 10) probabilities for (N, 28, 28) pictures."""
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)  # kept alive for its functions
    return np.asarray(loaded.serve(tf.constant(pictures[..., None])))


def run_lite(path: Path, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a LiteRT file's (N, 10) probabilities for (N, 28, 28) pictures, in one batch."""
    with quiet():
        run = Interpreter(model_path=str(path), num_threads=1).get_signature_runner()
    [outputs] = run(picture=pictures[..., None]).values()
    return np.asarray(outputs)


@command(WeightsError, ExportError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = Parser("python -m lenet.export", __doc__)
    parser.add_argument("--out", type=Path, metavar="DIR", help="export both to this folder")
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help=f"default: the page's weights; without --out, write {NETWORK} into this folder for the page",
    )
    options = parser.parse_args(arguments)
    if options.out:
        written = list(export(options.out, options.weights or WEIGHTS))
    elif options.weights:
        add_network(options.weights)
        written = [options.weights / NETWORK]
    else:
        parser.error(f"give --out, a folder to export to, or --weights, a folder without {NETWORK}")
    print(*written, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
