"""Exported networks give the page's probabilities; one that does not is reported."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lenet import export
from lenet.datasets import mnist
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.classifier import DigitClassifier
from tests.helpers.digits import DIGITS

PICTURES = np.stack([preprocess(render(strokes)).picture for strokes in DIGITS.values()])

# Another program, which has only the file and nothing of this project.
READ = """
import sys, numpy, tensorflow as tf
pictures = numpy.load(sys.argv[2])
loaded = tf.saved_model.load(sys.argv[1])
numpy.save(sys.argv[3], loaded.signatures["serving_default"](tf.constant(pictures[..., None]))["output_0"])
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return export.export(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="module")
def shown() -> np.ndarray:
    """The page's probabilities of each digit, (10, 10)."""
    classifier = DigitClassifier()
    return np.array([classifier(render(strokes)).probabilities for strokes in DIGITS.values()])


def test_another_program_gets_the_pages_probabilities_from_the_saved_model(
    exported: tuple[Path, Path], shown: np.ndarray, tmp_path: Path
) -> None:
    np.save(tmp_path / "pictures.npy", PICTURES)
    command = [sys.executable, "-c", READ, exported[0], tmp_path / "pictures.npy", tmp_path / "answer.npy"]
    subprocess.run(command, check=True, cwd=tmp_path, env={"TF_CPP_MIN_LOG_LEVEL": "2"})
    np.testing.assert_allclose(np.load(tmp_path / "answer.npy"), shown, atol=1e-4)


@pytest.mark.parametrize("count", [1, len(PICTURES)])
def test_the_litert_file_gives_the_pages_probabilities(
    exported: tuple[Path, Path], shown: np.ndarray, count: int
) -> None:
    np.testing.assert_allclose(export.run_lite(exported[1], PICTURES[:count]), shown[:count], atol=1e-4)


@pytest.mark.slow
@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_both_exports_give_the_pages_probabilities_on_mnists_test_images(exported: tuple[Path, Path]) -> None:
    pictures = mnist.load_test().pictures
    classifier = DigitClassifier()
    expected = classifier.thresholds.probabilities(classifier.network.logits(pictures))
    for probabilities in (export.run_saved(exported[0], pictures), export.run_lite(exported[1], pictures)):
        np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_an_export_with_other_probabilities_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "run_lite", lambda path, pictures: np.full((len(pictures), 10), 0.1))
    assert export.main(["--out", str(tmp_path)]) == 1
    assert (
        f"{tmp_path / 'lenet5.tflite'} gives probabilities that differ by 0.9 from the page's"
        in capsys.readouterr().err
    )


def test_unusable_weights_are_an_error_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main(["--out", str(tmp_path / "out"), "--weights", str(tmp_path)]) == 1
    assert "Cannot read the weights" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
