"""The classifier: weights that were checked, the network ready to run, and the way from a drawing to a prediction.

    >>> from lenet.classifier import DigitClassifier
    >>> read = DigitClassifier()
    >>> read(Image.open("seven.png")).digit
    7

TensorFlow is imported by the first `DigitClassifier`, not by this module: the page is up before it.
"""

import functools
import hashlib
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet.checkpoint import write_atomic, write_json
from lenet.litert import runner
from lenet.preprocess import Ink, Picture, preprocess
from lenet.verdict import Prediction, Thresholds, judge

if TYPE_CHECKING:
    import keras

    from lenet.inside import Activations, Inside

# TensorFlow's start-up notes are not ours to print; it asks once, when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
ARRAYS = "lenet5.weights.h5"
FACTS = "lenet5.json"
HEADERS = 100_000  # bytes of that file beside its arrays, and more
# Of the arrays of `lenet.network`, kernel and bias of each layer; here, because that module needs Keras.
SHAPES = [(5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 1024), (1024,), (1024, 10), (10,)]


class WeightsError(Exception):
    """The weights cannot be used; the text says which file, why, and how to mend it."""


def save(
    model: "keras.Model",
    folder: Path,
    facts: dict[str, Any],
    thresholds: Thresholds = Thresholds(),  # noqa: B008  # immutable
) -> None:
    """Save a network's arrays, and beside them what the loader trusts: their SHA-256 and the thresholds.

    Args:
        model: a `lenet5()`, trained.
        folder: where to write; each file is replaced whole.
        facts: of the training, as JSON, for the people who read the file.
        thresholds: of the verdict, where they are known; the others come with `write_thresholds`.
    """
    from lenet.network import lenet5

    bare = lenet5()  # never compiled: a trained model would save its optimizer too, three times the size
    for variable, trained in zip(bare.trainable_variables, model.trainable_variables, strict=True):
        variable.assign(trained)
    arrays = 4 * sum(math.prod(shape) for shape in SHAPES)  # bytes

    def write(path: Path) -> None:
        path.write_bytes(bytes(arrays + HEADERS))  # HDF5 fails with pages of tracebacks on a full disk; this does not
        bare.save_weights(path)

    write_atomic(folder / ARRAYS, write)
    write_json(
        folder / FACTS,
        {
            "file": ARRAYS,
            "sha256": digest(folder),
            "thresholds": thresholds.to_json(),
            "training": facts,
        },
    )


def write_thresholds(folder: Path, thresholds: Thresholds, found: dict[str, Any]) -> None:
    """Replace the thresholds of saved weights.

    Args:
        folder: with the weights.
        thresholds: the new ones.
        found: how they were found, as JSON.

    Raises:
        WeightsError: if the weights there cannot be used.
    """
    verify(folder)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    write_json(folder / FACTS, facts | {"thresholds": thresholds.to_json(), "calibration": found})


def verify(folder: Path = WEIGHTS) -> Thresholds:
    """Check that the weights are there and are the ones that the thresholds were found with; needs no TensorFlow.

    Returns:
        The thresholds of the verdict.

    Raises:
        WeightsError: if a file is missing, unreadable, or not the one it should be.
    """
    mend = "Restore it (`git checkout weights`) or train new ones (`python -m lenet.train --out weights`)."
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        expected, thresholds = facts["sha256"], Thresholds(**facts["thresholds"])
        numbers = thresholds.to_json().values()
        if (
            not all(isinstance(value, int | float) and 0 <= value < 100 for value in numbers)
            or not thresholds.temperature
        ):
            raise ValueError("its thresholds are no numbers that can be used")
        found = digest(folder)
    except OSError as error:
        raise WeightsError(f"The weights cannot be read: {error.filename} ({error.strerror}). {mend}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{folder / FACTS} is damaged ({error}). {mend}") from error
    if found != expected:
        raise WeightsError(f"{folder / ARRAYS} is damaged: its SHA-256 is not the one in {FACTS}. {mend}")
    return thresholds


def verify_shapes(folder: Path = WEIGHTS) -> None:
    """Check that the weights are this network's, which a hash does not say; needs no TensorFlow.

    Raises:
        WeightsError: if they are not.
    """
    if _shapes(folder / ARRAYS) != sorted(SHAPES):
        raise WeightsError(
            f"{folder / ARRAYS} does not hold the arrays of this network. Restore it (`git checkout weights`) or train "
            "new ones (`python -m lenet.train --out weights`)."
        )


def _shapes(path: Path) -> list[tuple[int, ...]]:
    """The shapes of a file's arrays, in order; none if it is no file of arrays."""
    import h5py

    shapes: list[tuple[int, ...]] = []

    def add(_: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset):
            shapes.append(entry.shape)

    try:
        with h5py.File(path) as file:
            file.visititems(add)
    except OSError:
        return []
    return sorted(shapes)


def digest(folder: Path = WEIGHTS) -> str:
    """SHA-256 of the saved arrays, in hexadecimal."""
    with (folder / ARRAYS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(folder: Path = WEIGHTS) -> "keras.Model":
    """The network with the saved weights.

    Raises:
        WeightsError: if a file is missing, unreadable, or not the one it should be.
    """
    verify(folder)
    from lenet.network import lenet5

    model = lenet5()
    try:
        model.load_weights(folder / ARRAYS)
    except (ValueError, OSError, KeyError) as error:
        raise WeightsError(
            f"{folder / ARRAYS} does not hold the arrays of this network; train new ones with "
            "`python -m lenet.train --out weights`."
        ) from error
    return model


class DigitClassifier:
    """Reads drawings; safe to share between threads.

    Args:
        folder: with the weights and what is known of them.

    Raises:
        WeightsError: if a file is missing, unreadable, or not the one it should be.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.thresholds = verify(folder)
        self.model = load(folder)
        self._run = runner(self.model)
        self.logits(np.zeros((1, 28, 28), np.float32))  # the first call sets up the kernels

    def logits(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's ten outputs for each picture.

        Args:
            pictures: (N, 28, 28) float32, 0 = paper, 1 = ink, as `preprocess` makes them.

        Returns:
            (N, 10) float32 logits; softmax makes probabilities of them.
        """
        return self._run(pictures)

    def __call__(self, drawing: Picture) -> Prediction:
        """Read a drawing.

        Args:
            drawing: what `preprocess` takes: an array, a PIL image, or the value of `gr.Sketchpad`.

        Raises:
            PictureError: if it is not a picture.
        """
        return self.read(preprocess(drawing))

    def read(self, ink: Ink) -> Prediction:
        """Read what was found in a drawing."""
        whole, *parts = self.logits(np.stack([ink.picture, *(part.picture for part in ink.parts)]))  # each (10,)
        return judge(ink, whole, self.thresholds, np.array(parts))

    def look(self, drawing: Picture) -> tuple[Prediction, "Activations"]:
        """Read a drawing and keep what every layer of the network made of it.

        Raises:
            PictureError: if it is not a picture.
        """
        ink = preprocess(drawing)
        activations = self.inside(ink.picture)
        parts = self.logits(np.stack([part.picture for part in ink.parts])) if ink.parts else None
        return judge(ink, activations.logits, self.thresholds, parts), activations

    @functools.cached_property
    def inside(self) -> "Inside":
        """The look into this network; traced when it is first asked for."""
        from lenet.inside import Inside

        return Inside(self.model)
