"""A command on a few digits of the tests' own: `python -m tests.helpers.small_command lenet.evaluate FLAGS`."""

import importlib
import sys

from lenet.datasets import mnist
from lenet.evaluation import calibration, measure
from tests.helpers.small_training import DATA

if __name__ == "__main__":
    mnist.load = lambda folder=None: DATA
    mnist.load_test = lambda folder=None: DATA.test
    calibration.COUNT = 40
    measure.NUMBERS, measure.DRAWINGS = 10, 5
    sys.exit(importlib.import_module(sys.argv[1]).main(sys.argv[2:]))
