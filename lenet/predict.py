"""Read digits in image files, or in a random test image of MNIST.

    $ python -m lenet.predict
    MNIST test image 4711: truth 7, read 7 (99.9 %)

    $ python -m lenet.predict seven.png scans/ --json
    {"file": "seven.png", "verdict": "digit", "digit": 7, "digits": [7], "probabilities": [0.0, …]}

A file that cannot be read is named on standard error, the others are still read, and the exit code is 1.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from lenet.datasets import mnist
from lenet.image.formats import FORMATS
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import Prediction
from lenet.model.weights import WEIGHTS, WeightsError


def pictures(paths: list[Path]) -> Iterator[Path]:
    """The files named, and of each folder the image files in it and below, by name."""
    suffixes = Image.registered_extensions()
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes and file.is_file())
        else:
            yield path


def _say(name: str, prediction: Prediction, as_json: bool, truth: int | None = None) -> None:
    if as_json:
        known = {} if truth is None else {"truth": truth}
        print(json.dumps({"file": name} | known | prediction.to_json()), flush=True)
        return
    read: str = prediction.verdict
    if prediction.digit is not None:
        likely = f"{prediction.digit} ({prediction.probabilities[prediction.digit]:.1%})"
        read = f"read {likely}" if prediction.verdict == "digit" else f"{prediction.verdict}, most like {likely}"
    elif prediction.digits:
        read = f"several digits, {', '.join(map(str, prediction.digits))}"
    print(f"{name}: {read}" if truth is None else f"{name}: truth {truth}, {read}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m lenet.predict", description="Read handwritten digits.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE_OR_FOLDER", help="none: a random MNIST test image")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="folder with MNIST; else MNIST_DIR, else a download")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the demo's")
    options = parser.parse_args(arguments)
    failed = False
    try:
        read = DigitClassifier(options.weights)
        if not options.files:
            test = mnist.load_test(options.mnist)
            index = int(np.random.default_rng().integers(len(test.images)))
            prediction = read(test.images[index])
            _say(f"MNIST test image {index}", prediction, options.json, int(test.labels[index]))
    except (WeightsError, mnist.DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in pictures(options.files):
        try:
            with Image.open(path, formats=FORMATS) as image:
                prediction = read(image)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # PictureError is one
            print(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            failed = True
        else:
            _say(str(path), prediction, options.json)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
