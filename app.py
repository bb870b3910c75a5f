"""Draw a digit, watch the network read it: `python app.py`, and what a Hugging Face Space runs."""

import sys

from lenet.classifier import WeightsError
from lenet.demo import LAUNCH, build_demo

try:
    demo = build_demo()
except WeightsError as error:
    sys.exit(str(error))

if __name__ == "__main__":
    demo.launch(**LAUNCH)
