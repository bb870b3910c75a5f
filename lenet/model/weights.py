"""Save, verify and load the network.

A folder of weights has three files:

    lenet5.weights.h5   the arrays for Keras, which training resumes from and `lenet.export` reads
    lenet5.tflite       the same arrays for LiteRT, with every layer as an output, for the page
    lenet5.json         the SHA-256 of both files, the thresholds of the verdict, and how they were made: `Facts`
"""

import hashlib
import json
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from lenet.files import write_atomic, write_json
from lenet.model.verdict import Thresholds

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
ARRAYS, NETWORK, FACTS = "lenet5.weights.h5", "lenet5.tflite", "lenet5.json"
FILES = (ARRAYS, NETWORK, FACTS)
# Shapes of `lenet5().trainable_variables`, repeated here because `lenet.model.network` imports Keras.
SHAPES = [(5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 1024), (1024,), (1024, 10), (10,)]
BYTES = 4 * sum(math.prod(shape) for shape in SHAPES)  # of the arrays, float32
HEADERS = 100_000  # upper bound of the bytes of a file besides its arrays
MOST_FACTS = 1_000_000  # upper bound of the bytes of lenet5.json
COLDEST, HOTTEST = 0.01, 100  # temperatures; probabilities are computed in float32
NAME = "lenet5"
LAYERS = ("conv1", "pool1", "conv2", "pool2", "hidden", "logits")  # names of the outputs of lenet5.tflite


class CalibrationDigits(TypedDict):
    """Single digits that the thresholds were computed from; rates and errors are fractions."""

    count: int  # pictures
    people: int  # drawings by people that they were rendered from; 0: they are synthetic
    wrong: int
    accepted: float
    several: float  # mistaken for several digits
    calibration_error_before: float  # at temperature 1
    calibration_error: float


class CalibrationNonDigits(TypedDict):
    """Non-digits that the thresholds were measured on."""

    count: int  # pictures
    people: int  # drawings by people that they were rendered from; 0: they are synthetic
    accepted: float  # as a digit or as several


class Calibration(TypedDict):
    """The drawings that the thresholds were computed from, and their verdicts."""

    digits: CalibrationDigits
    not_digits: CalibrationNonDigits


class Facts(TypedDict):
    """The content of lenet5.json; the product relies on the first two keys, the others are for people."""

    sha256: dict[str, str]  # by file name
    thresholds: dict[str, float]  # `Thresholds` by name
    training: dict[str, Any]  # recipe, seed, SHA-256 of the arrays that training started from
    calibration: NotRequired[Calibration]


class WeightsError(Exception):
    """The weights cannot be used; the message names the file, the reason and the remedy."""


def save(
    model: "keras.Model",
    folder: Path,
    training: dict[str, Any],
    thresholds: Thresholds = Thresholds(),  # noqa: B008  # immutable
) -> None:
    """Save a network for training and for the page.

    Args:
        model: a trained `lenet5()`.
        folder: to write to; each file is replaced atomically, lenet5.json last.
        training: `Facts.training`.
        thresholds: of the verdict; `write_thresholds` replaces them.

    Raises:
        WriteError: if a file cannot be written.
    """
    from lenet.model.network import lenet5

    bare = lenet5()  # not compiled: a compiled model would save its optimizer too, three times the size
    for variable, trained in zip(bare.trainable_variables, model.trainable_variables, strict=True):
        variable.assign(trained)

    def write(path: Path) -> None:
        path.write_bytes(bytes(BYTES + HEADERS))  # on a full disk this fails with one OSError, HDF5 with many
        bare.save_weights(path)

    write_atomic(folder / ARRAYS, write)
    write_atomic(folder / NETWORK, lambda path: path.write_bytes(convert(bare)))
    facts: Facts = {"sha256": _digests(folder), "thresholds": thresholds.to_json(), "training": training}
    write_json(folder / FACTS, facts)


def convert(model: "keras.Model") -> bytes:
    """Convert a `lenet5()` to the content of lenet5.tflite, whose outputs are all layers."""
    import keras

    outputs = {name: model.get_layer(name).output for name in LAYERS}
    return to_litert(keras.Model(model.inputs, outputs, name=NAME))  # Keras would number an unnamed model


def to_litert(model: "keras.Model") -> bytes:
    """Convert a Keras model to the content of a LiteRT file, in one second and 30 MB of temporary files."""
    from lenet.model.runtime import quiet

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        with quiet():  # the converter's log
            model.export(path, format="litert", verbose=False)
        return path.read_bytes()


def add_network(folder: Path) -> None:
    """Write lenet5.tflite from lenet5.weights.h5.

    Raises:
        WeightsError: if the weights in the folder cannot be used.
        WriteError: if a file cannot be written.
    """
    facts = read_facts(folder)
    content = convert(load(folder))
    write_atomic(folder / NETWORK, lambda path: path.write_bytes(content))
    write_json(folder / FACTS, {**facts, "sha256": _digests(folder)})


def write_thresholds(folder: Path, thresholds: Thresholds, calibration: Calibration) -> None:
    """Replace the thresholds of saved weights.

    Args:
        folder: of the weights.
        thresholds: the new thresholds.
        calibration: the drawings that they were computed from.

    Raises:
        WeightsError: if lenet5.json cannot be used.
        WriteError: if it cannot be written.
    """
    facts = read_facts(folder)
    write_json(folder / FACTS, {**facts, "thresholds": thresholds.to_json(), "calibration": calibration})


def verify(folder: Path = WEIGHTS) -> Thresholds:
    """Compare both files of the network with lenet5.json, and return the thresholds of the verdict.

    Raises:
        WeightsError: if a file is missing, unreadable or damaged.
    """
    facts = read_facts(folder)
    _check(folder, ARRAYS, facts)
    if NETWORK not in facts["sha256"]:
        remedy = f"Write it with `python -m lenet.export --weights {folder}`."
        raise WeightsError(f"{folder} has no {NETWORK}, which the page needs. {remedy}")
    _check(folder, NETWORK, facts)
    return Thresholds(**facts["thresholds"])


def load(folder: Path = WEIGHTS) -> "keras.Model":
    """Load the network into Keras, from lenet5.weights.h5.

    Raises:
        WeightsError: if a file is missing, unreadable or damaged.
    """
    _check(folder, ARRAYS, read_facts(folder))
    from lenet.model.network import lenet5

    model = lenet5()
    try:
        _check_arrays(folder / ARRAYS)
        model.load_weights(folder / ARRAYS)
    except (ValueError, OSError, KeyError, RuntimeError) as error:
        raise WeightsError(
            f"{folder / ARRAYS} does not contain the arrays of this network. {_remedy(folder)}"
        ) from error
    return model


def digest(folder: Path = WEIGHTS) -> str:
    """Return the SHA-256 of the saved arrays in hexadecimal, which identifies the network."""
    return _digest(folder / ARRAYS)


def read_facts(folder: Path = WEIGHTS) -> Facts:
    """Read lenet5.json.

    Raises:
        WeightsError: if it is missing, unreadable, or has no hashes or no usable thresholds.
    """
    path = folder / FACTS
    try:
        if path.stat().st_size > MOST_FACTS:
            raise ValueError(f"it has more than {MOST_FACTS:,} bytes")
        facts = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(facts["sha256"], str):  # written before there was a lenet5.tflite
            facts = {**facts, "sha256": {ARRAYS: facts["sha256"]}}
            facts.pop("file", None)
        if "several" in facts["thresholds"]:  # written when `unsure` was a probability
            old = facts["thresholds"]
            facts["thresholds"] = Thresholds(blank=old["blank"], temperature=old["temperature"]).to_json()
        numbers = Thresholds(**facts["thresholds"]).to_json()
        if not all(isinstance(number, int | float) and 0 <= number < 100 for number in numbers.values()):
            raise ValueError("its thresholds are not numbers from 0 to 100")
        if not COLDEST <= numbers["temperature"] <= HOTTEST:
            raise ValueError(f"its temperature is not from {COLDEST} to {HOTTEST}")
        facts["sha256"][ARRAYS]
    except OSError as error:
        raise WeightsError(f"Cannot read the weights: {path} ({error.strerror}). {_remedy(folder)}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WeightsError(f"{path} is damaged ({error}). {_remedy(folder)}") from error
    checked: Facts = facts
    return checked


def _remedy(folder: Path) -> str:
    if folder.resolve() == WEIGHTS:
        return "Restore it (`git checkout weights`) or train new weights (`python -m lenet.train --out weights`)."
    return f"Give a folder that `python -m lenet.train` wrote, or train into this one (`--out {folder}`)."


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    return {name: _digest(folder / name) for name in (ARRAYS, NETWORK)}


def _check(folder: Path, name: str, facts: Facts) -> None:
    """Compare the SHA-256 of one file with the one in lenet5.json."""
    path = folder / name
    try:
        actual = _digest(path) if path.stat().st_size <= BYTES + HEADERS else "too large"
    except OSError as error:
        raise WeightsError(f"Cannot read the weights: {path} ({error.strerror}). {_remedy(folder)}") from error
    if actual != facts["sha256"][name]:
        raise WeightsError(f"{path} is damaged: its SHA-256 is not the one in {FACTS}. {_remedy(folder)}")


def _check_arrays(path: Path) -> None:
    """Raise a ValueError unless each array of a .h5 file is stored in it as plain, finite float32.

    Keras would read anything of the right shape: also from other files, of any size, or text.
    """
    import h5py
    import numpy as np

    def fault(name: str, link: h5py.HardLink | h5py.SoftLink | h5py.ExternalLink) -> str | None:
        if not isinstance(link, h5py.HardLink):
            return f"{name} is a link"
        array = file[name]
        if isinstance(array, h5py.Group):
            return None
        contiguous = array.id.get_create_plist().get_layout() == h5py.h5d.CONTIGUOUS  # not compressed, not virtual
        if array.shape not in SHAPES or array.dtype != np.float32 or not contiguous or array.external:
            return f"{name} is not a plain array of float32"
        return None if np.isfinite(array[()]).all() else f"{name} has numbers that are not finite"

    with h5py.File(path) as file:
        if found := file.visititems_links(fault):
            raise ValueError(found)
