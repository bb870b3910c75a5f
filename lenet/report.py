"""Write the README's tables and the model card from what was measured, in weights/.

    $ python -m lenet.report
    $ python -m lenet.report --check
    $ python -m lenet.report --log "Elastic distortions" --runs runs/seed1 runs/seed2      also into the history

`--check` writes nothing. It fails if a text does not have the figures of metrics.json, or if drawings are now read
differently than when these were measured: see `lenet.fingerprint`.
"""

import argparse
import json
import re
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lenet import card
from lenet.checkpoint import write_json
from lenet.evaluate import METRICS
from lenet.fingerprint import conditions, find_change
from lenet.weights import FACTS, WEIGHTS, WeightsError

README = WEIGHTS.parent / "README.md"
BEGIN, END = "<!-- results: written by `python -m lenet.report` -->", "<!-- end of results -->"

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
            f"Keras {versions['keras']}. The [model card](weights/{card.CARD}) has the seeds, the errors, the history.",
            "",
            card.measured(metrics),
        ]
    )


def _start(recipe: dict[str, Any]) -> str:
    return ", going on from trained weights" if recipe.get("continues") else ""


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"{count} cores"


def _seeds(metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    pairs = [run["mnist_test"] for run in card.seeds(metrics, log)]
    right = [100 - 100 * misses / count for misses, count in pairs]
    if len(right) < 2:
        return ""
    return f" Mean of {len(right)} seeds: {statistics.mean(right):.2f} ± {statistics.stdev(right):.2f} %."


def updated(readme: str, metrics: dict[str, Any], log: Sequence[dict[str, Any]]) -> str:
    """The README's text with the results of today between its two marks."""
    return between(readme, BEGIN, END, results(metrics, log))


def between(readme: str, begin: str, end: str, text: str) -> str:
    """The README's text with another text between two marks.

    Raises:
        ValueError: if there is not one place of that kind.
    """
    block = f"{begin}\n\n{text}\n\n{end}"
    changed, count = re.subn(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, readme, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md has {count} places for this; it should have one, from {begin} to {end}.")
    return changed


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.report", description="Write the README's tables and the model card."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a text or figure is stale")
    parser.add_argument("--log", metavar="CHANGE", help="add this change to the recipe's history, with --runs")
    parser.add_argument(
        "--runs", nargs="+", type=Path, default=[], metavar="DIR", help="what --out of its trainings was, a seed each"
    )
    options = parser.parse_args(arguments)
    if bool(options.log) != bool(options.runs) or (options.log and options.check):
        parser.error("--log and --runs go together, and not with --check")
    metrics, facts, log = (_read(name) for name in (METRICS, FACTS, card.LOG))
    if options.log:
        log = [*log, card.entry(options.log, options.runs)]
        write_json(WEIGHTS / card.LOG, log)
    texts = {
        README: updated(README.read_text(encoding="utf-8"), metrics, log),
        WEIGHTS / card.CARD: card.card(metrics, facts, log),
    }
    stale = [path.name for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if options.check:
        problems = [f"Stale: {' and '.join(stale)}; run `python -m lenet.report`."] if stale else []
        problems += _stale_figures(metrics)
        for problem in problems:
            print(problem, file=sys.stderr)
        return int(bool(problems))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


def _stale_figures(metrics: dict[str, Any]) -> list[str]:
    """Return the sentence that says why metrics.json has to be measured again, if it has."""
    try:
        change = find_change(metrics, conditions(WEIGHTS))
    except WeightsError as error:
        return [str(error)]
    remedy = "run `python -m lenet.evaluate --strokes …` on every set of the results, then `python -m lenet.report`"
    return [f"The figures in {METRICS} are stale, as {change}; {remedy}."] if change else []


def _read(name: str) -> Any:
    path = WEIGHTS / name
    if name == card.LOG and not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
