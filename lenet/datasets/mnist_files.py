"""MNIST's four files: found in a folder, unpacked and verified, as IDX (gzipped or not) or in Keras's mnist.npz."""

import gzip
import hashlib
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.download import Flaw

NPZ = "mnist.npz"
NPY_HEADER_LIMIT = 4_096  # bytes; NumPy writes 128 before arrays like these


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
        return len(idx_header(self.shape)) + math.prod(self.shape)


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


def find(folder: Path, file: File) -> Path | None:
    """Return the path of a file under any of its names, or None."""
    # NAME.gz first: a download replaces it. Kaggle writes a dot: train-images.idx3-ubyte.
    names = (file.name, file.name.replace("-idx", ".idx"))
    paths = (folder / f"{name}{suffix}" for suffix in (".gz", "") for name in names)
    return next((path for path in paths if path.is_file()), None)


def unpack(stream: BinaryIO, file: File) -> bytes:
    """Return the IDX file in a stream, gzipped or not; one byte too many at most, whatever it would unpack to.

    Raises:
        Flaw: if the gzip data is damaged.
    """
    gzipped = stream.read(2) == b"\x1f\x8b"  # not by the name: browsers unpack and keep ".gz"
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


def read_npz(path: Path, file: File) -> bytes:
    """Return an array of mnist.npz as the IDX file that it was.

    Raises:
        Flaw: if the array is missing, damaged, too large or not of uint8.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if f"{file.key}.npy" not in archive.namelist():
                raise Flaw("is missing")
            member = archive.getinfo(f"{file.key}.npy")
            if member.file_size > math.prod(file.shape) + NPY_HEADER_LIMIT:
                raise Flaw(f"has {member.file_size:,} bytes, too many for {file.shape} of uint8")
            array = np.lib.format.read_array(io.BytesIO(archive.read(member)), allow_pickle=False)
    except Flaw:
        raise
    except Exception as problem:  # zipfile, zlib and NumPy raise errors of many types on a damaged file
        raise Flaw(f"cannot be read ({problem})") from None
    if array.dtype != np.uint8:
        raise Flaw(f"holds {array.dtype}, not uint8")
    return idx_header(array.shape) + array.tobytes()


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the first bytes of an IDX file of unsigned bytes, type 8."""
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape)


def verify(idx: bytes, file: File, files: Sequence[File]) -> NDArray[np.uint8]:
    """Return the array in an uncompressed IDX file if it is the published one.

    Args:
        idx: the file's content.
        file: the published file that it should be.
        files: all four, to recognise swapped ones.

    Raises:
        Flaw: if it is anything else.
    """
    if not idx:
        raise Flaw("is empty")
    if idx[:3] != b"\0\0\x08":
        raise Flaw(f"is not an IDX file of bytes (it begins with {idx[:8]!r})")
    start = 4 + 4 * idx[3] if len(idx) > 3 else 4
    if len(idx) < start:
        raise Flaw("is cut short inside its header")
    shape = struct.unpack(f">{idx[3]}I", idx[4:start])
    if shape != file.shape:
        twin = next((f", but that of {other.name} (swapped?)" for other in files if other.shape == shape), "")
        raise Flaw(f"has shape {shape}, not {file.shape}{twin}")
    if len(idx) < file.size:
        raise Flaw(f"is cut short ({len(idx):,} of {file.size:,} bytes)")
    if len(idx) > file.size:
        raise Flaw(f"is too long (more than {file.size:,} bytes)")
    digest = hashlib.sha256(idx).hexdigest()
    if digest != file.sha256:
        raise Flaw(f"is not the published MNIST (SHA-256 {digest[:8]}…, not {file.sha256[:8]}…)")
    return np.frombuffer(idx, np.uint8, offset=start).reshape(file.shape)
