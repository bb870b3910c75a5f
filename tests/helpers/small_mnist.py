"""A small random MNIST with the four file names of the real one; every array has its own shape."""

import gzip
import hashlib
import re
from http.server import ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import mnist
from lenet.datasets.mnist_files import File

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": RANDOM.integers(0, 256, (60, 28, 28), np.uint8),
    "train-labels-idx1-ubyte": RANDOM.integers(0, 10, 60, np.uint8),
    "t10k-images-idx3-ubyte": RANDOM.integers(0, 256, (10, 28, 28), np.uint8),
    "t10k-labels-idx1-ubyte": RANDOM.integers(0, 10, 10, np.uint8),
}
HEADERS = {
    "train-images-idx3-ubyte": "00000803 0000003c 0000001c 0000001c",
    "train-labels-idx1-ubyte": "00000801 0000003c",
    "t10k-images-idx3-ubyte": "00000803 0000000a 0000001c 0000001c",
    "t10k-labels-idx1-ubyte": "00000801 0000000a",
}
KEYS = dict(zip(ARRAYS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
IDX = {name: bytes.fromhex(HEADERS[name]) + array.tobytes() for name, array in ARRAYS.items()}
GZ = {name: gzip.compress(idx, mtime=0) for name, idx in IDX.items()}
FILES = tuple(
    File(name, KEYS[name], ARRAYS[name].shape, len(GZ[name]), hashlib.sha256(IDX[name]).hexdigest()) for name in ARRAYS
)
IMAGES = "train-images-idx3-ubyte"
LABELS = "t10k-labels-idx1-ubyte"


def dataset(server: ThreadingHTTPServer | None = None, *ways: str) -> mnist.Dataset:
    mirrors = tuple(f"http://127.0.0.1:{server.server_port}/{how}/" for how in ways) if server else ("http://mirror/",)
    return mnist.Dataset(FILES, mirrors, validation=5, timeout=0.8, slowest=200_000)  # seconds, bytes/s


def fill(folder: Path, form: str = "gz") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if form == "npz":
        np.savez_compressed(folder / "mnist.npz", **{KEYS[name]: array for name, array in ARRAYS.items()})
    for name in ARRAYS if form != "npz" else ():
        gz = form in ("gz", "kaggle gz") or (form == "mixed" and "labels" in name)
        shown = name.replace("-idx", ".idx") if form.startswith("kaggle") else name
        (folder / (f"{shown}.gz" if gz or form == "misnamed" else shown)).write_bytes(GZ[name] if gz else IDX[name])
    return folder


def assert_small_mnist(data: mnist.Mnist) -> None:
    images, labels, test_images, test_labels = ARRAYS.values()
    np.testing.assert_array_equal(data.validation.images, images[:5])
    np.testing.assert_array_equal(data.validation.labels, labels[:5])
    np.testing.assert_array_equal(data.train.images, images[5:])
    np.testing.assert_array_equal(data.train.labels, labels[5:])
    np.testing.assert_array_equal(data.test.images, test_images)
    np.testing.assert_array_equal(data.test.labels, test_labels)


def refusal(folder: Path | None, dataset: mnist.Dataset, **options: bool) -> str:
    with pytest.raises(mnist.DatasetError) as refused:
        mnist.load(folder, dataset=dataset, **options)
    text = str(refused.value)
    assert re.fullmatch(r"((?!\. )[^\n])*\.", text), "one sentence"
    return text


def assert_says(text: str, *parts: object) -> None:
    assert [part for part in parts if str(part) not in text] == [], text
