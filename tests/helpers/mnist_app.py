"""The page with the tests' own small MNIST, which nobody serves, and with uploads that are soon deleted, served.

$ python tests/browser/mnist_app.py
"""

import functools
import sys

from lenet.datasets import mnist
from lenet.demo import LAUNCH, build_demo
from tests.helpers.small_mnist import FILES

SMALL = mnist.Source(FILES, (sys.argv[1],))

build_demo(test_images=functools.partial(mnist.load_test, source=SMALL), delete_uploads=(1, 5)).launch(**LAUNCH)
