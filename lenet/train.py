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
from contextlib import nullcontext
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes are not ours to print


from lenet.datasets import mnist, stroke_files
from lenet.evaluation import calibration, plots
from lenet.evaluation.environment import machine
from lenet.evaluation.measure import Evaluation, write_metrics
from lenet.evaluation.metrics import table
from lenet.files import WriteError
from lenet.model import weights
from lenet.model.runtime import Network
from lenet.model.verdict import Thresholds
from lenet.training import mixture
from lenet.training.checkpoint import CheckpointError, Checkpoints, locked
from lenet.training.fit import fit, say
from lenet.training.precision import precision
from lenet.training.recipes import DEFAULT, HAND, RECIPES, Recipe
from lenet.training.workers import LOST, STRATEGIES, WorkerError, Workers, join


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lenet.train", description="Train LeNet-5 on MNIST.")
    parser.add_argument(
        "--recipe", choices=sorted(RECIPES), help=f"default: {DEFAULT.name}; with --from {HAND.name}, one person's hand"
    )
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with MNIST; else MNIST_DIR, else a download")
    stroke_files.add_strokes(parser, "train on drawings too")
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
        weights.write_thresholds(options.out, *calibration.find(network, people.kept))
    figures = Evaluation(options.out).mnist(data)
    write_metrics(options.out, training=history | machine() | {"precision": precision(recipe)}, mnist_test=figures)
    plots.training_curve(options.out / "training.png", history)
    checkpoints.clear()
    say(table(figures))
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
