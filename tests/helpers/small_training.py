"""The command `lenet.train` on a few digits of the tests' own: `python -m tests.helpers.small_training FLAGS`."""

import sys

import numpy as np

from lenet import train
from lenet.datasets import mnist
from lenet.evaluation import calibration
from lenet.image.preprocess import preprocess
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, placed


def drawn(count: int, seed: int) -> mnist.Split:
    """The tests' own ten digits in MNIST's form, in random sizes and pen widths."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = [
        255 * preprocess(render(placed(DIGITS[digit], random.uniform(80, 240)), width=random.uniform(12, 26))).picture
        for digit in labels.tolist()
    ]
    return mnist.Split(np.rint(images).astype(np.uint8), labels)


DATA = mnist.Mnist(drawn(200, 0), drawn(50, 1), drawn(50, 2))


def main(arguments: list[str] | None = None) -> int:
    """Train on DATA and calibrate on few drawings; changes this process for good."""
    mnist.load = lambda folder=None: DATA
    calibration.COUNT = 40
    return train.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
