"""Training learns, resumes to the same weights, and writes what the demo loads."""

import dataclasses
import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from lenet import train
from lenet.datasets import mnist, stroke_files
from lenet.evaluation import calibration
from lenet.image.strokes import Drawing, render
from lenet.model import classifier
from lenet.model.verdict import softmax
from lenet.model.weights import FILES, digest
from lenet.training import fit as training
from lenet.training import mixture
from lenet.training.checkpoint import CheckpointError, Checkpoints, locked
from lenet.training.recipes import AUGMENTED, FAST, PLAIN, WORLD, Recipe
from lenet.training.trainer import Trainer, logits
from tests.helpers.digits import DIGITS
from tests.helpers.small_training import DATA

SHORT = {"steps": 20, "batch": 20, "report_every": 5, "validate_every": 10, "checkpoint_every": 5}
QUICK = dataclasses.replace(PLAIN, **SHORT)
HALF = dataclasses.replace(FAST, warmup=5, **SHORT)
DISTORTED = dataclasses.replace(AUGMENTED, warmup=5, average=0.9, **SHORT)
MIXED = dataclasses.replace(
    WORLD,
    warmup=5,
    average=0.9,
    glyphs=4,
    torn=0,
    drawings=3,
    outliers=2,
    doodles=0,
    restart=10,
    mixed=False,
    **SHORT,
)
PEOPLE = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)]


def fit(recipe: Recipe, folder: Path, seed: int = 1) -> tuple[list[np.ndarray], dict]:
    model, history = training.fit(recipe, DATA, seed, Checkpoints(folder), mixture.People(PEOPLE[:8], PEOPLE[8:]))
    return [variable.numpy() for variable in model.trainable_variables], history


@contextmanager
def in_step(number: int, happens: Callable[[], None]) -> Iterator[None]:
    """Call `happens` in a step that has updated the weights but is not counted yet."""
    step = vars(Trainer)["step"]

    def interrupted(self: Trainer, chosen: tf.Tensor, at: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        result = step.__get__(self, type(self))(chosen, at)
        if int(at) == number:
            happens()
        return result

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Trainer, "step", interrupted)
        yield


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def power_cut() -> None:
    raise SystemError("power cut")


@pytest.mark.parametrize(
    "recipe",
    [*(pytest.param(recipe, marks=pytest.mark.slow) for recipe in (QUICK, HALF, DISTORTED)), MIXED],
    ids=lambda recipe: recipe.name,
)
def test_a_resumed_training_ends_with_the_weights_of_an_uninterrupted_one(
    recipe: Recipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, history = fit(recipe, tmp_path / "whole")
    with in_step(12, ctrl_c), pytest.raises(KeyboardInterrupt):
        fit(recipe, tmp_path / "stopped")
    assert Checkpoints(tmp_path / "stopped").latest().step == 13
    capsys.readouterr()
    resumed, resumed_history = fit(recipe, tmp_path / "stopped")
    assert "Resuming from step 13 of 20" in capsys.readouterr().err
    for ours, theirs in zip(resumed, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [step for step, *_ in resumed_history["training"]] == [5, 10, 15, 20]
    assert resumed_history["validation"] == history["validation"]


@pytest.mark.slow
def test_a_crashed_training_resumes_from_its_last_checkpoint_to_the_same_weights(tmp_path: Path) -> None:
    whole, _ = fit(QUICK, tmp_path / "whole")
    with in_step(12, power_cut), pytest.raises(SystemError):
        fit(QUICK, tmp_path / "crashed")
    assert Checkpoints(tmp_path / "crashed").latest().step == 10
    for ours, theirs in zip(fit(QUICK, tmp_path / "crashed")[0], whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_training_reads_most_validation_digits_and_logs_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = dataclasses.replace(QUICK, steps=150, report_every=10, validate_every=150, checkpoint_every=150)
    _, history = fit(recipe, tmp_path)
    assert history["validation"][-1][1] <= 5  # of 50; guessing misreads 45
    assert history["training"][-1][2] > 0.9
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("step     10  loss ")
    assert sum("training accuracy" in line for line in lines) == 15
    assert re.search(r"validation: \d+ of 50 wrong, \d of 2 drawings$", lines[-1])


def test_every_picture_is_seen_once_an_epoch_and_epochs_differ() -> None:
    trainer = Trainer(QUICK, [mixture.Component(DATA.train, 20)], seed=1)
    seen = np.concatenate([trainer.batch(step) for step in range(20)])
    assert sorted(seen[:200]) == sorted(seen[200:]) == list(range(200))
    assert (seen[:200] != seen[200:]).any()
    uneven = Trainer(dataclasses.replace(QUICK, batch=30), [mixture.Component(DATA.train, 30)], seed=1)
    assert np.concatenate([uneven.batch(step) for step in range(7)])[:200].tolist() == seen[:200].tolist()


def test_every_batch_has_the_recipes_number_of_each_component() -> None:
    components = mixture.components(MIXED, DATA.train, 1, PEOPLE)
    assert [len(component.data.labels) for component in components] == [200, 80, 40, 40]
    trainer = Trainer(MIXED, components, seed=1)
    for step in range(40):
        assert np.histogram(trainer.batch(step), [0, 200, 280, 320, 360])[0].tolist() == [11, 4, 3, 2]
    without = mixture.components(MIXED, DATA.train, 1)
    assert [component.per_batch for component in without] == [14, 4, 2]


@pytest.mark.slow
def test_the_network_learns_to_doubt_non_digits(tmp_path: Path) -> None:
    recipe = dataclasses.replace(MIXED, steps=150, glyphs=1, outliers=8, validate_every=150, checkpoint_every=150)
    model, _ = training.fit(recipe, DATA, 1, Checkpoints(tmp_path), mixture.People(PEOPLE))
    non_digits = mixture.non_digits(40, np.random.default_rng(7)).pictures
    confidences = [softmax(logits(model, pictures)).max(1).mean() for pictures in (non_digits, DATA.test.pictures)]
    assert confidences[0] < confidences[1] - 0.2


def test_a_checkpoint_of_another_recipe_or_seed_is_refused(tmp_path: Path) -> None:
    fit(dataclasses.replace(QUICK, steps=10), tmp_path)
    for recipe, seed in ((QUICK, 1), (dataclasses.replace(QUICK, steps=10), 2)):
        with pytest.raises(CheckpointError, match=r"recipe plain, seed 1, drawings none.*--fresh"):
            fit(recipe, tmp_path, seed)


@pytest.fixture
def small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "load", lambda folder=None: DATA)
    monkeypatch.setattr(calibration, "COUNT", 40)


@pytest.mark.usefixtures("small_data")
def test_the_command_writes_weights_facts_metrics_and_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--recipe", "plain", "--steps", "30", "--batch", "20", "--seed", "5", "--out", str(tmp_path)]
    assert train.main(flags) == 0
    names = {path.name for path in tmp_path.iterdir()} - {".lock"}
    assert names == {*FILES, "metrics.json", "training.png", "confusion.png", "misread.png"}
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["weights"] == digest(tmp_path)
    history, test = metrics["training"], metrics["mnist_test"]
    assert (history["recipe"]["name"], history["recipe"]["steps"], history["seed"]) == ("plain", 30, 5)
    assert history["seconds"] > 0
    assert {"python", "tensorflow", "keras", "numpy"} <= set(history["versions"])
    assert history["hardware"]["cores"] >= 1
    assert test["count"] == 50
    assert test["misses"] == sum(row["misses"] for row in test["digits"])
    assert test["accuracy"] == 1 - test["misses"] / 50
    assert "calibration error" in capsys.readouterr().out
    assert classifier.DigitClassifier(tmp_path)(render(DIGITS[1])).digit in range(10)


@pytest.mark.usefixtures("small_data")
def test_a_second_training_into_the_same_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(tmp_path):
        assert train.main(["--recipe", "plain", "--steps", "1", "--out", str(tmp_path)]) == 1
    assert "Another training writes to" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] in ([".lock"], [])


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--from", "weights", "--out", "./weights", "--strokes", "file"], "give another folder"),
        (["--from", "runs/hand", "--strokes", "file"], "give another folder"),
        (["--from", "weights"], "give both --from and --strokes"),
        (["--recipe", "hand", "--strokes", "file"], "give both --from and --strokes"),
        (["--recipe", "refine", "--strokes", "file"], "give their folder as --from"),
        (["--batch", "96"], "A batch of 96 leaves no room for MNIST beside 96 others"),
    ],
)
def test_flags_that_contradict_each_other_are_refused(
    flags: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        train.main(flags)
    assert refused.value.code == 2
    assert sentence in capsys.readouterr().err


def test_without_out_every_recipe_writes_to_its_own_folder_and_never_over_the_committed_weights() -> None:
    options = train._parse([])
    assert (options.recipe, options.out, options.start) == (WORLD, Path("runs/world"), None)
    for recipe in train.RECIPES:
        flags = ["--recipe", recipe, "--from", "weights", "--strokes", "file"]
        assert train._parse(flags).out == Path("runs", recipe)
    assert train._parse(["--out", "weights"]).out == Path("weights")
