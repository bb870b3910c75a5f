"""Train the network and save its weights, in the form that the demo loads.

    $ python -m lenet.train
    $ python -m lenet.train --recipe plain
    $ python -m lenet.train --strokes my-drawings.jsonl --from weights --out runs/my-hand

Ctrl-C stops it; the same command goes on from there. The folder runs/RECIPE, or --out, then holds lenet5.weights.h5
(arrays only), lenet5.json (what the loader trusts), metrics.json (the report) and the pictures; `--out weights`
replaces the weights that the demo loads. With --from it goes on from trained weights, to teach them one person's hand
in two minutes.
"""

import argparse
import dataclasses
import logging
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes are not ours to print

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lenet import calibrate, evaluate, plots, weights
from lenet.checkpoint import Checkpoint, CheckpointError, Checkpoints, WriteError, interrupts, locked
from lenet.datasets import drawings, mixture, mnist
from lenet.figures import table
from lenet.machine import machine
from lenet.recipes import DEFAULT, HAND, RECIPES, Recipe
from lenet.runtime import Network
from lenet.trainer import Trainer, logits
from lenet.verdict import Thresholds
from lenet.workers import LOST, STRATEGIES, WorkerError, Workers, join


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
    drawn = mixture.drawn(people.kept, 1, np.random.default_rng(evaluate.SEED))
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
        _say(said + also)

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
                        _say(said)
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


def _say(text: str) -> None:
    """Print a line above the progress bar at once, so that a closed pipe is noticed here and not at exit."""
    tqdm.write(text, sys.stdout)
    sys.stdout.flush()


def _misses(model: keras.Model, data: mnist.Split) -> int:
    if not len(data.labels):
        return 0
    return int((logits(model, data.pictures).argmax(1) != data.labels).sum())


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lenet.train", description="Train LeNet-5 on MNIST.")
    parser.add_argument(
        "--recipe", choices=sorted(RECIPES), help=f"default: {DEFAULT.name}; with --from {HAND.name}, one person's hand"
    )
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with MNIST; else MNIST_DIR, else a download")
    drawings.add_strokes(parser, "train on drawings too")
    parser.add_argument(
        "--from",
        type=Path,
        metavar="DIR",
        dest="start",
        help="go on from the weights in this folder instead of fresh ones",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: runs/RECIPE; the demo loads ./weights")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default=STRATEGIES[0],
        help="multiworker: with other machines, which TF_CONFIG names; default: %(default)s",
    )
    parser.add_argument("--fresh", action="store_true", help="start over instead of going on from a checkpoint")
    group = parser.add_argument_group("to try one value of the recipe, its other values kept")
    for field in dataclasses.fields(Recipe):
        if field.type in (int, float):
            group.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, metavar="N")
    options = parser.parse_args(arguments)
    options.recipe = options.recipe or (HAND if options.start else DEFAULT).name
    options.out = options.out or Path("runs", options.recipe)
    if options.start and options.start.resolve() == options.out.resolve():
        parser.error(f"--out {options.out} is what --from starts from and has to stay; give another folder")
    recipe = RECIPES[options.recipe]
    if recipe.personal and not (options.start and options.strokes):
        parser.error(f"recipe {options.recipe} teaches trained weights a person's hand; give both --from and --strokes")
    if recipe.continues and not options.start:
        parser.error(f"recipe {options.recipe} goes on from trained weights; give their folder as --from")
    return options


def _train(
    recipe: Recipe, options: argparse.Namespace, people: mixture.People, thresholds: Thresholds, workers: Workers
) -> None:
    """What the command does in its folder; the first of the workers alone writes there."""
    checkpoints = Checkpoints(options.out / "checkpoints")
    data = mnist.load(options.mnist)
    if recipe.drawings and not people.learned:
        print("No drawings of people (--strokes): MNIST takes their place in every batch.", file=sys.stderr)
    if options.fresh and workers.first:
        checkpoints.clear()
    model, history = fit(recipe, data, options.seed, checkpoints, people, options.start, workers)
    if not workers.first:
        print("Trained; the first worker has the weights.", file=sys.stderr)
        return
    facts = {"recipe": recipe.name, "seed": options.seed, "from": history["from"]}
    weights.save(model, options.out, facts, thresholds)
    if not recipe.personal:
        network = Network(options.out / weights.NETWORK)
        weights.write_thresholds(options.out, *calibrate.find(network, people.kept))
    figures = evaluate.Evaluation(options.out).mnist(data)
    evaluate.write_metrics(options.out, training=history | machine(), mnist_test=figures)
    plots.training_curve(options.out / "training.png", history)
    checkpoints.clear()
    _say(table(figures))
    print(f"Saved in {options.out}.", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    options = _arguments(arguments)
    logging.basicConfig(format="%(message)s")
    recipe = RECIPES[options.recipe]
    changed = {key: value for key, value in vars(options).items() if hasattr(recipe, key) and value is not None}
    try:
        recipe = dataclasses.replace(recipe, **changed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        workers = join(options.strategy)  # TensorFlow takes no others once it has computed anything
        thresholds = weights.verify(options.start) if options.start else Thresholds()
        people = mixture.read(options.strokes, keep=not recipe.personal)
        with locked(options.out) if workers.first else nullcontext():
            _train(recipe, options, people, thresholds, workers)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except LOST as error:
        if options.strategy == STRATEGIES[0]:  # alone it is something else
            raise
        print(f"Another worker is gone. The same commands go on from the last checkpoint. {error}", file=sys.stderr)
        return 1
    except WriteError as error:
        print(f"{error}; make room or give another --out.", file=sys.stderr)
        return 1
    except (CheckpointError, mnist.DatasetError, weights.WeightsError, WorkerError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # nobody reads standard output any more, as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python's flush at exit fails again
        return 141  # 128 + SIGPIPE, as a shell has it
    return 0


if __name__ == "__main__":
    sys.exit(main())
