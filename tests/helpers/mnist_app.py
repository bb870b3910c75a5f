"""The page with the tests' small MNIST, downloaded from a URL.

$ python tests/helpers/mnist_app.py URL
"""

import functools
import sys

from lenet.datasets import mnist
from lenet.demo import LAUNCH, build_demo
from tests.helpers.small_mnist import FILES

SMALL = mnist.Dataset(FILES, (sys.argv[1],))

build_demo(test_images=functools.partial(mnist.load_test, dataset=SMALL)).launch(**LAUNCH)
