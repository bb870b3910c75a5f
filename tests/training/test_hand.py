"""Fifty drawings teach trained weights one person's hand; what they read before they read as well after."""

import dataclasses
import json
import os
import re
import runpy
from pathlib import Path

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
from lenet.training.fit import _misses, fit
from lenet.training.recipes import DEFAULT, HAND, RECIPES
from lenet.training.trainer import Trainer
from tests.helpers.digits import DIGITS
from tools import odd_hand

APP = Path(__file__).parents[2] / "app.py"
PICTURES = np.stack([255 * preprocess(render(DIGITS[digit])).picture for digit in range(10)] * 8).astype(np.uint8)
SPLIT = mnist.Split(PICTURES, np.tile(np.arange(10, dtype=np.uint8), 8))
DATA = mnist.Mnist(SPLIT, SPLIT, SPLIT)  # the tests' own digits stand in for MNIST
SHORT = dataclasses.replace(HAND, steps=6, warmup=2, checkpoint_every=2, renderings=2)


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    """A stroke file, its drawings in the order of their labels."""
    path = tmp_path / "my-drawings.jsonl"
    stroke_files.write(path, sorted(odd_hand.drawings(50, 1), key=lambda each: each.label))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder with other weights than the committed ones."""
    save(lenet5(seed=9), tmp_path / "other", {"recipe": "none"})
    return tmp_path / "other"


@pytest.fixture
def mnist_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "load", lambda folder=None: DATA)


def test_the_odd_hand_is_one_person_whom_a_seed_gives_back() -> None:
    drawn = odd_hand.drawings(30, 1)
    assert drawn == odd_hand.drawings(30, 1)
    assert drawn[:10] != odd_hand.drawings(10, 2)
    assert [each.label for each in drawn] == [*range(10)] * 3
    for each in drawn:
        points = np.concatenate([np.array(stroke) for stroke in each.strokes])
        assert (points >= each.drawing.pen / 2).all()  # wholly on the pad
        assert (points <= 280 - each.drawing.pen / 2).all()
        assert np.ptp(points, axis=0).max() >= 100


@pytest.mark.usefixtures("mnist_in_reach")
def test_from_takes_recipe_hand_keeps_the_thresholds_and_leaves_the_demos_weights_alone(
    hand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    committed = [(WEIGHTS / name).read_bytes() for name in FILES]
    assert train.main(["--strokes", str(hand), "--from", str(WEIGHTS), "--steps", "3"]) == 0
    assert [(WEIGHTS / name).read_bytes() for name in FILES] == committed
    said = capsys.readouterr()
    assert said.out.startswith("step      0  validation: 0 of 80 wrong\n")
    assert f"Saved in {Path('runs/hand')}." in said.err
    out = tmp_path / "runs" / "hand"
    facts = json.loads((out / FACTS).read_text())
    assert facts["training"] == {"recipe": "hand", "seed": 1, "from": digest()}
    assert verify(out) == verify(WEIGHTS)
    assert "calibration" not in facts  # its figures are of other weights
    training = json.loads((out / "metrics.json").read_text())["training"]
    assert training["from"] == digest() != digest(out)
    assert (training["drawings"][0]["count"], training["validation_counts"]) == (50, [80, 0])
    assert [step for step, *_ in training["validation"]] == [0, 3]


def test_all_drawings_of_one_person_are_learned_from(hand: Path) -> None:
    people = mixture.read([hand], keep=False)
    assert [each.label for each in people.learned] == sorted([*range(10)] * 5)
    assert len(people.kept) == 0
    assert people.files == mixture.read([hand]).files


def test_a_training_starts_as_the_weights_that_it_is_given(other: Path, tmp_path: Path) -> None:
    still = dataclasses.replace(SHORT, rate=0.0)
    for start in (WEIGHTS, other):
        model, _ = fit(still, DATA, 1, Checkpoints(tmp_path / start.name), start=start)
        for ours, theirs in zip(model.trainable_variables, load(start).trainable_variables, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_what_is_kept_lies_between_the_start_and_what_was_learnt(tmp_path: Path) -> None:
    def taught(blend: float) -> list[np.ndarray]:
        recipe = dataclasses.replace(SHORT, blend=blend)
        model, _ = fit(recipe, DATA, 1, Checkpoints(tmp_path / str(blend)), start=WEIGHTS)
        return [variable.numpy() for variable in model.trainable_variables]

    start = [variable.numpy() for variable in load().trainable_variables]
    for begun, part, whole in zip(start, taught(0.25), taught(1.0), strict=True):
        assert np.abs(whole - begun).max() > 1e-5
        np.testing.assert_allclose(part - begun, (whole - begun) / 4, atol=1e-6)


def test_a_stopped_training_goes_on_from_its_own_start_alone(
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
        with pytest.raises(CheckpointError, match=rf"start from {digest()[:12]}\).*--fresh"):
            weights("broken", start)
    for ours, theirs in zip(weights("broken"), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("mnist_in_reach")
def test_a_start_that_is_none_is_refused_in_a_sentence_and_nothing_is_written(
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


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--from", "weights", "--out", "./weights", "--strokes", "file"], "give another folder"),
        (["--from", "runs/hand", "--strokes", "file"], "give another folder"),
        (["--from", "weights"], "give both --from and --strokes"),
        (["--recipe", "hand", "--strokes", "file"], "give both --from and --strokes"),
        (["--recipe", "refine", "--strokes", "file"], "give their folder as --from"),
    ],
)
def test_what_cannot_be_meant_is_refused(flags: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        train.main(flags)
    assert refused.value.code == 2
    assert said in capsys.readouterr().err


def test_without_out_every_recipe_writes_into_a_folder_of_its_own_and_never_over_the_committed_weights() -> None:
    options = train._arguments([])
    assert (options.recipe, options.out, options.start) == (DEFAULT.name, Path("runs/world"), None)
    for recipe in RECIPES:
        flags = ["--recipe", recipe, "--from", "weights", "--strokes", "file"]
        assert train._arguments(flags).out == Path("runs", recipe)
    assert train._arguments(["--out", "weights"]).out == Path("weights")


@pytest.mark.parametrize("problem", ["missing", "damaged", "other arrays"])
def test_weights_that_cannot_be_used_are_replaced_by_the_command_that_the_error_names(
    problem: str, other: Path
) -> None:
    if problem == "missing":
        (other / FACTS).unlink()
    else:
        (other / ARRAYS).write_bytes(b"cut")
    if problem == "other arrays":
        facts = json.loads((other / FACTS).read_text(encoding="utf-8"))
        (other / FACTS).write_text(json.dumps(facts | {"sha256": {ARRAYS: digest(other)}}), encoding="utf-8")
    with pytest.raises(WeightsError) as refused:
        load(other)
    [command] = re.findall(r"`python -m lenet.train(.*?)`", str(refused.value))
    assert train._arguments(command.split()).out == Path("weights")


def test_the_page_reads_with_the_weights_that_lenet_weights_names(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Path] = []
    with monkeypatch.context() as patched:
        patched.setattr(lenet.demo, "build_demo", lambda weights: taken.append(weights))
        for value in (str(other), ""):
            patched.setenv("LENET_WEIGHTS", value)
            runpy.run_path(str(APP))
        patched.delenv("LENET_WEIGHTS")
        runpy.run_path(str(APP))
    assert taken == [other, WEIGHTS, WEIGHTS]
    monkeypatch.setenv("LENET_WEIGHTS", str(other / "nowhere"))
    with pytest.raises(SystemExit, match="nowhere"):
        runpy.run_path(str(APP))


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set: it names a folder with the real MNIST")
def test_fifty_drawings_teach_a_hand_and_mnist_is_read_as_before(hand: Path, tmp_path: Path) -> None:
    recipe = dataclasses.replace(HAND, steps=100, renderings=4)  # in 100 steps instead of 300
    people = mixture.read([hand], keep=False)
    taught, history = fit(recipe, mnist.load(), 1, Checkpoints(tmp_path), people, WEIGHTS)
    theirs = mixture.drawn(odd_hand.drawings(200, 2), 1, np.random.default_rng(0))  # others than those taught
    assert _misses(load(), theirs) >= 60
    assert _misses(taught, theirs) <= 20
    (first, before, _), (last, after, _) = history["validation"]
    assert (first, last, history["validation_counts"]) == (0, 100, [5_000, 0])
    assert after <= before + 5  # a tenth of a per cent
