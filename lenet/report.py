"""Write the README's tables from weights/metrics.json.

    $ python -m lenet.report
    $ python -m lenet.report --check

A figure that nobody types cannot be stale unnoticed: `--check` writes nothing and fails when the README is.
"""

import argparse
import json
import re
import sys
from typing import Any

from lenet.classifier import WEIGHTS
from lenet.evaluate import METRICS

README = WEIGHTS.parent / "README.md"
BEGIN, END = "<!-- results: written by `python -m lenet.report` -->", "<!-- end of results -->"

# What others reached with a LeNet-5 on MNIST's 10,000 test images.
PUBLISHED = (
    ("LeNet-5, LeCun et al. 1998, [table of MNIST results](http://yann.lecun.com/exdb/mnist/)", 95),
    ("the same, trained with distortions", 80),
    ("this network in TensorFlow's tutorial *Deep MNIST for Experts*, 2015, about", 80),
)


def results(metrics: dict[str, Any]) -> str:
    """The results as Markdown.

    Args:
        metrics: what `lenet.train` and `lenet.evaluate` wrote to metrics.json.
    """
    test, training = metrics["mnist_test"], metrics["training"]
    recipe, hardware, versions = training["recipe"], training["hardware"], training["versions"]
    rows = [(f"**this network, recipe `{recipe['name']}`**", test["misses"]), *PUBLISHED]
    minutes = training["seconds"] / 60
    return "\n".join(
        [
            "| network | wrong of 10,000 test images | right |",
            "|---|---:|---:|",
            *(f"| {name} | {misses} | {1 - misses / test['count']:.2%} |" for name, misses in rows),
            "",
            "One network, one pass, no averaging over distorted copies. "
            f"{recipe['steps']:,} steps of {recipe['batch']} images, seed {training['seed']}, {minutes:.0f} minutes on "
            f"{hardware['cores']} cores ({hardware['cpu']}), TensorFlow {versions['tensorflow']}, "
            f"Keras {versions['keras']}. Expected calibration error {test['calibration_error']:.2%}.",
            *(_drawn(name, figures) for name, figures in metrics.get("strokes", {}).items()),
        ]
    )


def _drawn(name: str, figures: dict[str, Any]) -> str:
    worst = sorted(figures["digits"], key=lambda row: row["misses"] / max(1, row["count"]))[-3:]
    digits = ", ".join(f"{row['digit']} ({row['misses']} of {row['count']})" for row in reversed(worst))
    return (
        f"\nDrawings of people whom it never saw, each at a random size, place and pen width (`{name}`): "
        f"{figures['misses']} of {figures['count']:,} wrong, {figures['accuracy']:.1%} right; worst are {digits}."
    )


def updated(readme: str, metrics: dict[str, Any]) -> str:
    """The README's text with the results of today between its two marks."""
    block = f"{BEGIN}\n\n{results(metrics)}\n\n{END}"
    text, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, readme, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md has {count} places for the results; it should have one, from {BEGIN} to {END}.")
    return text


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.report", description="Write the README's tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the README is stale")
    options = parser.parse_args(arguments)
    readme = README.read_text(encoding="utf-8")
    text = updated(readme, json.loads((WEIGHTS / METRICS).read_text(encoding="utf-8")))
    if options.check and text != readme:
        print("The README's results are stale: run `python -m lenet.report`.", file=sys.stderr)
        return 1
    if not options.check:
        README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
