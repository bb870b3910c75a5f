"""MNIST: found in a folder or downloaded, verified, read and split.

    >>> from lenet.datasets import mnist
    >>> data = mnist.load()
    >>> data.train.images.shape, data.validation.images.shape, data.test.images.shape
    ((55000, 28, 28), (5000, 28, 28), (10000, 28, 28))

A folder holds the four IDX files, gzipped or not, or Keras's ``mnist.npz``. All forms are verified by the same four
digests, those of the uncompressed IDX files, so that nothing else (Fashion-MNIST, a cleaned copy) passes for MNIST.
"""

import gzip
import hashlib
import io
import math
import os
import struct
import sys
import uuid
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.download import Flaw, fetch

NPZ = "mnist.npz"
NPY_HEADER_LIMIT = 4_096  # bytes; NumPy writes 128 before arrays like these
CHUNK = 65_536  # bytes taken from the network at once


class DatasetError(Exception):
    """A dataset cannot be had; the text is one sentence that a user can act on."""


@dataclass(frozen=True)
class File:
    """One of the four published files."""

    name: str  # of the uncompressed IDX file
    key: str  # of the same array in mnist.npz
    shape: tuple[int, ...]
    gzip_bytes: int  # size of the published NAME.gz
    sha256: str  # of the uncompressed IDX file

    @property
    def size(self) -> int:
        """Bytes of the uncompressed IDX file."""
        return len(_idx_header(self.shape)) + math.prod(self.shape)


# Taken from the gzipped files whose MD5 are published with MNIST: f68b3c2dcbeaaa9fbdd348bbdeb94873,
# d53e105ee54ea40749a09fcbcd1e9432, 9fb629c4189551a2d022fa330f9573f3 and ec29112dd5afa0611ce80d1b7f02629c.
# fmt: off
FILES = (
    File("train-images-idx3-ubyte", "x_train", (60_000, 28, 28), 9_912_422,
         "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    File("train-labels-idx1-ubyte", "y_train", (60_000,), 28_881,
         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    File("t10k-images-idx3-ubyte", "x_test", (10_000, 28, 28), 1_648_877,
         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    File("t10k-labels-idx1-ubyte", "y_test", (10_000,), 4_542,
         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)
# fmt: on


@dataclass(frozen=True)
class Source:
    """What MNIST is and where it comes from; tests pass a small one of their own."""

    files: tuple[File, ...] = FILES  # images and labels of training, then of testing
    mirrors: tuple[str, ...] = (  # three hosts of three companies, in case one of them closes
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    )
    validation: int = 5_000  # VALIDATION_SIZE of TensorFlow's original tutorial, convolutional.py
    timeout: float = 20.0  # seconds without a byte after which an address is given up
    slowest: float = 20_000.0  # bytes a second; slower over a whole file is given up: 9.9 MB may take 8.6 minutes


@dataclass(frozen=True)
class Split:
    """Images and their labels; MNIST's own arrays are read-only."""

    images: NDArray[np.uint8]  # (N, 28, 28), 0 = paper, 255 = ink
    labels: NDArray[np.uint8]  # (N,), 0 to 9; 10 for what is no digit

    @property
    def pictures(self) -> NDArray[np.float32]:
        """The images as the network takes them: (N, 28, 28) float32, 0 = paper, 1 = ink."""
        return np.divide(self.images, 255, dtype=np.float32)


@dataclass(frozen=True)
class Mnist:
    """The 70,000 images in three parts."""

    train: Split  # 55,000
    validation: Split  # 5,000
    test: Split  # 10,000


def load(folder: str | Path | None = None, *, download: bool = True, source: Source | None = None) -> Mnist:
    """Find MNIST, verify it and split it.

    Looked for in `folder` if given, else in the folder that the environment variable MNIST_DIR names, else in the
    cache; what the cache lacks is downloaded into it. Validation is the first 5,000 of the 60,000 training images and
    training is the rest, as in the original TensorFlow tutorial.

    Args:
        folder: holds the four IDX files (gzipped or not) or mnist.npz; no other place is then tried.
        download: whether to download what the cache lacks or holds damaged.
        source: files, mirrors and time-outs, if not the published ones.

    Returns:
        55,000 training, 5,000 validation and 10,000 test images with their labels.

    Raises:
        DatasetError: MNIST is missing, damaged or something else; the text names the file and says what to do.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/.
    """
    source = source or Source()
    images, labels, test_images, test_labels = _arrays(folder, download, source)
    n = source.validation
    return Mnist(Split(images[n:], labels[n:]), Split(images[:n], labels[:n]), Split(test_images, test_labels))


def load_test(folder: str | Path | None = None, *, download: bool = True, source: Source | None = None) -> Split:
    """The test images alone, as of `load`: looked for in the same places, but only their two files, 1.7 of 11.6 MB."""
    source = source or Source()
    return Split(*_arrays(folder, download, replace(source, files=source.files[2:])))


def _arrays(folder: str | Path | None, download: bool, source: Source) -> list[NDArray[np.uint8]]:
    """The arrays of the source's files, in their order."""
    if folder is not None:
        return _read(Path(folder), str(Path(folder)), source)
    if named := os.environ.get("MNIST_DIR"):
        return _read(Path(named), f"{named} (named by MNIST_DIR)", source)
    cache = cache_folder()
    called = f"{cache} (the cache; --mnist or MNIST_DIR name another folder)"
    try:
        return _read(cache, called, source)
    except DatasetError:
        if not download:
            raise
    _download_missing(cache, source)
    return _read(cache, called, source)


def cache_folder() -> Path:
    """Where downloads are kept: lenet-mnist in $XDG_CACHE_HOME, on Windows %LOCALAPPDATA%, else ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "lenet-mnist"


def _read(folder: Path, called: str, source: Source) -> list[NDArray[np.uint8]]:
    names = ", ".join(file.name for file in source.files)
    wanted = f"the files {names} (each gzipped or not) from {source.mirrors[0]}, or {NPZ}"
    try:
        if not folder.is_dir():
            fault = "is not a folder" if folder.exists() else "does not exist"
            raise DatasetError(f"The MNIST folder {called} {fault}; it should hold {wanted}.")
        paths = [_find(folder, file) for file in source.files]
        missing = ", ".join(file.name for file, path in zip(source.files, paths, strict=True) if not path)
        if missing and (folder / NPZ).is_file():
            return [_read_npz(folder / NPZ, file, source) for file in source.files]
        if missing:
            raise DatasetError(f"The MNIST folder {called} lacks {missing}; put there {wanted}.")
        return [_read_idx(path, file, source) for path, file in zip(paths, source.files, strict=True) if path]
    except OSError as problem:
        raise DatasetError(f"The MNIST folder {called} cannot be read ({problem}); it should hold {wanted}.") from None


def _find(folder: Path, file: File) -> Path | None:
    # NAME.gz first: that is what a download replaces. With a dot, as in train-images.idx3-ubyte, is Kaggle's spelling.
    names = (file.name, file.name.replace("-idx", ".idx"))
    paths = (folder / f"{name}{suffix}" for suffix in (".gz", "") for name in names)
    return next((path for path in paths if path.is_file()), None)


def _read_idx(path: Path, file: File, source: Source) -> NDArray[np.uint8]:
    try:
        with path.open("rb") as stream:
            return _verified(_unpacked(stream, file), file, source)
    except Flaw as flaw:
        url = f"{source.mirrors[0]}{file.name}.gz"
        raise DatasetError(f"{path} {flaw}; put {url} in its place.") from None


def _unpacked(stream: BinaryIO, file: File) -> bytes:
    """At most one byte more than belongs there, whatever a hostile file would unpack to."""
    gzipped = stream.read(2) == b"\x1f\x8b"  # asked of the file, not of its name: browsers unpack and keep ".gz"
    stream.seek(0)
    if not gzipped:
        return stream.read(file.size + 1)
    try:
        with gzip.GzipFile(fileobj=stream) as unzipped:
            return unzipped.read(file.size + 1)
    except EOFError:
        raise Flaw("is cut short") from None
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise Flaw(f"is damaged ({problem})") from None


def _read_npz(path: Path, file: File, source: Source) -> NDArray[np.uint8]:
    try:
        with zipfile.ZipFile(path) as archive:
            if f"{file.key}.npy" not in archive.namelist():
                raise Flaw("is missing")
            member = archive.getinfo(f"{file.key}.npy")
            if member.file_size > math.prod(file.shape) + NPY_HEADER_LIMIT:
                raise Flaw(f"has {member.file_size:,} bytes, too many for {file.shape} of uint8")
            array = np.lib.format.read_array(io.BytesIO(archive.read(member)), allow_pickle=False)
        if array.dtype != np.uint8:
            raise Flaw(f"holds {array.dtype}, not uint8")
        return _verified(_idx_header(array.shape) + array.tobytes(), file, source)
    except Flaw as flaw:
        fault = f"{file.key} {flaw}"
    except Exception as problem:  # zip, deflate and NumPy each raise their own on a damaged file
        fault = f"{file.key} cannot be read ({problem})"
    raise DatasetError(f"{path}: {fault}; put the files from {source.mirrors[0]} beside it instead.")


def _idx_header(shape: tuple[int, ...]) -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)  # 8 = unsigned bytes


def _verified(idx: bytes, file: File, source: Source) -> NDArray[np.uint8]:
    """The array in an uncompressed IDX file, if it is the one published."""
    if not idx:
        raise Flaw("is empty")
    if idx[:3] != b"\0\0\x08":
        raise Flaw(f"is not an IDX file of bytes (it begins with {idx[:8]!r})")
    start = 4 + 4 * idx[3] if len(idx) > 3 else 4
    if len(idx) < start:
        raise Flaw("is cut short inside its header")
    shape = struct.unpack(f">{idx[3]}I", idx[4:start])
    if shape != file.shape:
        twin = next((f", but that of {other.name} (swapped?)" for other in source.files if other.shape == shape), "")
        raise Flaw(f"has shape {shape}, not {file.shape}{twin}")
    if len(idx) < file.size:
        raise Flaw(f"is cut short ({len(idx):,} of {file.size:,} bytes)")
    if len(idx) > file.size:
        raise Flaw(f"is too long (more than {file.size:,} bytes)")
    found = hashlib.sha256(idx).hexdigest()
    if found != file.sha256:
        raise Flaw(f"is not the published MNIST (SHA-256 {found[:8]}…, not {file.sha256[:8]}…)")
    return np.frombuffer(idx, np.uint8, offset=start).reshape(file.shape)


def _download_missing(cache: Path, source: Source) -> None:
    mirrors = list(source.mirrors)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for file in source.files:
            path = _find(cache, file)
            try:
                if path:
                    _read_idx(path, file, source)
                    continue
            except DatasetError as problem:
                print(f"Downloading afresh: {problem}", file=sys.stderr)
            packed = _download(file, mirrors, cache, source)
            part = cache / f"{file.name}.{uuid.uuid4().hex}.part"  # its own, should two processes download at once
            try:
                part.write_bytes(packed)
                part.replace(cache / f"{file.name}.gz")
            finally:
                part.unlink(missing_ok=True)
    except OSError as problem:
        advice = "make it writable, or put the files in another folder and name that with --mnist or MNIST_DIR"
        raise DatasetError(f"The MNIST cache {cache} cannot be used ({problem}); {advice}.") from None


def _download(file: File, mirrors: list[str], cache: Path, source: Source) -> bytes:
    """The gzipped file, verified, from the first mirror that serves it; those that fail move to the end of the list."""
    failures = []
    for mirror in tuple(mirrors):
        address = f"{mirror}{file.name}.gz"
        try:
            packed = fetch(address, file.gzip_bytes, source.timeout, source.slowest)
            _verified(_unpacked(io.BytesIO(packed), file), file, source)
            return packed
        except Flaw as flaw:
            failures.append(f"{address} {flaw}")
            print(failures[-1], file=sys.stderr)
            mirrors.append(mirrors.pop(mirrors.index(mirror)))
    names = ", ".join(f"{each.name}.gz" for each in source.files)
    raise DatasetError(
        f"{file.name}.gz could not be downloaded ({'; '.join(failures)}): get {names} by hand, from those addresses or "
        f"another copy of MNIST, and put them in {cache}, or in a folder that you name with --mnist or MNIST_DIR."
    )
