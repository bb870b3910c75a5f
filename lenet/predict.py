"""Read digits and numbers in image files, or in a random test image of MNIST.

    $ python -m lenet.predict
    MNIST test image 4711: truth 7, read 7 (99.9 %)

    $ python -m lenet.predict examples/seven.png examples/forty-two.png --json
    {"file": "examples/seven.png", "verdict": "digit", "digit": 7, "digits": [7], "probabilities": [0.0, …]}
    {"file": "examples/forty-two.png", "verdict": "several", "digit": null, "digits": [4, 2], "probabilities": null,
    "lines": ["42"], "boxes": [{"digit": 4, "probabilities": [0.0, …], "left": 80, …}, …], "skipped": 0}

If a file cannot be read or a folder has no picture, an error names it, the others are read, and the exit code is 1.
Pipes and devices are skipped. Characters of a name that the terminal cannot show, or would obey, are escaped.
"""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from lenet.command import Parser, command
from lenet.datasets import mnist
from lenet.files import percent
from lenet.image.formats import FORMATS
from lenet.model.classifier import DigitClassifier
from lenet.model.verdict import Prediction
from lenet.model.weights import WEIGHTS, WeightsError


def image_files(folder: Path) -> list[Path]:
    """Return the image files in a folder and below, by name; say how many other files are skipped, or that all are."""
    suffixes = Image.registered_extensions()
    files = sorted(path for path in folder.rglob("*") if not path.is_dir())
    images = [path for path in files if path.suffix.lower() in suffixes]
    if not images:
        print(f"{printable(folder)} has no picture.", file=sys.stderr)
    elif skipped := len(files) - len(images):
        print(
            f"{printable(folder)}: skipped {skipped} {'file' if skipped == 1 else 'files'} without a picture.",
            file=sys.stderr,
        )
    return images


def printable(name: object) -> str:
    """Return a name with line breaks, control characters and bytes that are not Unicode escaped, as in `repr`."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(name))


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


@command(WeightsError, mnist.DatasetError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = Parser("python -m lenet.predict", __doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE_OR_FOLDER", help="default: a random test image of MNIST"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object for each picture, one a line")
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="MNIST's folder; default: MNIST_DIR, or a download")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="DIR", help="default: the page's weights")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal
    classifier = DigitClassifier(options.weights)
    if not options.files:
        test = mnist.load_test(options.mnist)
        index = int(np.random.default_rng().integers(len(test.images)))
        prediction = classifier(test.images[index])
        _print(f"MNIST test image {index}", prediction, options.json, int(test.labels[index]))
        return 0
    failed = False
    for argument in options.files:
        paths = image_files(argument) if argument.is_dir() else [argument]
        failed |= not paths
        for path in paths:
            if path.exists() and not path.is_file():
                print(f"{printable(path)} is not a file: skipped", file=sys.stderr)
                continue
            try:
                with Image.open(path, formats=FORMATS) as image:
                    prediction = classifier(image)
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # PictureError is one
                reason = printable(getattr(error, "strerror", None) or error)
                print(f"{printable(path)} cannot be read: {reason}", file=sys.stderr)
                failed = True
            else:
                _print(str(path) if options.json else printable(path), prediction, options.json)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
