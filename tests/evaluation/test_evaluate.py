"""The evaluation measures the page's pipeline, and the committed weights are as good as promised."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from lenet import evaluate
from lenet.datasets import mnist, stroke_files
from lenet.evaluation import measure
from lenet.evaluation.fingerprint import conditions, find_change
from lenet.evaluation.metrics import calibration_error, rates, table
from lenet.image.strokes import Drawing, render
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import ARRAYS, FILES, WEIGHTS, digest, read_facts
from tests.helpers.digits import DIGITS, placed


def test_figures_are_dropped_when_the_weights_the_thresholds_or_the_pipeline_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {"weights": "a", "thresholds": {"unsure": 0.5}, "fingerprint": {"answers": "digit7", "logits": "5.10"}}
    monkeypatch.setattr(measure, "conditions", lambda folder: dict(now))

    def write(**sections: dict) -> dict:
        measure.write_metrics(tmp_path, **sections)
        metrics = json.loads((tmp_path / "metrics.json").read_text())
        assert {key: metrics.pop(key) for key in now} == now
        return metrics

    training, test, a, b = {"seed": 1}, {"misses": 30}, {"a": {"count": 1}}, {"b": {"count": 2}}
    assert write(training=training) == {"training": training}
    assert write(mnist_test=test, strokes=a) == {"training": training, "mnist_test": test, "strokes": a}
    assert write(strokes=b) == {"training": training, "mnist_test": test, "strokes": a | b}
    now["thresholds"] = {"unsure": 0.7}
    assert write(strokes=b) == {"training": training, "strokes": b}
    now["fingerprint"] = {"answers": "digit7", "logits": "5.20"}
    assert write(mnist_test=test) == {"training": training, "mnist_test": test}
    now["weights"] = "b"
    assert write(mnist_test=test) == {"mnist_test": test}


def test_missing_mnist_or_weights_are_an_error_that_names_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(["--mnist", str(tmp_path)]) == 1
    assert evaluate.main(["--mnist", str(tmp_path), "--weights", str(tmp_path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(str(tmp_path) in line for line in lines)


@pytest.mark.slow
def test_stroke_files_are_measured_reproducibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)] * 3
    drawings.append(stroke_files.LabelledDrawing(4, Drawing(strokes=DIGITS[7])))  # mislabelled
    stroke_files.write(tmp_path / "ours.jsonl.gz", drawings)
    test = mnist.Split(np.stack([255 - render(DIGITS[1])[::10, ::10]] * 2), np.ones(2, np.uint8))
    monkeypatch.setattr(mnist, "load_test", lambda folder=None: test)
    outputs = []
    for _ in range(2):
        assert evaluate.main(["--strokes", str(tmp_path / "ours.jsonl.gz"), "--json"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    figures = json.loads(outputs[0])
    assert (figures["count"], figures["misses"]) == (2, 0)
    ours = figures["strokes"]["ours"]
    assert ours["count"] == 31
    assert 1 <= ours["misses"] <= 4
    assert ours["confusion"][4][7] == 1

    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    assert evaluate.main(["--strokes", str(tmp_path / "ours.jsonl.gz"), "--weights", str(tmp_path)]) == 0
    assert "\nours\ndigit  images" in capsys.readouterr().out
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written["strokes"]["ours"] == ours
    assert find_change(written, conditions(tmp_path)) == ""
    assert (tmp_path / "misread-ours.png").is_file()
    assert (tmp_path / "confusion-ours.png").is_file()


def test_mnist_is_measured_as_the_page_reads_it_and_without_preprocessing() -> None:
    corner = [255 - render(placed(strokes, 100, 80, 80), width=12)[::10, ::10] for strokes in DIGITS.values()]
    labels = np.arange(10, dtype=np.uint8)
    test = mnist.Split(np.stack(corner), labels)  # not normalized as MNIST is
    classifier = DigitClassifier()
    predictions = [classifier(image) for image in test.images]
    raw = int((classifier.network.logits(test.pictures).argmax(1) != labels).sum())

    figures = measure.Evaluation().mnist(test)
    assert figures["misses"] == sum(
        prediction.digit != label for prediction, label in zip(predictions, labels, strict=True)
    )
    assert figures["verdicts"] == rates([prediction.verdict for prediction in predictions])
    probabilities = np.array([prediction.probabilities for prediction in predictions])
    assert figures["calibration_error"] == pytest.approx(calibration_error(probabilities, labels), abs=1e-6)
    assert figures["raw"] == {"misses": raw, "accuracy": pytest.approx(1 - raw / 10)}
    assert raw > figures["misses"]
    assert f"without preprocessing: {raw} wrong" in table(figures)


@pytest.mark.slow
@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_the_committed_weights_misread_at_most_33_of_mnists_test_images_with_and_without_preprocessing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(["--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures.pop("strokes") == {}
    assert figures["count"] == 10_000
    assert figures["verdicts"]["digit"] >= 0.99  # a few of MNIST's own digits are illegible
    for misses in (figures["misses"], figures["raw"]["misses"]):
        assert 0 < misses <= 33  # 0 would mean a broken evaluation: some labels are wrong
    assert figures["calibration_error"] < 0.01
    committed = json.loads((WEIGHTS / "metrics.json").read_text())
    assert committed["weights"] == digest()
    for now, then in ((figures, committed["mnist_test"]), (figures["raw"], committed["mnist_test"]["raw"])):
        assert abs(now["misses"] - then["misses"]) <= 1  # other processors round differently

    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    assert evaluate.main(["--weights", str(tmp_path)]) == 0
    written = json.loads((tmp_path / "metrics.json").read_text())
    facts = read_facts()
    assert written.keys() == {"weights", "thresholds", "fingerprint", "mnist_test"}
    assert (written["weights"], written["thresholds"]) == (facts["sha256"][ARRAYS], facts["thresholds"])
    assert written["mnist_test"] == figures
    for name in ("confusion.png", "misread.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
