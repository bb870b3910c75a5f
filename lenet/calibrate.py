"""Compute the thresholds of the verdict from drawings that were not trained on, and save them with the weights.

    $ python -m lenet.calibrate --strokes pendigits-train.jsonl.gz

`lenet.train` does the same at its end; see `lenet.evaluation.calibration`.
"""

import argparse
import sys
from pathlib import Path

from lenet.datasets.mnist import DatasetError
from lenet.datasets.stroke_files import add_strokes
from lenet.evaluation import calibration
from lenet.files import WriteError
from lenet.model.runtime import Network
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, verify, write_thresholds
from lenet.training import mixture


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lenet.calibrate", description="Compute and save the verdict's thresholds."
    )
    add_strokes(parser, "calibrate with the tenth of these drawings that training keeps")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the page's weights")
    options = parser.parse_args(arguments)
    try:
        verify(options.weights)
        network = Network(options.weights / NETWORK)
        people = mixture.read(options.strokes)
        thresholds, facts = calibration.find(network, people.kept_digits, people.kept_non_digits)
        write_thresholds(options.weights, thresholds, facts)
    except (WeightsError, DatasetError, WriteError) as error:
        print(error, file=sys.stderr)
        return 1
    print(calibration.summary(thresholds, facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
