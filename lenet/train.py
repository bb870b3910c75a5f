"""Train the network and save its weights in the form that the demo loads.

    $ python -m lenet.train
    $ python -m lenet.train --recipe plain
    $ python -m lenet.train --strokes my-drawings.jsonl --from weights --out runs/my-hand

Ctrl-C stops the training; the same command resumes it. The folder runs/RECIPE, or --out, then holds lenet5.weights.h5,
lenet5.tflite, lenet5.json (hashes and thresholds), metrics.json (the report) and plots; `--out weights` replaces the
weights that the demo loads. With --from, the training starts from trained weights and teaches them one person's hand
in two minutes.
"""

import argparse
import dataclasses
import logging
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.datasets import mnist, stroke_files
from lenet.files import WriteError
from lenet.training.recipes import DEFAULT, HAND, RECIPES, Recipe

if TYPE_CHECKING:  # imported where used, so that --help does not wait for TensorFlow
    from lenet.model.verdict import Thresholds
    from lenet.training.mixture import People
    from lenet.training.workers import Workers

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's notes at start-up


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lenet.train", description="Train LeNet-5 on MNIST.")
    parser.add_argument(
        "--recipe", choices=sorted(RECIPES), help=f"default: {DEFAULT.name}; with --from {HAND.name}, one person's hand"
    )
    parser.add_argument(
        "--mnist", type=Path, metavar="DIR", help="folder with MNIST; default: MNIST_DIR, then a download"
    )
    stroke_files.add_strokes(parser, "train on drawings too")
    parser.add_argument(
        "--from", type=Path, metavar="DIR", dest="start", help="start from the weights in this folder, not fresh ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: runs/RECIPE; the demo loads ./weights")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--strategy",
        choices=("single", "multiworker"),
        default="single",
        help="multiworker: train together with the machines that TF_CONFIG names; default: %(default)s",
    )
    parser.add_argument("--fresh", action="store_true", help="start over instead of resuming from a checkpoint")
    group = parser.add_argument_group("to change one value of the recipe")
    for field in dataclasses.fields(Recipe):
        if field.type in (int, float):
            group.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, metavar="N")
    options = parser.parse_args(arguments)
    name = options.recipe or (HAND if options.start else DEFAULT).name
    options.out = options.out or Path("runs", name)
    recipe = RECIPES[name]
    changes = {key: value for key, value in vars(options).items() if hasattr(recipe, key) and value is not None}
    try:
        options.recipe = dataclasses.replace(recipe, **changes)
    except ValueError as error:
        parser.error(str(error))
    if options.start and options.start.resolve() == options.out.resolve():
        parser.error(f"--out {options.out} would overwrite the weights that --from names; give another folder")
    if recipe.personal and not (options.start and options.strokes):
        parser.error(f"recipe {name} teaches trained weights a person's hand; give both --from and --strokes")
    if recipe.continues and not options.start:
        parser.error(f"recipe {name} starts from trained weights; give their folder as --from")
    return options


def _train(options: argparse.Namespace, people: "People", thresholds: "Thresholds", workers: "Workers") -> None:
    """Train in the folder of `--out`; only the first worker writes there."""
    from lenet.evaluation import calibration, plots
    from lenet.evaluation.environment import machine
    from lenet.evaluation.measure import Evaluation, write_metrics
    from lenet.evaluation.metrics import table
    from lenet.model import weights
    from lenet.model.runtime import Network
    from lenet.training.checkpoint import Checkpoints
    from lenet.training.fit import fit, say

    recipe, out = options.recipe, options.out
    checkpoints = Checkpoints(out / "checkpoints")
    data = mnist.load(options.mnist)
    if recipe.drawings and not people.learned:
        print("No drawings of people (--strokes): MNIST takes their place in every batch.", file=sys.stderr)
    if options.fresh and workers.first:
        checkpoints.clear()
    model, history = fit(recipe, data, options.seed, checkpoints, people, options.start, workers)
    if not workers.first:
        print("Training finished; the first worker saves the weights.", file=sys.stderr)
        return
    weights.save(model, out, {"recipe": recipe.name, "seed": options.seed, "from": history["from"]}, thresholds)
    if not recipe.personal:
        network = Network(out / weights.NETWORK)
        weights.write_thresholds(out, *calibration.find(network, people.kept_digits, people.kept_non_digits))
    figures = Evaluation(out).mnist(data)
    write_metrics(out, training={**history, **machine()}, mnist_test=figures)
    plots.training_curve(out / "training.png", history)
    checkpoints.clear()
    say(table(figures))
    print(f"Saved in {out}.", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parse(arguments)
    from lenet.model import weights
    from lenet.model.verdict import Thresholds
    from lenet.training import mixture, workers
    from lenet.training.checkpoint import CheckpointError, locked

    logging.basicConfig(format="%(message)s")
    together = options.strategy == "multiworker"
    try:
        team = workers.join() if together else workers.Workers()
        thresholds = weights.verify(options.start) if options.start else Thresholds()
        people = mixture.read(options.strokes, keep=not options.recipe.personal)
        with locked(options.out) if team.first else nullcontext():
            _train(options, people, thresholds, team)
    except KeyboardInterrupt:
        print("\nStopped. Rerun the same command to resume.", file=sys.stderr)
        return 130
    except workers.LOST as error:
        if not together:
            raise
        print(f"{error}\nA worker disconnected. Rerun the same commands to resume.", file=sys.stderr)
        return 1
    except WriteError as error:
        print(f"{error}; make room or give another --out.", file=sys.stderr)
        return 1
    except (CheckpointError, mnist.DatasetError, weights.WeightsError, workers.WorkerError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of standard output is gone, as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python's flush at exit fails again
        return 141  # 128 + SIGPIPE, as in a shell
    return 0


if __name__ == "__main__":
    sys.exit(main())
