"""Measure saved weights on MNIST's test images and on stroke files.

    $ python -m lenet.evaluate
    $ python -m lenet.evaluate --strokes drawings.jsonl.gz --json
    $ python -m lenet.evaluate --weights runs/world

Prints the errors digit by digit. With --weights, it also writes metrics.json and the pictures into that folder. With
--json it prints one JSON object instead, and writes nothing.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lenet.command import Parser, command
from lenet.datasets import mnist
from lenet.datasets.stroke_files import add_strokes
from lenet.evaluation.measure import Evaluation, set_name, write_metrics
from lenet.evaluation.metrics import table
from lenet.model.weights import WEIGHTS, WeightsError


@command(WeightsError, mnist.DatasetError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = Parser("python -m lenet.evaluate", __doc__)
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="MNIST's folder; default: MNIST_DIR, or a download")
    add_strokes(parser, "also measure drawings")
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="measure these and write here; default: the page's, write nothing"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, and write nothing")
    options = parser.parse_args(arguments)
    evaluation = Evaluation(options.weights or WEIGHTS)
    test = evaluation.mnist(mnist.load_test(options.mnist))
    sets = {set_name(path): evaluation.strokes(path) for path in options.strokes}
    if options.json:
        print(json.dumps({**test, "strokes": sets}))
        return 0
    for name, figures in {"MNIST test": test, **sets}.items():
        print(f"{name}\n{table(figures)}\n", flush=True)
    if options.weights:
        write_metrics(options.weights, mnist_test=test, strokes=sets)
        evaluation.draw()
    return 0


if __name__ == "__main__":
    sys.exit(main())
