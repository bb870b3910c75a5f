"""Serve the page, locally with `python app.py` and as a Hugging Face Space.

LENET_WEIGHTS names a folder of other weights, such as `python -m lenet.train` writes.
"""

import os
import sys
from pathlib import Path

from lenet.demo import LAUNCH, build_demo
from lenet.model.weights import WEIGHTS, WeightsError

try:
    demo = build_demo(weights=Path(os.environ.get("LENET_WEIGHTS") or WEIGHTS))
except WeightsError as error:
    sys.exit(str(error))

if __name__ == "__main__":
    demo.launch(**LAUNCH)
