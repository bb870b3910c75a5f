"""The history of the recipe in log.json: each change, and what its trainings measured."""

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from lenet.evaluation.metrics import METRICS
from lenet.evaluation.schema import Change, Metrics, Pair, Run

LOG = "log.json"


def entry(change: str, folders: Sequence[Path]) -> Change:
    """Return an entry of the log.

    Args:
        change: a description.
        folders: of the trainings, one for each seed, measured by `python -m lenet.evaluate --weights DIR --strokes …`.
    """
    return {"change": change, "runs": [run(json.loads((folder / METRICS).read_text("utf-8"))) for folder in folders]}


def run(metrics: Metrics) -> Run:
    """Return what one training measured."""
    training = metrics["training"]
    recipe = training["recipe"]
    counts = training.get("validation_counts", [5_000, 0])
    return {
        "recipe": f"{recipe['name']}, {recipe['steps']:,} × {recipe['batch']}",
        "seed": training["seed"],
        "validation": [list(pair) for pair in zip(training["validation"][-1][1:], counts, strict=False) if pair[1]],
        "mnist_test": [metrics["mnist_test"]["raw"]["misses"], metrics["mnist_test"]["count"]],
        "strokes": {
            name: [figures["misses"], figures["count"]]
            for name, figures in metrics.get("strokes", {}).items()
            if "misses" in figures
        },
    }


def seeds(metrics: Metrics, log: Sequence[Change]) -> list[Run]:
    """Return the runs of the newest entry that has the training of the committed weights."""
    keys = ("recipe", "seed", "mnist_test")
    own = run(metrics)
    for change in reversed(log):
        if any(all(other[key] == own[key] for key in keys) for other in change["runs"]):  # type: ignore[literal-required]
            return change["runs"]
    return []


def mean(pairs: Iterable[Pair | None]) -> str:
    """Format the mean and the standard deviation of the accuracies, or nothing of fewer than two."""
    right = [100 * (1 - pair[0] / pair[1]) for pair in pairs if pair]
    return f"{statistics.mean(right):.2f} ± {statistics.stdev(right):.2f} %" if len(right) > 1 else ""
