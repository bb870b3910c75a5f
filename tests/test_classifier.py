"""Weights are checked before they are trusted, and read what the pad draws."""

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Thread

import numpy as np
import oracle
import pytest
from digits import DIGITS, placed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from strategies import DRAWINGS, PICTURES

from lenet import classifier
from lenet.classifier import ARRAYS, FACTS, WEIGHTS, DigitClassifier, WeightsError
from lenet.demo import build_demo
from lenet.network import lenet5
from lenet.preprocess import PictureError, preprocess
from lenet.strokes import Drawing, DrawingError, render
from lenet.verdict import Prediction


@pytest.fixture(scope="module")
def read() -> DigitClassifier:
    return DigitClassifier()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (ARRAYS, FACTS):
        shutil.copy(WEIGHTS / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("pen", [10, 20, 30])
@pytest.mark.parametrize("digit", range(10))
def test_each_digit_is_read(read: DigitClassifier, digit: int, pen: int) -> None:
    prediction = read(render(DIGITS[digit], width=pen))
    assert (prediction.verdict, prediction.digit) == ("digit", digit)
    assert prediction.probabilities[digit] > 0.5


@pytest.mark.parametrize("digit", range(10))
def test_tiny_in_a_corner_and_huge_over_the_edges_are_read(read: DigitClassifier, digit: int) -> None:
    assert read(render(placed(DIGITS[digit], 45, 30, 250), width=6)).digit == digit
    assert read(render(placed(DIGITS[digit], 270), width=24)).digit == digit


def test_a_blank_pad_and_a_dot_are_blank(read: DigitClassifier) -> None:
    assert read(None).verdict == "blank"
    assert read(render([])).verdict == "blank"
    assert read(render([[[140, 140]]])).verdict == "blank"


@pytest.mark.parametrize("pen", [1, 120])
def test_a_hair_and_a_paint_roller_give_an_answer(read: DigitClassifier, pen: int) -> None:
    prediction = read(render(DIGITS[3], width=pen))
    assert prediction.verdict == ("digit" if pen == 1 else "unsure")  # a patch that fills the pad is no 3 to anybody
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_numpy_reads_the_same_from_the_same_file(read: DigitClassifier) -> None:
    pictures = np.stack([preprocess(render(DIGITS[digit])).picture for digit in range(10)])
    expected = oracle.logits(oracle.read_weights(WEIGHTS / ARRAYS), pictures)
    np.testing.assert_allclose(read.logits(pictures), expected, rtol=1e-3, atol=1e-3)
    assert read.logits(pictures[:0]).shape == (0, 10)


def test_where_there_is_no_room_for_its_conversion_keras_reads_the_same(
    read: DigitClassifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = np.stack([preprocess(render(DIGITS[digit])).picture for digit in range(10)])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    slow = DigitClassifier()
    assert "Keras itself runs the network" in caplog.text
    np.testing.assert_allclose(slow.logits(pictures), read.logits(pictures), rtol=1e-4, atol=1e-4)
    assert slow(render(DIGITS[7])).digit == 7


def test_threads_share_it(read: DigitClassifier) -> None:
    answers: dict[int, int | None] = {}

    def work(digit: int) -> None:
        for _ in range(20):
            answers[digit] = read(render(DIGITS[digit])).digit

    threads = [Thread(target=work, args=(digit,)) for digit in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {digit: digit for digit in range(10)}


FEW = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def check(said: Prediction) -> None:
    assert said.verdict in ("digit", "blank", "unsure", "several")
    if said.verdict != "blank":
        assert len(said.probabilities) == 10
        assert all(0 <= each <= 1 for each in said.probabilities)
        assert sum(said.probabilities) == pytest.approx(1)


@FEW
@given(arrays.arrays(np.float32, (28, 28), elements=st.floats(0, 1, width=32)))
def test_any_picture_of_finite_numbers_is_read(read: DigitClassifier, picture: np.ndarray) -> None:
    assert np.isfinite(read.logits(picture[None])).all()
    check(read(picture))


@FEW
@given(DRAWINGS)
def test_any_drawing_is_read_or_the_one_error(read: DigitClassifier, value: dict) -> None:
    with suppress(DrawingError):
        check(read(Drawing.from_json(value).render()))


@FEW
@given(PICTURES)
def test_any_array_is_read_or_the_one_error(read: DigitClassifier, array: np.ndarray) -> None:
    with suppress(PictureError):
        check(read(array))


def test_the_file_holds_arrays_alone(tmp_path: Path) -> None:
    trained = lenet5(dropout=0.4, seed=1)
    trained.compile("adam", "mse")
    trained.fit(np.zeros((1, 28, 28, 1), np.float32), np.zeros((1, 10), np.float32), verbose=0)
    classifier.save(trained, tmp_path, {"recipe": "none"})
    assert (tmp_path / ARRAYS).stat().st_size < 13_200_000  # bytes: 4 a parameter, no optimizer
    loaded = classifier.load(tmp_path)
    for ours, theirs in zip(loaded.trainable_variables, trained.trainable_variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert json.loads((tmp_path / FACTS).read_text())["training"] == {"recipe": "none"}


@pytest.mark.parametrize(
    "damage",
    [
        "no arrays",
        "no facts",
        "cut",
        "flipped",
        "facts cut",
        "facts other",
        "no thresholds",
        "thresholds of text",
        "a folder",
    ],
)
def test_damaged_weights_are_refused_with_the_file_and_the_remedy(folder: Path, damage: str) -> None:
    arrays, facts = folder / ARRAYS, folder / FACTS
    whole = arrays.read_bytes()
    match damage:
        case "no arrays":
            arrays.unlink()
        case "no facts":
            facts.unlink()
        case "cut":
            arrays.write_bytes(whole[:1000])
        case "flipped":
            arrays.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "facts cut":
            facts.write_text(facts.read_text()[:20])
        case "facts other":
            facts.write_text("[]")
        case "no thresholds":
            facts.write_text('{"sha256": ""}')
        case "thresholds of text":
            whole_facts = json.loads(facts.read_text())
            facts.write_text(json.dumps(whole_facts | {"thresholds": {"unsure": "half"}}))
        case "a folder":
            arrays.unlink()
            arrays.mkdir()
    for use in (classifier.verify, classifier.load, DigitClassifier):
        with pytest.raises(WeightsError) as refused:
            use(folder)
        assert str(facts if "facts" in damage or "thresholds" in damage else arrays) in str(refused.value)
        assert "git checkout weights" in str(refused.value)


def test_arrays_of_another_network_are_refused_though_the_hash_fits(folder: Path) -> None:
    import h5py

    with h5py.File(folder / ARRAYS, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 32), np.float32)
    facts = json.loads((folder / FACTS).read_text())
    (folder / FACTS).write_text(json.dumps(facts | {"sha256": classifier.digest(folder)}))
    for use in (classifier.verify_shapes, classifier.load):
        with pytest.raises(WeightsError, match="does not hold the arrays of this network"):
            use(folder)
    with pytest.raises(WeightsError, match="does not hold the arrays of this network"):
        build_demo(weights=folder)


def test_the_shapes_that_are_asked_for_are_the_networks() -> None:
    assert [variable.shape for variable in lenet5().trainable_variables] == classifier.SHAPES
