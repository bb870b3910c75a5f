"""Saved weights are verified before use; unusable ones are rejected with the file, the reason and the remedy."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from lenet import export
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from lenet.model.network import lenet5
from lenet.model.verdict import Thresholds
from lenet.model.weights import (
    ARRAYS,
    FACTS,
    FILES,
    NETWORK,
    WEIGHTS,
    WeightsError,
    convert,
    load,
    read_facts,
    save,
    verify,
)
from tests.helpers.digits import DIGITS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    return tmp_path


def update_hash(folder: Path, name: str) -> None:
    """Write the current SHA-256 of a file into lenet5.json."""
    facts = read_facts(folder)
    facts["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / FACTS).write_text(json.dumps(facts))


def test_saving_leaves_out_the_optimizer_and_loading_restores_every_array(tmp_path: Path) -> None:
    trained = lenet5(dropout=0.4, seed=1)
    trained.compile("adam", "mse")
    trained.fit(np.zeros((1, 28, 28, 1), np.float32), np.zeros((1, 10), np.float32), verbose=0)
    save(trained, tmp_path, {"recipe": "none"})
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    assert all((tmp_path / name).stat().st_size < 13_200_000 for name in FILES)  # bytes: 4 a parameter, no optimizer
    loaded = load(tmp_path)
    for ours, theirs in zip(loaded.trainable_variables, trained.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert json.loads((tmp_path / FACTS).read_text())["training"] == {"recipe": "none"}
    assert DigitClassifier(tmp_path)(None).verdict == "blank"


def test_the_committed_litert_file_is_converted_from_the_committed_arrays() -> None:
    assert convert(load()) == (WEIGHTS / NETWORK).read_bytes()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def flip(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [Path.unlink, cut, flip, replace_by_folder], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_damaged_file_is_rejected_with_its_name_and_the_remedy(
    folder: Path, name: str, damage: Callable[[Path], object]
) -> None:
    damage(folder / name)
    for use in (verify, DigitClassifier):
        with pytest.raises(WeightsError) as error:
            use(folder)
        assert str(folder / name) in str(error.value)
        assert "Give a folder that `python -m lenet.train` wrote" in str(error.value)


@pytest.mark.parametrize(
    "facts",
    [
        "[]",
        "{}",
        '{"sha256": ""}',
        '{"sha256": {}, "thresholds": {}}',
        '{"sha256": {"lenet5.weights.h5": ""}, "thresholds": {"unsure": "half"}}',
        '{"sha256": {"lenet5.weights.h5": ""}, "thresholds": {"temperature": 0}}',
        '{"sha256": {"lenet5.weights.h5": ""}, "thresholds": {"unsure": -1}}',
        '{"sha256": {"lenet5.weights.h5": ""}, "thresholds": {"unknown": 1}}',
    ],
)
def test_facts_without_hashes_or_usable_thresholds_are_rejected_with_the_remedy(folder: Path, facts: str) -> None:
    (folder / FACTS).write_text(facts)
    for use in (verify, load, DigitClassifier):
        with pytest.raises(WeightsError, match=rf"{FACTS} is damaged .*Give a folder that"):
            use(folder)


def test_the_command_in_the_error_adds_the_litert_file_to_weights_without_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = json.loads((folder / FACTS).read_text())
    (folder / FACTS).write_text(json.dumps(facts | {"file": ARRAYS, "sha256": facts["sha256"][ARRAYS]}))
    (folder / NETWORK).unlink()
    assert load(folder).count_params() > 0  # training can start from them
    with pytest.raises(WeightsError) as error:
        DigitClassifier(folder)
    assert str(error.value).endswith(f"`python -m lenet.export --weights {folder}`.")
    assert export.main(["--weights", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / NETWORK}\n"
    assert json.loads((folder / FACTS).read_text()) == facts
    assert DigitClassifier(folder)(render(DIGITS[7])).digit == 7


def test_arrays_of_another_network_are_rejected_even_with_a_matching_hash(folder: Path) -> None:
    with h5py.File(folder / ARRAYS, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 32), np.float32)
    update_hash(folder, ARRAYS)
    with pytest.raises(WeightsError, match="does not contain the arrays of this network"):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"TFL3" * 100, (WEIGHTS / FACTS).read_bytes()], ids=["empty", "cut", "text"])
def test_a_litert_file_of_something_else_is_rejected_even_with_a_matching_hash(folder: Path, content: bytes) -> None:
    (folder / NETWORK).write_bytes(content)
    update_hash(folder, NETWORK)
    with pytest.raises(WeightsError, match=rf"{NETWORK} does not contain this network. .*lenet.export"):
        DigitClassifier(folder)


ARRAY = "layers/conv2d/vars/0"
SHAPE = (5, 5, 1, 32)


def as_compound(file: h5py.File) -> None:
    file[ARRAY] = np.zeros(SHAPE, [("a", "f4"), ("b", "f4")])


def as_text(file: h5py.File) -> None:
    file.create_dataset(ARRAY, SHAPE, h5py.string_dtype())


def as_integers(file: h5py.File) -> None:
    file[ARRAY] = np.zeros(SHAPE, np.int32)


def as_nan(file: h5py.File) -> None:
    file[ARRAY] = np.full(SHAPE, np.nan, np.float32)


def compressed(file: h5py.File) -> None:
    file.create_dataset(ARRAY, data=np.zeros(SHAPE, np.float32), compression="gzip")


def in_another_file(file: h5py.File) -> None:
    other = Path(file.filename).with_name("other")
    other.write_bytes(bytes(3200))
    file.create_dataset(ARRAY, SHAPE, "f4", external=[(str(other), 0, 3200)])


def virtual(file: h5py.File) -> None:
    file.create_virtual_dataset(ARRAY, h5py.VirtualLayout(SHAPE, "f4"), fillvalue=1)


def as_a_link(file: h5py.File) -> None:
    file["spare"] = np.zeros(SHAPE, np.float32)
    file[ARRAY] = h5py.SoftLink("/spare")


def as_an_external_link(file: h5py.File) -> None:
    file[ARRAY] = h5py.ExternalLink("/etc/passwd", "/x")


@pytest.mark.parametrize(
    "store",
    [as_compound, as_text, as_integers, as_nan, compressed, in_another_file, virtual, as_a_link, as_an_external_link],
    ids=lambda store: store.__name__,
)
def test_an_array_of_the_right_shape_that_is_not_plain_finite_float32_is_rejected(
    folder: Path, store: Callable[[h5py.File], None]
) -> None:
    with h5py.File(folder / ARRAYS, "r+") as file:
        del file[ARRAY]
        store(file)
    update_hash(folder, ARRAYS)
    with pytest.raises(WeightsError, match="does not contain the arrays of this network"):
        load(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_a_litert_file_whose_answers_may_not_be_finite_is_rejected(folder: Path, value: float) -> None:
    content = bytearray((folder / NETWORK).read_bytes())
    weight = DigitClassifier(folder).network.weights["conv2"].kernel.transpose(3, 0, 1, 2)[7, 1].tobytes()
    assert content.count(weight) == 1
    start = content.index(weight)
    content[start : start + len(weight)] = np.full(len(weight) // 4, value, "<f4").tobytes()
    (folder / NETWORK).write_bytes(content)
    update_hash(folder, NETWORK)
    with pytest.raises(WeightsError, match=rf"{NETWORK} does not contain this network"):
        DigitClassifier(folder)


@pytest.mark.parametrize("temperature", ["1e-300", "0.001", "101", "NaN", "1e999", '"1"'])
def test_a_temperature_whose_probabilities_may_not_be_finite_is_rejected(folder: Path, temperature: str) -> None:
    facts = json.loads((folder / FACTS).read_text())
    facts["thresholds"]["temperature"] = "T"
    (folder / FACTS).write_text(json.dumps(facts).replace('"T"', temperature))
    with pytest.raises(WeightsError, match=rf"{FACTS} is damaged"):
        verify(folder)


@pytest.mark.parametrize("content", ["[" * 100_000, " " * 2_000_000 + "{}"], ids=["nested", "large"])
def test_facts_that_are_nested_or_large_are_rejected(folder: Path, content: str) -> None:
    (folder / FACTS).write_text(content)
    with pytest.raises(WeightsError, match=rf"{FACTS} is damaged"):
        verify(folder)


@pytest.mark.parametrize("name", [ARRAYS, NETWORK])
def test_a_file_larger_than_its_arrays_is_rejected(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.truncate(30_000_000_000)  # sparse
    with pytest.raises(WeightsError, match=rf"{name} is damaged"):
        verify(folder)


def test_thresholds_of_before_the_energy_keep_their_temperature_and_doubt_by_the_default(folder: Path) -> None:
    old = {"blank": 0.1, "temperature": 0.7, "unsure": 0.6, "several": 0.9}
    facts = json.loads((folder / FACTS).read_text("utf-8"))
    (folder / FACTS).write_text(json.dumps(facts | {"thresholds": old}), "utf-8")
    assert verify(folder) == Thresholds(blank=0.1, temperature=0.7)
