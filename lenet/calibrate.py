"""Find where one verdict ends and the next begins, on drawings that were not trained on, and save it with the weights.

    $ python -m lenet.calibrate --strokes pendigits-train.jsonl.gz

`lenet.train` does this at its end. See `lenet.evaluation.calibration`.
"""

import argparse
import sys
from pathlib import Path

from lenet.datasets.mnist import DatasetError
from lenet.datasets.stroke_files import add_strokes
from lenet.evaluation import calibration
from lenet.model.runtime import Network
from lenet.model.weights import NETWORK, WEIGHTS, WeightsError, verify, write_thresholds
from lenet.training import mixture


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.calibrate", description="Find the verdict's thresholds.")
    add_strokes(parser, "drawings")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the demo's")
    options = parser.parse_args(arguments)
    try:
        verify(options.weights)
        network = Network(options.weights / NETWORK)
        thresholds, found = calibration.find(network, mixture.read(options.strokes).kept)
        write_thresholds(options.weights, thresholds, found)
    except (WeightsError, DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    print(calibration.table(thresholds, found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
