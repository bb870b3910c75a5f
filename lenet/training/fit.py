"""A whole training: from the first step, or from a checkpoint, to the network that is kept."""

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lenet.datasets import mnist
from lenet.model import weights
from lenet.training import mixture
from lenet.training.checkpoint import Checkpoint, CheckpointError, Checkpoints, interrupts
from lenet.training.recipes import Recipe
from lenet.training.trainer import Trainer, logits
from lenet.training.workers import Workers

SEED = 1  # of the sizes, places and pens that validation drawings are rendered with


def _newest(plan: dict[str, Any], checkpoints: Checkpoints) -> Checkpoint | None:
    """The checkpoint to go on from, if there is one; it has to be of the same training."""
    checkpoint = checkpoints.latest()
    if checkpoint and {key: checkpoint.facts.get(key) for key in plan} != plan:
        names = ", ".join(file["name"] for file in checkpoint.facts.get("drawings", ())) or "none"
        start = (checkpoint.facts.get("from") or "none")[:12]
        raise CheckpointError(
            f"{checkpoints.folder} holds an unfinished training with other settings (recipe "
            f"{checkpoint.facts['recipe']['name']}, seed {checkpoint.facts['seed']}, drawings {names}, weights to "
            f"start from {start}); go on with those, or start over with --fresh, or give another --out."
        )
    return checkpoint


def _resume(trainer: Trainer, checkpoint: Checkpoint | None, plan: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Put the trainer where the checkpoint was; returns the next step and the history so far."""
    if checkpoint is None:
        return 0, plan | {"seconds": 0.0, "training": [], "validation": []}
    for variable, array in zip(trainer.variables, checkpoint.arrays, strict=True):
        variable.assign(array)
    print(f"Going on from step {checkpoint.step:,} of {trainer.recipe.steps:,}.", file=sys.stderr)
    return checkpoint.step, checkpoint.facts


def fit(
    recipe: Recipe,
    data: mnist.Mnist,
    seed: int,
    checkpoints: Checkpoints,
    people: mixture.People = mixture.People(),  # noqa: B008  # immutable
    start: Path | None = None,
    workers: Workers | None = None,
) -> tuple[keras.Model, dict[str, Any]]:
    """Train, or go on with a training that was stopped.

    Args:
        recipe: how.
        data: trained on is `data.train`; `data.validation` is looked at for the curve, `data.test` never.
        seed: of the weights, the order, the dropout and the distortions.
        checkpoints: where to keep the state in between; they are left in place.
        people: drawings to train on as the recipe says, and drawings that are looked at for the curve.
        start: folder of the weights to go on from, which are the first point of the curve; None: fresh ones.
        workers: who trains together, each with the same arguments; None: this process alone.

    Returns:
        The network to keep, and the history: recipe, seed, SHA-256 of the start, seconds, and [step, …] lists for the
        curve: loss and accuracy in training; in validation the wrong of MNIST's and of the drawings,
        `validation_counts` of each.

    Raises:
        CheckpointError: if a checkpoint belongs to another training or cannot be written.
        WeightsError: if the weights to start from cannot be used.
        KeyboardInterrupt: on Ctrl-C, after a last checkpoint.
    """
    workers = workers or Workers()
    loaded = weights.load(start) if start else None
    plan = {
        "recipe": dataclasses.asdict(recipe),
        "seed": seed,
        "drawings": list(people.files),
        "from": weights.digest(start) if start else None,
    }
    workers.agree(plan)
    checkpoint = _newest(plan, checkpoints) if workers.first else None
    trainer = Trainer(recipe, mixture.sources(recipe, data.train, seed, people.learned), seed, loaded, workers)
    drawn = mixture.drawn(people.kept, 1, np.random.default_rng(SEED))
    done, history = _resume(trainer, checkpoint, plan)
    done = workers.share(done, trainer.variables)
    history["validation_counts"] = [len(data.validation.labels), len(people.kept)]

    def keep(step: int) -> None:
        if not workers.first:
            return
        checkpoints.save(Checkpoint(step, history, [variable.numpy() for variable in trainer.variables]))

    def validate(step: int) -> None:
        if not workers.first:
            return
        kept = trainer.kept()
        misses = [_misses(kept, each) for each in (data.validation, drawn)]
        history["validation"].append([step, *misses])
        said = f"step {step:6,}  validation: {misses[0]} of {len(data.validation.labels):,} wrong"
        also = f", {misses[1]} of {len(people.kept):,} drawings" if people.kept else ""
        say(said + also)

    bar = tqdm(
        total=recipe.steps,
        initial=done,
        unit="step",
        smoothing=0.05,
        mininterval=0.5,
        disable=not (workers.first and sys.stderr.isatty()),
    )
    recent: list[tuple[tf.Tensor, tf.Tensor]] = []  # read only when something is said: reading waits for the step
    started = time.perf_counter()
    try:
        if start and not history["validation"]:
            validate(0)
        with interrupts() as interrupted:
            while done < recipe.steps:
                recent.append(trainer.step(tf.constant(trainer.batch(done)), tf.constant(done)))
                done += 1
                bar.update()
                if done % 10 == 0 and not bar.disable:
                    loss, accuracy = (float(value) for value in recent[-1])
                    bar.set_postfix(loss=f"{loss:.3f}", accuracy=f"{accuracy:.3f}", refresh=False)
                if done % recipe.report_every == 0 or done == recipe.steps:
                    loss, accuracy = np.mean(recent, axis=0).tolist()
                    recent.clear()
                    history["training"].append([done, loss, accuracy])
                    said = f"step {done:6,}  loss {loss:.4f}  training accuracy {accuracy:.4f}"
                    if workers.first:
                        say(said)
                if done % recipe.validate_every == 0 or done == recipe.steps:
                    validate(done)
                stopping = interrupted.is_set()
                if stopping or done % recipe.checkpoint_every == 0 or done == recipe.steps:
                    history["seconds"] += time.perf_counter() - started
                    started = time.perf_counter()
                    keep(done)
                if stopping:
                    raise KeyboardInterrupt
    finally:
        bar.close()
    return trainer.kept(), history


def say(text: str) -> None:
    """Print a line above the progress bar at once, so that a closed pipe is noticed here and not at exit."""
    tqdm.write(text, sys.stdout)
    sys.stdout.flush()


def _misses(model: keras.Model, data: mnist.Split) -> int:
    if not len(data.labels):
        return 0
    return int((logits(model, data.pictures).argmax(1) != data.labels).sum())
