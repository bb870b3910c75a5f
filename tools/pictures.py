"""Draw the pictures in examples/, which the documents' commands read.

$ python -m tools.pictures
examples/seven.png
…
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from lenet.command import Parser
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, placed
from tests.helpers.photos import snapshot
from tests.helpers.servers import ROOT

EXAMPLES = ROOT / "examples"


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """Yield the name and the content of each picture."""
    yield "seven.png", Image.fromarray(render(DIGITS[7]))
    pair = [*placed(DIGITS[4], 110, 75, 140), *placed(DIGITS[2], 110, 205, 140)]
    yield "forty-two.png", Image.fromarray(render(pair, width=12))
    random = np.random.default_rng(0)
    for name, digit in (("three", 3), ("five", 5), ("eight", 8)):  # as a phone sees them on paper
        photo = snapshot(render(placed(DIGITS[digit], 120, 150, 150), width=10), random)
        yield f"scans/{name}.png", photo.convert("L").quantize(32)


def main() -> None:
    Parser("python -m tools.pictures", __doc__).parse_args()
    for name, image in pictures():
        path = EXAMPLES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, optimize=True)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
