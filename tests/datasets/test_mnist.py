"""MNIST is found, verified and split, and damaged files are named."""

import gzip
import hashlib
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from lenet.datasets import mnist
from lenet.datasets.mnist_files import FILES
from tests.helpers import small_mnist
from tests.helpers.small_mnist import ARRAYS, GZ, HEADERS, IDX, IMAGES, KEYS, LABELS, assert_says, fill, refusal

pytestmark = pytest.mark.usefixtures("cache")
DATASET = small_mnist.dataset()
TEST_IMAGES = "t10k-images-idx3-ubyte"


@pytest.mark.parametrize("form", ["gz", "plain", "mixed", "misnamed", "kaggle", "kaggle gz", "npz"])
def test_every_form_of_folder_gives_the_same_split_arrays(tmp_path: Path, form: str) -> None:
    data = mnist.load(str(fill(tmp_path / "here", form)), dataset=DATASET)
    small_mnist.assert_small_mnist(data)
    assert data.train.images.dtype == data.train.labels.dtype == np.uint8
    assert not data.train.images.flags.writeable


def test_a_named_folder_comes_before_mnist_dir_and_that_before_the_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cache)
    small_mnist.assert_small_mnist(mnist.load(dataset=DATASET))
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "nowhere"))
    assert_says(refusal(None, DATASET), "MNIST_DIR", tmp_path / "nowhere", "does not exist")
    small_mnist.assert_small_mnist(mnist.load(fill(tmp_path / "here"), dataset=DATASET))
    assert "MNIST_DIR" not in refusal(tmp_path / "gone", DATASET)
    monkeypatch.setenv("MNIST_DIR", "")
    small_mnist.assert_small_mnist(mnist.load(dataset=DATASET))


def test_the_test_images_need_only_their_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("gz", "npz"):
        folder = fill(tmp_path / form, form)
        for name in (IMAGES, "train-labels-idx1-ubyte"):
            (folder / f"{name}.gz").unlink(missing_ok=True)
        monkeypatch.setenv("MNIST_DIR", str(folder))
        test = mnist.load_test(dataset=DATASET)
        np.testing.assert_array_equal(test.images, ARRAYS[TEST_IMAGES])
        np.testing.assert_array_equal(test.labels, ARRAYS[LABELS])
    (tmp_path / "gz" / f"{LABELS}.gz").unlink()
    with pytest.raises(mnist.DatasetError) as refused:
        mnist.load_test(tmp_path / "gz", dataset=DATASET)
    assert_says(str(refused.value), f"lacks {LABELS};", TEST_IMAGES)
    assert IMAGES not in str(refused.value)


def test_the_error_for_an_incomplete_folder_names_the_missing_and_the_wanted_files(tmp_path: Path) -> None:
    folder = fill(tmp_path / "here")
    (folder / f"{LABELS}.gz").unlink()
    assert_says(refusal(folder, DATASET), f"{folder} lacks {LABELS};", *ARRAYS, "mnist.npz", "http://mirror/")
    assert "is not a folder" in refusal(folder / f"{IMAGES}.gz", DATASET)


OTHER = np.zeros((60, 28, 28), np.uint8).tobytes()
DAMAGES = {
    "cut gzip": (IMAGES, GZ[IMAGES][:-30], "is cut short"),
    "cut": (IMAGES, IDX[IMAGES][:-1], "is cut short (47,055 of 47,056 bytes)"),
    "cut in the header": (IMAGES, IDX[IMAGES][:9], "is cut short inside its header"),
    "too long": (IMAGES, IDX[IMAGES] + b"\0", "is too long"),
    "empty": (IMAGES, b"", "is empty"),
    "corrupted gzip": (IMAGES, GZ[IMAGES][:50] + b"\xff" * 90 + GZ[IMAGES][140:], "is damaged"),
    "wrong gzip checksum": (IMAGES, GZ[IMAGES][:-8] + b"\0\0\0\0" + GZ[IMAGES][-4:], "is damaged"),
    "a web page": (IMAGES, b"<!doctype html><title>404", "is not an IDX file"),
    "swapped": (IMAGES, GZ[TEST_IMAGES], "(10, 28, 28), not (60, 28, 28), but that of t10k-images-idx3"),
    "labels for images": (LABELS, GZ[IMAGES], f"but that of {IMAGES} (swapped?)"),
    "wrong shape": (LABELS, gzip.compress(bytes.fromhex("00000801 0000000b") + bytes(11)), "shape (11,), not (10,)"),
    "another data set": (IMAGES, bytes.fromhex(HEADERS[IMAGES]) + OTHER, "is not the published MNIST (SHA-256"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_with_its_fault_and_remedy(tmp_path: Path, damage: str) -> None:
    name, content, fault = DAMAGES[damage]
    path = fill(tmp_path / "here") / f"{name}.gz"
    path.write_bytes(content)
    assert_says(refusal(path.parent, DATASET), f"{path} ", fault, f"put http://mirror/{name}.gz in its place")


NPZ_DAMAGES = {
    "lacks a key": ({"y_test": None}, "y_test is missing"),
    "pickled": ({"y_test": np.array([{}], object)}, "y_test cannot be read (Object arrays cannot be loaded"),
    "swapped": ({"x_train": ARRAYS[TEST_IMAGES]}, "x_train has shape (10, 28, 28), not (60, 28, 28), but"),
    "wrong shape": ({"x_train": np.zeros((60, 784), np.uint8)}, "x_train has shape (60, 784), not (60, 28, 28)"),
    "wrong type": ({"y_test": np.zeros(10, np.float32)}, "y_test holds float32, not uint8"),
    "another data set": ({"y_test": np.zeros(10, np.uint8)}, "y_test is not the published MNIST"),
    "huge": ({"y_test": np.zeros(40_000_000, np.uint8)}, "y_test has 40,000,128 bytes, too many"),
}


@pytest.mark.parametrize("damage", NPZ_DAMAGES)
def test_a_damaged_npz_is_named_with_its_array_fault_and_remedy(tmp_path: Path, damage: str) -> None:
    change, fault = NPZ_DAMAGES[damage]
    arrays = {KEYS[name]: array for name, array in ARRAYS.items()} | change
    np.savez_compressed(tmp_path / "mnist.npz", **{key: array for key, array in arrays.items() if array is not None})
    assert_says(refusal(tmp_path, DATASET), f"{tmp_path / 'mnist.npz'}: {fault}", "put the files from http://mirr")


@pytest.mark.parametrize("content", [b"", b"not a zip", "cut"])
def test_a_broken_archive_is_named(tmp_path: Path, content: bytes | str) -> None:
    path = fill(tmp_path, "npz") / "mnist.npz"
    path.write_bytes(path.read_bytes()[:-100] if content == "cut" else content)
    assert refusal(tmp_path, DATASET).startswith(f"{path}: x_train cannot be read (")
    data = mnist.load(fill(tmp_path), dataset=DATASET)
    small_mnist.assert_small_mnist(data)  # the remedy works: IDX files come first


@pytest.mark.parametrize("form", ["gz", "npz"])
def test_a_decompression_bomb_is_not_unpacked(tmp_path: Path, form: str) -> None:
    if form == "gz":
        (fill(tmp_path) / f"{IMAGES}.gz").write_bytes(gzip.compress(IDX[IMAGES] + bytes(100_000_000), 1))
    else:
        np.savez_compressed(tmp_path / "mnist.npz", x_train=np.zeros(100_000_000, np.uint8))
    tracemalloc.start()
    try:
        refusal(tmp_path, DATASET)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000  # bytes at the peak
    finally:
        tracemalloc.stop()


REAL = os.environ.get("MNIST_DIR")
needs_mnist = pytest.mark.skipif(not REAL, reason="MNIST_DIR is not set: it names a folder with the real MNIST")


@needs_mnist
def test_real_mnist_is_accepted_in_every_form_and_split_55_5_10(tmp_path: Path) -> None:
    data = mnist.load(REAL)
    for split, count in ((data.train, 55_000), (data.validation, 5_000), (data.test, 10_000)):
        assert len(split.images) == len(split.labels) == count
    assert data.validation.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    x_train = np.concatenate([data.validation.images, data.train.images])
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)  # the published mean of the training images
    y_train = np.concatenate([data.validation.labels, data.train.labels])
    np.savez(tmp_path / "mnist.npz", x_train=x_train, y_train=y_train, x_test=data.test.images, y_test=data.test.labels)
    np.testing.assert_array_equal(mnist.load(tmp_path).train.images, data.train.images)


@needs_mnist
def test_sizes_and_digests_are_those_of_the_files_with_the_published_md5() -> None:
    published = (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    )
    for file, md5 in zip(FILES, published, strict=True):
        path = Path(REAL) / f"{file.name}.gz"
        if not path.is_file():
            pytest.skip(f"MNIST_DIR holds no {path.name}, only another form of it")
        packed = path.read_bytes()
        assert hashlib.md5(packed).hexdigest() == md5
        assert len(packed) == file.gzip_bytes
        assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == file.sha256
