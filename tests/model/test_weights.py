"""Saved weights are verified before they are trusted; what cannot be used is refused in one sentence."""

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
from lenet.model.weights import (
    ARRAYS,
    FACTS,
    FILES,
    NETWORK,
    SHAPES,
    WEIGHTS,
    WeightsError,
    convert,
    digest,
    load,
    save,
    verify,
)
from tests.helpers.digits import DIGITS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    return tmp_path


def rehash(folder: Path, name: str) -> None:
    """Make lenet5.json vouch for a file as it is now."""
    facts = json.loads((folder / FACTS).read_text())
    other = folder / "other"
    other.mkdir()
    shutil.copy(folder / name, other / ARRAYS)
    facts["sha256"][name] = digest(other)
    (folder / FACTS).write_text(json.dumps(facts))


def test_saving_writes_both_networks_without_the_optimizer_and_loading_restores_every_array(tmp_path: Path) -> None:
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


def test_the_committed_litert_file_is_what_the_committed_arrays_give() -> None:
    assert convert(load()) == (WEIGHTS / NETWORK).read_bytes()


def test_shapes_are_those_of_the_network() -> None:
    assert [variable.shape for variable in lenet5().trainable_variables] == SHAPES


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
def test_a_damaged_file_is_refused_with_its_name_and_the_remedy(
    folder: Path, name: str, damage: Callable[[Path], object]
) -> None:
    damage(folder / name)
    for use in (verify, DigitClassifier):
        with pytest.raises(WeightsError) as refused:
            use(folder)
        assert str(folder / name) in str(refused.value)
        assert "git checkout weights" in str(refused.value)


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
def test_facts_that_the_product_cannot_rely_on_are_refused_with_the_remedy(folder: Path, facts: str) -> None:
    (folder / FACTS).write_text(facts)
    for use in (verify, load, DigitClassifier):
        with pytest.raises(WeightsError, match=rf"{FACTS} is damaged .*git checkout weights"):
            use(folder)


def test_weights_saved_before_there_was_a_litert_file_get_one_by_the_command_that_the_error_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = json.loads((folder / FACTS).read_text())
    (folder / FACTS).write_text(json.dumps(facts | {"file": ARRAYS, "sha256": facts["sha256"][ARRAYS]}))
    (folder / NETWORK).unlink()
    assert load(folder).count_params() > 0  # training can start from them
    with pytest.raises(WeightsError) as refused:
        DigitClassifier(folder)
    assert str(refused.value).endswith(f"`python -m lenet.export --weights {folder}`.")
    assert export.main(["--weights", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / NETWORK}\n"
    assert json.loads((folder / FACTS).read_text()) == facts
    assert DigitClassifier(folder)(render(DIGITS[7])).digit == 7


def test_another_network_is_refused_although_its_hash_fits(folder: Path) -> None:
    with h5py.File(folder / ARRAYS, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 32), np.float32)
    rehash(folder, ARRAYS)
    with pytest.raises(WeightsError, match="does not hold the arrays of this network"):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"TFL3" * 100, (WEIGHTS / FACTS).read_bytes()], ids=["empty", "cut", "text"])
def test_a_litert_file_without_this_network_is_refused_although_its_hash_fits(folder: Path, content: bytes) -> None:
    (folder / NETWORK).write_bytes(content)
    rehash(folder, NETWORK)
    with pytest.raises(WeightsError, match=rf"{NETWORK} does not hold this network: .*lenet.export"):
        DigitClassifier(folder)
