"""Measure the saved weights on MNIST's test images and on stroke files.

    $ python -m lenet.evaluate
    $ python -m lenet.evaluate --strokes drawings.jsonl.gz --json

Prints the errors digit by digit, and writes metrics.json and the pictures to the folder of the weights. With --json it
prints one JSON object instead, and writes nothing.
"""

import argparse
import json
import sys
from pathlib import Path

from lenet.datasets import mnist
from lenet.datasets.stroke_files import add_strokes
from lenet.evaluation.measure import Evaluation, set_name, write_metrics
from lenet.evaluation.metrics import table
from lenet.files import WriteError
from lenet.model.weights import WEIGHTS, WeightsError


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.evaluate", description="Measure the saved weights.")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="MNIST's folder; default: MNIST_DIR, or a download")
    add_strokes(parser, "also measure drawings")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the page's weights")
    parser.add_argument("--json", action="store_true", help="print one JSON object, and write nothing")
    options = parser.parse_args(arguments)
    try:
        evaluation = Evaluation(options.weights, pictures=not options.json)
        test = evaluation.mnist(mnist.load(options.mnist))
        sets = {set_name(path): evaluation.strokes(path) for path in options.strokes}
        if not options.json:
            write_metrics(options.weights, mnist_test=test, strokes=sets)
    except (WeightsError, mnist.DatasetError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({**test, "strokes": sets}))
        return 0
    for name, figures in {"MNIST test": test, **sets}.items():
        print(f"{name}\n{table(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
