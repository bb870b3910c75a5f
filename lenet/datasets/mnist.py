"""MNIST: found in a folder or downloaded, verified, read and split.

    >>> from lenet.datasets import mnist
    >>> data = mnist.load()
    >>> data.train.images.shape, data.validation.images.shape, data.test.images.shape
    ((55000, 28, 28), (5000, 28, 28), (10000, 28, 28))

A folder holds the four IDX files, gzipped or not, or Keras's ``mnist.npz``. All forms are verified by the same four
digests, those of the uncompressed IDX files, so that no other dataset (Fashion-MNIST, a cleaned copy) passes for MNIST.
"""

import io
import os
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.download import Flaw, fetch
from lenet.datasets.mnist_files import FILES, NPZ, File, find, read_npz, unpack, verify


class DatasetError(Exception):
    """A dataset is missing or damaged; the text is one sentence that a user can act on."""


@dataclass(frozen=True)
class Dataset:
    """The files of MNIST, their mirrors and the split; tests pass a small one of their own."""

    files: tuple[File, ...] = FILES  # images and labels of training, then of testing
    mirrors: tuple[str, ...] = (  # three hosts of three companies, in case one of them closes
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    )
    validation: int = 5_000  # VALIDATION_SIZE of TensorFlow's original tutorial, convolutional.py
    timeout: float = 20.0  # seconds without a byte after which a mirror is abandoned
    slowest: float = 20_000.0  # bytes/s over a whole file below which a mirror is abandoned: 8.6 minutes for 9.9 MB


PUBLISHED = Dataset()


@dataclass(frozen=True)
class Split:
    """Images and their labels; MNIST's own arrays are read-only."""

    images: NDArray[np.uint8]  # (N, 28, 28), 0 = paper, 255 = ink
    labels: NDArray[np.uint8]  # (N,), 0 to 9; 10 for non-digits

    @property
    def pictures(self) -> NDArray[np.float32]:
        """The images as the network takes them: (N, 28, 28) float32, 0 = paper, 1 = ink."""
        return np.divide(self.images, 255, dtype=np.float32)


@dataclass(frozen=True)
class Mnist:
    """The 70,000 images in three splits."""

    train: Split  # 55,000
    validation: Split  # 5,000
    test: Split  # 10,000


def load(folder: str | Path | None = None, *, download: bool = True, dataset: Dataset = PUBLISHED) -> Mnist:
    """Find MNIST, verify it and split it.

    It is looked for in `folder` if given, otherwise in the folder that the environment variable MNIST_DIR names,
    otherwise in the cache, into which missing files are downloaded. The first 5,000 of the 60,000 training images are
    for validation, as in the original TensorFlow tutorial.

    Args:
        folder: holds the four IDX files (gzipped or not) or mnist.npz.
        download: download the files that the cache lacks or holds damaged.
        dataset: files, mirrors, validation size and time-outs.

    Returns:
        55,000 training, 5,000 validation and 10,000 test images with their labels.

    Raises:
        DatasetError: MNIST is missing, damaged or something else; the text names the file and the remedy.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/.
    """
    images, labels, test_images, test_labels = _arrays(folder, download, dataset)
    n = dataset.validation
    return Mnist(Split(images[n:], labels[n:]), Split(images[:n], labels[:n]), Split(test_images, test_labels))


def load_test(folder: str | Path | None = None, *, download: bool = True, dataset: Dataset = PUBLISHED) -> Split:
    """Return only the test images, found as `load` finds them, from their two files: 1.7 of 11.6 MB."""
    return Split(*_arrays(folder, download, replace(dataset, files=dataset.files[2:])))


def cache_folder() -> Path:
    """Return the folder of downloads: lenet-mnist in $XDG_CACHE_HOME, on Windows in %LOCALAPPDATA%, or in ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "lenet-mnist"


def _arrays(folder: str | Path | None, download: bool, dataset: Dataset) -> list[NDArray[np.uint8]]:
    """Return the arrays of the dataset's files, in their order."""
    if folder is not None:
        return _read(Path(folder), str(Path(folder)), dataset)
    if named := os.environ.get("MNIST_DIR"):
        return _read(Path(named), f"{named} (named by MNIST_DIR)", dataset)
    cache = cache_folder()
    label = f"{cache} (the cache; --mnist or MNIST_DIR name another folder)"
    try:
        return _read(cache, label, dataset)
    except DatasetError:
        if not download:
            raise
    _download_missing(cache, dataset)
    return _read(cache, label, dataset)


def _read(folder: Path, label: str, dataset: Dataset) -> list[NDArray[np.uint8]]:
    names = ", ".join(file.name for file in dataset.files)
    wanted = f"the files {names} (each gzipped or not) from {dataset.mirrors[0]}, or {NPZ}"
    try:
        if not folder.is_dir():
            fault = "is not a folder" if folder.exists() else "does not exist"
            raise DatasetError(f"The MNIST folder {label} {fault}; it should hold {wanted}.")
        paths = [find(folder, file) for file in dataset.files]
        missing = ", ".join(file.name for file, path in zip(dataset.files, paths, strict=True) if not path)
        if missing and (folder / NPZ).is_file():
            return [_read_npz(folder / NPZ, file, dataset) for file in dataset.files]
        if missing:
            raise DatasetError(f"The MNIST folder {label} lacks {missing}; put there {wanted}.")
        return [_read_idx(path, file, dataset) for path, file in zip(paths, dataset.files, strict=True) if path]
    except OSError as problem:
        raise DatasetError(f"The MNIST folder {label} cannot be read ({problem}); it should hold {wanted}.") from None


def _read_idx(path: Path, file: File, dataset: Dataset) -> NDArray[np.uint8]:
    try:
        with path.open("rb") as stream:
            return verify(unpack(stream, file), file, dataset.files)
    except Flaw as flaw:
        url = f"{dataset.mirrors[0]}{file.name}.gz"
        raise DatasetError(f"{path} {flaw}; put {url} in its place.") from None


def _read_npz(path: Path, file: File, dataset: Dataset) -> NDArray[np.uint8]:
    try:
        return verify(read_npz(path, file), file, dataset.files)
    except Flaw as flaw:
        advice = f"put the files from {dataset.mirrors[0]} beside it instead"
        raise DatasetError(f"{path}: {file.key} {flaw}; {advice}.") from None


def _download_missing(cache: Path, dataset: Dataset) -> None:
    mirrors = list(dataset.mirrors)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for file in dataset.files:
            try:
                if path := find(cache, file):
                    _read_idx(path, file, dataset)
                    continue
            except DatasetError as problem:
                print(f"Downloading again: {problem}", file=sys.stderr)
            packed = _download(file, mirrors, cache, dataset)
            part = cache / f"{file.name}.{uuid.uuid4().hex}.part"  # unique, as two processes may download at once
            try:
                part.write_bytes(packed)
                part.replace(cache / f"{file.name}.gz")
            finally:
                part.unlink(missing_ok=True)
    except OSError as problem:
        advice = "make it writable, or put the files in another folder and name that with --mnist or MNIST_DIR"
        raise DatasetError(f"The MNIST cache {cache} cannot be used ({problem}); {advice}.") from None


def _download(file: File, mirrors: list[str], cache: Path, dataset: Dataset) -> bytes:
    """Return the gzipped file, verified, from the first working mirror; failing ones move to the end of `mirrors`."""
    failures = []
    for mirror in tuple(mirrors):
        url = f"{mirror}{file.name}.gz"
        try:
            packed = fetch(url, file.gzip_bytes, dataset.timeout, dataset.slowest)
            verify(unpack(io.BytesIO(packed), file), file, dataset.files)
            return packed
        except Flaw as flaw:
            failures.append(f"{url} {flaw}")
            print(failures[-1], file=sys.stderr)
            mirrors.append(mirrors.pop(mirrors.index(mirror)))
    names = ", ".join(f"{file.name}.gz" for file in dataset.files)
    raise DatasetError(
        f"{file.name}.gz could not be downloaded ({'; '.join(failures)}): get {names} by hand, from those addresses or "
        f"another copy of MNIST, and put them in {cache}, or in a folder that you name with --mnist or MNIST_DIR."
    )
