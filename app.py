"""Draw a digit, watch the network read it: `python app.py`, and what a Hugging Face Space runs.

LENET_WEIGHTS names a folder with other weights than the repository's, such as `lenet.train` writes. LENET_WAIT=1
opens the port when the network is loaded and not before: see deploy/README.md.
"""

import os
import sys
from pathlib import Path

from lenet.classifier import WEIGHTS, WeightsError
from lenet.demo import LAUNCH, build_demo, one_thread

one_thread()
try:
    demo = build_demo(
        weights=Path(os.environ.get("LENET_WEIGHTS") or WEIGHTS), wait=os.environ.get("LENET_WAIT") == "1"
    )
except WeightsError as error:
    sys.exit(str(error))

if __name__ == "__main__":
    demo.launch(**LAUNCH)
