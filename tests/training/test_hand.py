"""Fine-tuning of trained weights on one person's drawings."""

import dataclasses
import json
import os
import re
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import lenet.demo
from lenet import train
from lenet.datasets import mnist, stroke_files
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from lenet.model.network import lenet5
from lenet.model.weights import ARRAYS, FACTS, FILES, WEIGHTS, WeightsError, digest, load, save, verify
from lenet.training import mixture
from lenet.training.checkpoint import CheckpointError, Checkpoints
from lenet.training.fit import fit, misses
from lenet.training.recipes import HAND
from lenet.training.trainer import Trainer
from tests.helpers.digits import DIGITS
from tools import odd_hand

APP = Path(__file__).parents[2] / "app.py"
PICTURES = np.stack([255 * preprocess(render(DIGITS[digit])).picture for digit in range(10)] * 8).astype(np.uint8)
SPLIT = mnist.Split(PICTURES, np.tile(np.arange(10, dtype=np.uint8), 8))
DATA = mnist.Mnist(SPLIT, SPLIT, SPLIT)  # the tests' own digits in place of MNIST
SHORT = dataclasses.replace(HAND, steps=6, warmup=2, checkpoint_every=2, renderings=2)


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    """A stroke file whose drawings are sorted by label."""
    path = tmp_path / "my-drawings.jsonl"
    stroke_files.write(path, sorted(odd_hand.drawings(50, 1), key=lambda drawing: drawing.label))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder with weights that are not the committed ones."""
    save(lenet5(seed=9), tmp_path / "other", {"recipe": "none"})
    return tmp_path / "other"


@pytest.fixture
def small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "load", lambda folder=None: DATA)


@pytest.mark.slow
@pytest.mark.usefixtures("small_data")
def test_from_selects_recipe_hand_and_keeps_the_thresholds_and_the_committed_weights(
    hand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    committed = [(WEIGHTS / name).read_bytes() for name in FILES]
    assert train.main(["--strokes", str(hand), "--from", str(WEIGHTS), "--steps", "3", "--warmup", "1"]) == 0
    assert [(WEIGHTS / name).read_bytes() for name in FILES] == committed
    captured = capsys.readouterr()
    assert captured.out.startswith("step      0  validation: 0 of 80 wrong\n")
    assert f"Saved in {Path('runs/hand')}." in captured.err
    out = tmp_path / "runs" / "hand"
    facts = json.loads((out / FACTS).read_text())
    assert facts["training"] == {"recipe": "hand", "seed": 1, "from": digest()}
    assert verify(out) == verify(WEIGHTS)
    assert "calibration" not in facts  # those figures describe other weights
    training = json.loads((out / "metrics.json").read_text())["training"]
    assert training["from"] == digest() != digest(out)
    assert (training["drawings"][0]["count"], training["validation_counts"]) == (50, [80, 0])
    assert [step for step, *_ in training["validation"]] == [0, 3]


def test_all_drawings_of_one_person_are_trained_on(hand: Path) -> None:
    people = mixture.read([hand], keep=False)
    assert [drawing.label for drawing in people.learned] == sorted([*range(10)] * 5)
    assert len(people.kept) == 0
    assert people.files == mixture.read([hand]).files


@pytest.mark.slow
def test_training_starts_from_the_given_weights(other: Path, tmp_path: Path) -> None:
    still = dataclasses.replace(SHORT, rate=0.0)
    for start in (WEIGHTS, other):
        model, _ = fit(still, DATA, 1, Checkpoints(tmp_path / start.name), start=start)
        for ours, theirs in zip(model.trainable_variables, load(start).trainable_variables, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.slow
def test_saved_weights_are_blended_from_the_initial_and_the_learned_ones(tmp_path: Path) -> None:
    def taught(blend: float) -> list[np.ndarray]:
        recipe = dataclasses.replace(SHORT, blend=blend)
        model, _ = fit(recipe, DATA, 1, Checkpoints(tmp_path / str(blend)), start=WEIGHTS)
        return [variable.numpy() for variable in model.trainable_variables]

    initial = [variable.numpy() for variable in load().trainable_variables]
    for start, quarter, whole in zip(initial, taught(0.25), taught(1.0), strict=True):
        assert np.abs(whole - start).max() > 1e-5
        np.testing.assert_allclose(quarter - start, (whole - start) / 4, atol=1e-6)


@pytest.mark.slow
def test_a_stopped_fine_tuning_resumes_only_with_the_weights_it_started_from(
    hand: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = mixture.read([hand], keep=False)

    def weights(folder: str, start: Path | None = WEIGHTS) -> list[np.ndarray]:
        model, history = fit(SHORT, DATA, 1, Checkpoints(tmp_path / folder), people, start)
        assert [step for step, *_ in history["validation"]] == [0, 6]
        return [variable.numpy() for variable in model.trainable_variables]

    whole = weights("whole")
    batch = Trainer.batch

    def stop(self: Trainer, step: int) -> np.ndarray:
        if step == 3:
            raise KeyboardInterrupt
        return batch(self, step)

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "batch", stop)
        with pytest.raises(KeyboardInterrupt):
            weights("broken")
    for start in (other, None):
        with pytest.raises(CheckpointError, match=rf"initial weights {digest()[:12]}\).*--fresh"):
            weights("broken", start)
    for ours, theirs in zip(weights("broken"), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("small_data")
def test_unusable_initial_weights_are_refused_in_one_sentence_and_nothing_is_written(
    hand: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (other / ARRAYS).write_bytes(b"cut")
    for start, name in ((tmp_path / "nowhere", FACTS), (other, ARRAYS)):
        flags = ["--strokes", str(hand), "--from", str(start), "--out", str(tmp_path / "out")]
        assert train.main(flags) == 1
        error = capsys.readouterr().err
        assert str(start / name) in error
        assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("problem", ["missing", "damaged", "other arrays"])
def test_the_error_about_unusable_weights_names_the_command_that_replaces_them(problem: str, other: Path) -> None:
    if problem == "missing":
        (other / FACTS).unlink()
    else:
        (other / ARRAYS).write_bytes(b"cut")
    if problem == "other arrays":
        facts = json.loads((other / FACTS).read_text(encoding="utf-8"))
        (other / FACTS).write_text(json.dumps(facts | {"sha256": {ARRAYS: digest(other)}}), encoding="utf-8")
    with pytest.raises(WeightsError) as refused:
        load(other)
    [flags] = re.findall(r"train into this one \(`(.*?)`\)", str(refused.value))
    assert train._parse(flags.split()).out == other


def test_the_page_uses_the_weights_that_lenet_weights_names(
    other: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used: list[Path] = []

    def build_demo(weights: Path) -> SimpleNamespace:
        used.append(weights)
        return SimpleNamespace(launch=lambda **_: None)

    def serve(folder: str) -> object:
        monkeypatch.setenv("LENET_WEIGHTS", folder)
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(APP), run_name="__main__")
        return ended.value.code

    monkeypatch.setattr(lenet.demo, "build_demo", build_demo)
    monkeypatch.setattr(sys, "argv", [str(APP)])
    assert (serve(str(other)), serve("")) == (0, 0)
    assert used == [other, WEIGHTS]
    assert serve(str(other / "nowhere")) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_fifty_drawings_teach_a_hand_and_mnist_accuracy_stays_within_a_tenth_of_a_percent(
    hand: Path, tmp_path: Path
) -> None:
    recipe = dataclasses.replace(HAND, steps=100, renderings=4)  # a third of the recipe's steps
    people = mixture.read([hand], keep=False)
    taught, history = fit(recipe, mnist.load(), 1, Checkpoints(tmp_path), people, WEIGHTS)
    theirs = mixture.drawn(odd_hand.drawings(200, 2), 200, np.random.default_rng(0))  # not among those taught
    assert misses(load(), theirs) >= 50
    assert misses(taught, theirs) <= 20
    (first, before, _), (last, after, _) = history["validation"]
    assert (first, last, history["validation_counts"]) == (0, 100, [5_000, 0])
    assert after <= before + 5  # 0.1 %
