"""The README's results, as Markdown."""

import statistics
from collections.abc import Sequence
from typing import Any

from lenet.evaluation import model_card

# What others reached with a LeNet-5 on MNIST's 10,000 test images.
PUBLISHED = (
    ("LeNet-5, LeCun et al. 1998, [table of MNIST results](http://yann.lecun.com/exdb/mnist/)", 95),
    ("the same, trained with distortions", 80),
    ("this network's layers, trained by TensorFlow's tutorial *Deep MNIST for Experts*, 2015, about", 80),
)


def results(metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    """The results as Markdown.

    Args:
        metrics: what `lenet.train` and `lenet.evaluate` wrote to metrics.json.
        log: the recipe's history, with the seeds of the recipe that made the weights.
    """
    test, training = metrics["mnist_test"], metrics["training"]
    recipe, hardware, versions = training["recipe"], training["hardware"], training["versions"]
    rows = [(f"**this network, recipe `{recipe['name']}`**", test["raw"]["misses"]), *PUBLISHED]
    minutes = training["seconds"] / 60
    return "\n".join(
        [
            "| network | wrong of 10,000 test images | right |",
            "|---|---:|---:|",
            *(f"| {name} | {misses} | {1 - misses / test['count']:.2%} |" for name, misses in rows),
            "",
            "Measured on MNIST's arrays as they are, without preprocessing, as in the papers: one network, one pass, "
            f"no averaging over distorted copies.{_seeds(metrics, log)} "
            f"{recipe['steps']:,} steps of {recipe['batch']} images{_start(recipe)}, seed {training['seed']}, "
            f"{minutes:.0f} minutes on "
            f"{_cores(hardware['cores'])} ({hardware['cpu']}), TensorFlow {versions['tensorflow']}, "
            f"Keras {versions['keras']}. The [model card](weights/{model_card.CARD}) has the seeds, the errors, the history.",
            "",
            model_card.measured(metrics),
        ]
    )


def _start(recipe: dict[str, Any]) -> str:
    return ", going on from trained weights" if recipe.get("continues") else ""


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"{count} cores"


def _seeds(metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    pairs = [run["mnist_test"] for run in model_card.seeds(metrics, log)]
    right = [100 - 100 * misses / count for misses, count in pairs]
    if len(right) < 2:
        return ""
    return f" Mean of {len(right)} seeds: {statistics.mean(right):.2f} ± {statistics.stdev(right):.2f} %."
