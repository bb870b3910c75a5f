"""The page with the tests' own small MNIST, which nobody serves, and with uploads that are soon deleted, served.

$ python tests/browser/mnist_app.py
"""

import functools
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]  # as pytest does
from small_mnist import FILES  # noqa: E402

from lenet.datasets import mnist  # noqa: E402
from lenet.demo import LAUNCH, build_demo, page  # noqa: E402

page.DELETE_UPLOADS = (1, 5)  # seconds
SMALL = mnist.Source(FILES, (sys.argv[1],))

build_demo(test_images=functools.partial(mnist.load_test, source=SMALL)).launch(**LAUNCH)
