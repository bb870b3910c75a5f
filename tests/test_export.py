"""What is written for other programs answers as the demo does, and what does not is refused."""

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
from lenet.model.verdict import softmax
from tests.helpers.digits import DIGITS

PICTURES = np.stack([preprocess(render(strokes)).picture for strokes in DIGITS.values()])

# As another program would: it knows the file alone, and nothing of this project.
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
    """The ten probabilities of each digit, as the demo shows them."""
    read = DigitClassifier()
    return np.array([read(render(strokes)).probabilities for strokes in DIGITS.values()])


def test_another_program_gets_the_demos_probabilities_from_the_saved_model(
    exported: tuple[Path, Path], shown: np.ndarray, tmp_path: Path
) -> None:
    np.save(tmp_path / "pictures.npy", PICTURES)
    command = [sys.executable, "-c", READ, exported[0], tmp_path / "pictures.npy", tmp_path / "answer.npy"]
    subprocess.run(command, check=True, cwd=tmp_path, env={"TF_CPP_MIN_LOG_LEVEL": "2"})
    np.testing.assert_allclose(np.load(tmp_path / "answer.npy"), shown, atol=1e-4)


@pytest.mark.parametrize("count", [1, len(PICTURES)])
def test_the_litert_file_gives_the_demos_probabilities(
    exported: tuple[Path, Path], shown: np.ndarray, count: int
) -> None:
    np.testing.assert_allclose(export.run_lite(exported[1], PICTURES[:count]), shown[:count], atol=1e-4)


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_both_read_mnists_test_images_as_the_demo_does(exported: tuple[Path, Path]) -> None:
    pictures = mnist.load_test().pictures
    read = DigitClassifier()
    expected = softmax(read.network.logits(pictures) / read.thresholds.temperature)
    for given in (export.run_saved(exported[0], pictures), export.run_lite(exported[1], pictures)):
        np.testing.assert_allclose(given, expected, atol=1e-4)


def test_a_file_that_answers_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "run_lite", lambda path, pictures: np.full((len(pictures), 10), 0.1))
    assert export.main(["--out", str(tmp_path)]) == 1
    assert f"{tmp_path / 'lenet5.tflite'} gives probabilities that are 0.9 off the demo's" in capsys.readouterr().err


def test_weights_that_cannot_be_used_are_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--out", str(tmp_path / "out"), "--weights", str(tmp_path)]) == 1
    assert "Cannot read the weights" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
