"""Read digits and numbers in image files, or in a random test image of MNIST.

    $ python -m lenet.predict
    MNIST test image 4711: truth 7, read 7 (99.9 %)

    $ python -m lenet.predict seven.png scans/ --json
    {"file": "seven.png", "verdict": "digit", "digit": 7, "digits": [7], "probabilities": [0.0, …]}
    {"file": "scans/42.png", "verdict": "several", "digit": null, "digits": [4, 2], "probabilities": null,
    "lines": ["42"], "boxes": [{"digit": 4, "probabilities": [0.0, …], "left": 80, …}, …], "skipped": 0}

If a file cannot be read, an error names it, the other files are read, and the exit code is 1.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from lenet.datasets import mnist
from lenet.files import percent
from lenet.image.formats import FORMATS
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import Prediction
from lenet.model.weights import WEIGHTS, WeightsError


def image_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the paths, with each folder replaced by the image files in it and below, by name."""
    suffixes = Image.registered_extensions()
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes and file.is_file())
        else:
            yield path


def _print(name: str, prediction: Prediction, as_json: bool, truth: int | None = None) -> None:
    if as_json:
        label = {} if truth is None else {"truth": truth}
        print(json.dumps({"file": name} | label | prediction.to_json()), flush=True)
        return
    text: str = prediction.verdict
    if prediction.digit is not None:
        likeliest = f"{prediction.digit} ({percent(prediction.probabilities[prediction.digit], 1)})"
        text = f"read {likeliest}" if prediction.verdict == "digit" else f"unsure, most likely {likeliest}"
    elif prediction.number:
        text = f"read {', '.join(prediction.number.lines)}"
    print(f"{name}: {text}" if truth is None else f"{name}: truth {truth}, {text}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.predict", description="Read handwritten digits.")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE_OR_FOLDER", help="default: a random test image of MNIST"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object for each picture, one a line")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="MNIST's folder; default: MNIST_DIR, or a download")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the page's weights")
    options = parser.parse_args(arguments)
    failed = False
    try:
        classifier = DigitClassifier(options.weights)
        if not options.files:
            test = mnist.load_test(options.mnist)
            index = int(np.random.default_rng().integers(len(test.images)))
            prediction = classifier(test.images[index])
            _print(f"MNIST test image {index}", prediction, options.json, int(test.labels[index]))
    except (WeightsError, mnist.DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in image_files(options.files):
        try:
            with Image.open(path, formats=FORMATS) as image:
                prediction = classifier(image)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # PictureError is one
            print(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            failed = True
        else:
            _print(str(path), prediction, options.json)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
