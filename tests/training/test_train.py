"""A training learns, stops without loss, goes on to the same weights, and leaves what the demo loads."""

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
from lenet.image.preprocess import preprocess
from lenet.image.strokes import Drawing, render
from lenet.model import classifier
from lenet.model.verdict import softmax
from lenet.model.weights import FILES, digest
from lenet.training import fit as training
from lenet.training import mixture
from lenet.training.checkpoint import CheckpointError, Checkpoints, locked
from lenet.training.recipes import AUGMENTED, FAST, PLAIN, WORLD, Recipe
from lenet.training.trainer import Trainer, logits
from tests.helpers.digits import DIGITS, placed

SHORT = {"steps": 20, "batch": 20, "report_every": 5, "validate_every": 10, "checkpoint_every": 5}
QUICK = dataclasses.replace(PLAIN, **SHORT)
HALF = dataclasses.replace(FAST, warmup=5, **SHORT)
DISTORTED = dataclasses.replace(AUGMENTED, warmup=5, average=0.9, **SHORT)
MIXED = dataclasses.replace(WORLD, warmup=5, average=0.9, glyphs=4, drawings=3, outliers=2, restart=10, **SHORT)
PEOPLE = [stroke_files.LabelledDrawing(digit, Drawing(strokes=DIGITS[digit])) for digit in range(10)]


def drawn(count: int, seed: int) -> mnist.Split:
    """The tests' own ten digits, each time another size and pen, in MNIST's form."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = [
        255 * preprocess(render(placed(DIGITS[digit], random.uniform(80, 240)), width=random.uniform(12, 26))).picture
        for digit in labels.tolist()
    ]
    return mnist.Split(np.rint(images).astype(np.uint8), labels)


DATA = mnist.Mnist(drawn(200, 0), drawn(50, 1), drawn(50, 2))


@pytest.fixture(autouse=True)
def few_are_drawn_by_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, count in ((mixture, "GLYPHS", 50), (mixture, "OUTLIERS", 30), (calibration, "COUNT", 40)):
        monkeypatch.setattr(module, name, count)
    monkeypatch.setattr(calibration, "ROWS", 10)


def fit(recipe: Recipe, folder: Path, seed: int = 1) -> tuple[list[np.ndarray], dict]:
    model, history = training.fit(recipe, DATA, seed, Checkpoints(folder), mixture.People(PEOPLE[:8], PEOPLE[8:]))
    return [variable.numpy() for variable in model.trainable_variables], history


@contextmanager
def in_step(number: int, happens: Callable[[], None]) -> Iterator[None]:
    """The weights have learnt from the batch, nothing else is done yet."""
    step = vars(Trainer)["step"]

    def met(self: Trainer, chosen: tf.Tensor, at: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        learnt = step.__get__(self, type(self))(chosen, at)
        if int(at) == number:
            happens()
        return learnt

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Trainer, "step", met)
        yield


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def power_cut() -> None:
    raise SystemError("power cut")


@pytest.mark.parametrize("recipe", [QUICK, HALF, DISTORTED, MIXED], ids=lambda recipe: recipe.name)
def test_a_training_that_was_stopped_ends_with_the_weights_of_an_unbroken_one(
    recipe: Recipe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, history = fit(recipe, tmp_path / "whole")
    with in_step(12, ctrl_c), pytest.raises(KeyboardInterrupt):
        fit(recipe, tmp_path / "broken")
    assert Checkpoints(tmp_path / "broken").latest().step == 13
    capsys.readouterr()
    resumed, resumed_history = fit(recipe, tmp_path / "broken")
    assert "Going on from step 13 of 20" in capsys.readouterr().err
    for ours, theirs in zip(resumed, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [step for step, *_ in resumed_history["training"]] == [5, 10, 15, 20]
    assert resumed_history["validation"] == history["validation"]


def test_after_a_crash_the_last_checkpoint_is_gone_on_from(tmp_path: Path) -> None:
    whole, _ = fit(QUICK, tmp_path / "whole")
    with in_step(12, power_cut), pytest.raises(SystemError):
        fit(QUICK, tmp_path / "broken")
    assert Checkpoints(tmp_path / "broken").latest().step == 10
    for ours, theirs in zip(fit(QUICK, tmp_path / "broken")[0], whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_it_learns_and_the_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = dataclasses.replace(QUICK, steps=150, report_every=10, validate_every=150, checkpoint_every=150)
    _, history = fit(recipe, tmp_path)
    assert history["validation"][-1][1] <= 5  # wrong of 50; guessing gets 45 wrong
    assert history["training"][-1][2] > 0.9
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("step     10  loss ")
    assert sum("training accuracy" in line for line in lines) == 15
    assert re.search(r"validation: \d+ of 50 wrong, \d of 2 drawings$", lines[-1])


def test_every_picture_is_seen_once_a_round_and_rounds_differ() -> None:
    trainer = Trainer(QUICK, [mixture.Source(DATA.train, 20)], seed=1)
    seen = np.concatenate([trainer.batch(step) for step in range(20)])
    assert sorted(seen[:200]) == sorted(seen[200:]) == list(range(200))
    assert (seen[:200] != seen[200:]).any()
    uneven = Trainer(dataclasses.replace(QUICK, batch=30), [mixture.Source(DATA.train, 30)], seed=1)
    assert np.concatenate([uneven.batch(step) for step in range(7)])[:200].tolist() == seen[:200].tolist()


def test_every_batch_has_its_share_of_each_source() -> None:
    sources = mixture.sources(MIXED, DATA.train, 1, PEOPLE)
    assert [len(source.data.labels) for source in sources] == [200, 50, 40, 30]
    trainer = Trainer(MIXED, sources, seed=1)
    for step in range(40):
        assert np.histogram(trainer.batch(step), [0, 200, 250, 290, 320])[0].tolist() == [11, 4, 3, 2]
    without = mixture.sources(MIXED, DATA.train, 1)
    assert [source.share for source in without] == [14, 4, 2]


def test_the_network_learns_to_doubt_what_is_no_digit(tmp_path: Path) -> None:
    recipe = dataclasses.replace(MIXED, steps=150, outliers=8, validate_every=150, checkpoint_every=150)
    model, _ = training.fit(recipe, DATA, 1, Checkpoints(tmp_path), mixture.People(PEOPLE))
    doubted = mixture.not_digits(40, np.random.default_rng(7)).pictures
    surest = [softmax(logits(model, pictures)).max(1).mean() for pictures in (doubted, DATA.test.pictures)]
    assert surest[0] < surest[1] - 0.2


def test_another_recipe_or_seed_does_not_take_over_a_checkpoint(tmp_path: Path) -> None:
    fit(dataclasses.replace(QUICK, steps=10), tmp_path)
    for recipe, seed in ((QUICK, 1), (dataclasses.replace(QUICK, steps=10), 2)):
        with pytest.raises(CheckpointError, match=r"recipe plain, seed 1, drawings none.*--fresh"):
            fit(recipe, tmp_path, seed)


@pytest.fixture
def mnist_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "load", lambda folder=None: DATA)


@pytest.mark.usefixtures("mnist_in_reach")
def test_the_command_leaves_weights_facts_metrics_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--recipe", "plain", "--steps", "30", "--batch", "20", "--seed", "5", "--out", str(tmp_path)]
    assert train.main(flags) == 0
    names = {path.name for path in tmp_path.iterdir()} - {".lock"}
    assert names == {
        *FILES, "metrics.json", "training.png", "confusion.png", "misread.png",
    }  # fmt: skip
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["weights"] == digest(tmp_path)
    training, test = metrics["training"], metrics["mnist_test"]
    assert (training["recipe"]["name"], training["recipe"]["steps"], training["seed"]) == ("plain", 30, 5)
    assert training["seconds"] > 0
    assert {"python", "tensorflow", "keras", "numpy"} <= set(training["versions"])
    assert training["hardware"]["cores"] >= 1
    assert test["count"] == 50
    assert test["misses"] == sum(row["misses"] for row in test["digits"])
    assert test["accuracy"] == 1 - test["misses"] / 50
    assert "calibration error" in capsys.readouterr().out
    assert classifier.DigitClassifier(tmp_path)(render(DIGITS[1])).digit in range(10)


@pytest.mark.usefixtures("mnist_in_reach")
def test_two_trainings_into_one_folder_refuse_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(tmp_path):
        assert train.main(["--steps", "1", "--out", str(tmp_path)]) == 1
    assert "Another training writes to" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] in ([".lock"], [])
