"""Compute the thresholds of the verdict from drawings that were not trained on, and save them with the weights.

    $ python -m lenet.calibrate --weights runs/world --strokes pendigits-train.jsonl.gz

`lenet.train` does the same at its end; see `lenet.evaluation.calibration`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from lenet.command import Parser, add_number, command
from lenet.datasets.mnist import DatasetError
from lenet.datasets.stroke_files import add_strokes
from lenet.evaluation import calibration
from lenet.model.runtime import Network
from lenet.model.weights import NETWORK, WeightsError, verify, write_thresholds
from lenet.training import mixture


@command(WeightsError, DatasetError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = Parser("python -m lenet.calibrate", __doc__)
    add_strokes(parser, "calibrate with the tenth of these drawings that training keeps")
    parser.add_argument("--weights", type=Path, required=True, metavar="DIR", help="change the thresholds of these")
    add_number(parser, "--count", 10, 100_000, "pictures of digits and of non-digits", default=calibration.COUNT)
    options = parser.parse_args(arguments)
    verify(options.weights)
    network = Network(options.weights / NETWORK)
    people = mixture.read(options.strokes)
    thresholds, facts = calibration.find(network, people.kept_digits, people.kept_non_digits, options.count)
    print(calibration.summary(thresholds, facts), flush=True)
    write_thresholds(options.weights, thresholds, facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
