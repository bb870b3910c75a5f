"""The training loop, from the first step or a checkpoint to the network to keep."""

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any, TypedDict, cast

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lenet.datasets import mnist
from lenet.model import weights
from lenet.training import mixture
from lenet.training.checkpoint import Checkpoint, CheckpointError, Checkpoints, interrupts
from lenet.training.mixture import StrokeFile
from lenet.training.precision import precision
from lenet.training.recipes import Recipe
from lenet.training.trainer import Trainer, logits
from lenet.training.workers import Workers

SEED = 1  # of the sizes, places and pens with which validation drawings are rendered

# The settings of a training, which its checkpoints have to match. `from` is the SHA-256 of the initial weights.
Plan = TypedDict("Plan", {"recipe": dict[str, Any], "seed": int, "drawings": list[StrokeFile], "from": str | None})


class History(Plan):
    """The settings and the course of a training, as metrics.json holds them.

    Attributes:
        seconds: time spent training.
        training: [step, loss, accuracy] of the steps since the entry before.
        validation: [step, misread MNIST images, misread drawings].
        validation_counts: number of MNIST images and of drawings in the validation set.
        precision: of the layers, as a Keras dtype policy, on the machine that finished.
    """

    precision: str
    seconds: float
    training: list[list[float]]
    validation: list[list[int]]
    validation_counts: list[int]


def fit(
    recipe: Recipe,
    data: mnist.Mnist,
    seed: int,
    checkpoints: Checkpoints,
    people: mixture.People = mixture.People(),  # noqa: B008  # immutable
    start: Path | None = None,
    workers: Workers | None = None,
) -> tuple[keras.Model, History]:
    """Train, or resume a training that was stopped.

    Args:
        recipe: how to train.
        data: trains on `data.train` and validates on `data.validation`; `data.test` is not used.
        seed: seed of the weights, the order, the dropout and the distortions.
        checkpoints: holds the state in between; the last ones are left in place.
        people: drawings to train on and to validate on.
        start: folder of the initial weights, which are validated first; None: fresh weights.
        workers: the processes that train together, each with the same arguments; None: only this one.

    Returns:
        The network to keep, and the history.

    Raises:
        CheckpointError: if a checkpoint belongs to another training or cannot be written.
        WeightsError: if the initial weights cannot be used.
        WorkerError: if the workers have different settings.
        KeyboardInterrupt: on Ctrl-C, after a last checkpoint.
    """
    workers = workers or Workers()
    loaded = weights.load(start) if start else None
    plan: Plan = {
        "recipe": dataclasses.asdict(recipe),
        "seed": seed,
        "drawings": list(people.files),
        "from": weights.digest(start) if start else None,
    }
    workers.check(plan, recipe.batch)
    checkpoint = _newest(plan, checkpoints) if workers.first else None
    trainer = Trainer(recipe, mixture.components(recipe, data.train, seed, people.learned), seed, loaded, workers)
    drawings = mixture.drawn(people.kept_digits, len(people.kept_digits), np.random.default_rng(SEED))
    done, history = _resume(trainer, checkpoint, plan)
    done = workers.follow_first(done, trainer.variables)
    history["validation_counts"] = [len(data.validation.labels), len(drawings.labels)]

    def keep(step: int) -> None:
        if workers.first:
            variables = [variable.numpy() for variable in trainer.variables]
            checkpoints.save(Checkpoint(step, cast(dict[str, Any], history), variables))

    def validate(step: int) -> None:
        if not workers.first:
            return
        kept = trainer.kept()
        images, drawn = misses(kept, data.validation), misses(kept, drawings)
        history["validation"].append([step, images, drawn])
        drawn_text = f", {drawn} of {len(drawings.labels):,} drawings" if len(drawings.labels) else ""
        say(f"step {step:6,}  validation: {images} of {len(data.validation.labels):,} wrong{drawn_text}")

    bar = tqdm(
        total=recipe.steps,
        initial=done,
        unit="step",
        smoothing=0.05,
        mininterval=0.5,
        disable=not (workers.first and sys.stderr.isatty()),
    )
    recent: list[tuple[tf.Tensor, tf.Tensor]] = []  # read only when reported, as reading waits for the step
    started = time.perf_counter()
    with bar, interrupts() as interrupted:
        if start and not history["validation"]:
            validate(0)
        while done < recipe.steps:
            recent.append(trainer.step(tf.constant(trainer.batch(done)), tf.constant(done)))
            done += 1
            bar.update()
            if done % 10 == 0 and not bar.disable:
                loss, accuracy = (float(value) for value in recent[-1])
                bar.set_postfix(loss=f"{loss:.3f}", accuracy=f"{accuracy:.3f}", refresh=False)
            last = done == recipe.steps
            if done % recipe.report_every == 0 or last:
                loss, accuracy = np.mean(recent, axis=0).tolist()
                recent.clear()
                history["training"].append([done, loss, accuracy])
                if workers.first:
                    say(f"step {done:6,}  loss {loss:.4f}  training accuracy {accuracy:.4f}")
            if done % recipe.validate_every == 0 or last:
                validate(done)
            if interrupted.is_set() or done % recipe.checkpoint_every == 0 or last:
                history["seconds"] += time.perf_counter() - started
                started = time.perf_counter()
                keep(done)
            if interrupted.is_set():
                raise KeyboardInterrupt
    return trainer.kept(), history


def _newest(plan: Plan, checkpoints: Checkpoints) -> Checkpoint | None:
    """Return the newest checkpoint, None without one; it has to belong to the same training."""
    checkpoint = checkpoints.latest()
    if checkpoint and {key: checkpoint.facts.get(key) for key in plan} != plan:
        names = ", ".join(file["name"] for file in checkpoint.facts.get("drawings", ())) or "none"
        start = (checkpoint.facts.get("from") or "none")[:12]
        raise CheckpointError(
            f"{checkpoints.folder} holds an unfinished training with other settings (recipe "
            f"{checkpoint.facts['recipe']['name']}, seed {checkpoint.facts['seed']}, drawings {names}, initial weights "
            f"{start}). Resume it with those, start over with --fresh, or give another --out."
        )
    return checkpoint


def _resume(trainer: Trainer, checkpoint: Checkpoint | None, plan: Plan) -> tuple[int, History]:
    """Restore the trainer from the checkpoint, if there is one; returns the next step and the history so far."""
    computed = precision(trainer.recipe)
    if checkpoint is None:
        empty: History = {
            **plan,
            "precision": computed,
            "seconds": 0.0,
            "training": [],
            "validation": [],
            "validation_counts": [],
        }
        return 0, empty
    for variable, array in zip(trainer.variables, checkpoint.arrays, strict=True):
        variable.assign(array)
    print(f"Resuming from step {checkpoint.step:,} of {trainer.recipe.steps:,}.", file=sys.stderr)
    before = checkpoint.facts.get("precision", computed)
    if before != computed:
        print(
            f"The steps so far were computed in {before}, the others will be in {computed}, as this processor does: "
            "accuracy stays within the spread of seeds.",
            file=sys.stderr,
        )
    return checkpoint.step, cast(History, {**checkpoint.facts, "precision": computed})


def say(text: str) -> None:
    """Print a line above the progress bar and flush it, so that a closed pipe is noticed now and not at exit."""
    tqdm.write(text, sys.stdout)
    sys.stdout.flush()


def misses(model: keras.Model, data: mnist.Split) -> int:
    """Return how many pictures the network misreads."""
    if not len(data.labels):
        return 0
    return int((logits(model, data.pictures).argmax(1) != data.labels).sum())
