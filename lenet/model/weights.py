"""The saved network: written by training and export, verified before anything is read with it.

A folder of weights holds three files of one network:

    lenet5.weights.h5   the arrays for Keras, which training starts from and `lenet.export` reads
    lenet5.tflite       the same arrays in LiteRT's format, with every layer as an output, for the page
    lenet5.json         the SHA-256 of both, the thresholds of the verdict, and how they were trained
"""

import hashlib
import json
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet.files import write_atomic, write_json
from lenet.model.verdict import Thresholds

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
ARRAYS, NETWORK, FACTS = "lenet5.weights.h5", "lenet5.tflite", "lenet5.json"
FILES = (ARRAYS, NETWORK, FACTS)
# Kernel and bias of each layer of `lenet.model.network`, repeated here because that module needs Keras.
SHAPES = [(5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 1024), (1024,), (1024, 10), (10,)]
BYTES = 4 * sum(math.prod(shape) for shape in SHAPES)  # of the arrays, float32
HEADERS = 100_000  # bytes that a file holds beside its arrays, at most
NAME = "lenet5"
LAYERS = ("conv1", "pool1", "conv2", "pool2", "hidden", "logits")  # the outputs of lenet5.tflite, by these names

RESTORE = "Restore it (`git checkout weights`) or train new weights (`python -m lenet.train --out weights`)."


class WeightsError(Exception):
    """The weights cannot be used; the text says which file, why, and what to do."""


def save(
    model: "keras.Model",
    folder: Path,
    training: dict[str, Any],
    thresholds: Thresholds = Thresholds(),  # noqa: B008  # immutable
) -> None:
    """Save a network for training and for the page.

    Args:
        model: a trained `lenet5()`.
        folder: where to write; each file is replaced as a whole, lenet5.json last.
        training: how it was trained, as JSON, for the people who read the file.
        thresholds: of the verdict, if they are known; `write_thresholds` replaces them.

    Raises:
        OSError: if a file cannot be written.
    """
    from lenet.model.network import lenet5

    bare = lenet5()  # never compiled: a trained model would save its optimizer too, three times the size
    for variable, trained in zip(bare.trainable_variables, model.trainable_variables, strict=True):
        variable.assign(trained)

    def write(path: Path) -> None:
        path.write_bytes(bytes(BYTES + HEADERS))  # HDF5 fails with pages of tracebacks on a full disk; this does not
        bare.save_weights(path)

    write_atomic(folder / ARRAYS, write)
    write_atomic(folder / NETWORK, lambda path: path.write_bytes(convert(bare)))
    facts = {"sha256": _digests(folder), "thresholds": thresholds.to_json(), "training": training}
    write_json(folder / FACTS, facts)


def convert(model: "keras.Model") -> bytes:
    """Convert a `lenet5()` to the content of a LiteRT file whose outputs are all of its layers."""
    import keras

    outputs = {name: model.get_layer(name).output for name in LAYERS}
    return to_litert(keras.Model(model.inputs, outputs, name=NAME))  # unnamed, it would get another name each time


def to_litert(model: "keras.Model") -> bytes:
    """Convert a Keras model to the content of a LiteRT file; takes one second and 30 MB of temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        model.export(path, format="litert", verbose=False)
        return path.read_bytes()


def add_network(folder: Path) -> None:
    """Write lenet5.tflite from lenet5.weights.h5, into a folder that lacks it.

    Raises:
        WeightsError: if the weights there cannot be used.
        OSError: if a file cannot be written.
    """
    facts = _facts(folder)
    content = convert(load(folder))
    write_atomic(folder / NETWORK, lambda path: path.write_bytes(content))
    write_json(folder / FACTS, facts | {"sha256": _digests(folder)})


def write_thresholds(folder: Path, thresholds: Thresholds, calibration: dict[str, Any]) -> None:
    """Replace the thresholds of saved weights.

    Args:
        folder: with the weights.
        thresholds: the new ones.
        calibration: how they were found, as JSON.

    Raises:
        WeightsError: if the weights there cannot be used.
        OSError: if the file cannot be written.
    """
    facts = _facts(folder)
    write_json(folder / FACTS, facts | {"thresholds": thresholds.to_json(), "calibration": calibration})


def verify(folder: Path = WEIGHTS) -> Thresholds:
    """Check that both files of the network are the ones that lenet5.json names.

    Returns:
        The thresholds of the verdict.

    Raises:
        WeightsError: if a file is missing, unreadable, or another one.
    """
    facts = _facts(folder)
    _check(folder, ARRAYS, facts)
    if NETWORK not in facts["sha256"]:
        raise WeightsError(
            f"{folder} has no {NETWORK}, which the page reads with: write it with "
            f"`python -m lenet.export --weights {folder}`."
        )
    _check(folder, NETWORK, facts)
    return Thresholds(**facts["thresholds"])


def load(folder: Path = WEIGHTS) -> "keras.Model":
    """Load the network into Keras, from lenet5.weights.h5.

    Raises:
        WeightsError: if a file is missing, unreadable, or another one.
    """
    _check(folder, ARRAYS, _facts(folder))
    from lenet.model.network import lenet5

    model = lenet5()
    try:
        model.load_weights(folder / ARRAYS)
    except (ValueError, OSError, KeyError) as error:
        raise WeightsError(f"{folder / ARRAYS} does not hold the arrays of this network. {RESTORE}") from error
    return model


def digest(folder: Path = WEIGHTS) -> str:
    """Return the SHA-256 of the saved arrays, in hexadecimal: it names the network."""
    return _digest(folder / ARRAYS)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    return {name: _digest(folder / name) for name in (ARRAYS, NETWORK)}


def _facts(folder: Path) -> dict[str, Any]:
    """Read lenet5.json and check what the product relies on: hashes by file name, and usable thresholds."""
    path = folder / FACTS
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(facts["sha256"], str):  # written before there was a lenet5.tflite
            facts = {**facts, "sha256": {ARRAYS: facts["sha256"]}}
            facts.pop("file", None)
        numbers = Thresholds(**facts["thresholds"]).to_json()
        if not all(isinstance(number, int | float) and 0 <= number < 100 for number in numbers.values()):
            raise ValueError("its thresholds are not numbers from 0 to 100")
        if not numbers["temperature"]:
            raise ValueError("its temperature is 0")
        facts["sha256"][ARRAYS]
    except OSError as error:
        raise WeightsError(f"Cannot read the weights: {path} ({error.strerror}). {RESTORE}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path} is damaged ({error}). {RESTORE}") from error
    checked: dict[str, Any] = facts
    return checked


def _check(folder: Path, name: str, facts: dict[str, Any]) -> None:
    """Check one file's SHA-256."""
    path = folder / name
    try:
        actual = _digest(path)
    except OSError as error:
        raise WeightsError(f"Cannot read the weights: {path} ({error.strerror}). {RESTORE}") from error
    if actual != facts["sha256"][name]:
        raise WeightsError(f"{path} is damaged: its SHA-256 is not the one in {FACTS}. {RESTORE}")
