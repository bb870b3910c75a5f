"""Make the stroke file of doodles that the committed weights were trained on, from Quick, Draw!'s own files.

    $ python -m tools.sample_doodles quickdraw --strokes doodles-train.jsonl.gz
    4,736 drawings of 172 kinds

The folder holds a file per kind, as `axe.ndjson`, from
https://console.cloud.google.com/storage/browser/quickdraw_dataset/full/simplified (CC BY 4.0); `doodle_kinds.json`
says which kinds, and how many drawings of each: the first that the game recognized.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lenet.command import Parser, command
from lenet.datasets import stroke_files
from lenet.datasets.mnist import DatasetError
from lenet.files import writing

KINDS = Path(__file__).with_name("doodle_kinds.json")


@command(DatasetError)
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = Parser("python -m tools.sample_doodles", __doc__)
    parser.add_argument("folder", type=Path, help="folder of the .ndjson files")
    parser.add_argument("--strokes", type=Path, required=True, metavar="FILE", help="the stroke file to write")
    parser.add_argument("--kinds", type=Path, default=KINDS, metavar="FILE", help="default: doodle_kinds.json")
    options = parser.parse_args(arguments)
    counts: dict[str, int] = json.loads(options.kinds.read_text("utf-8"))
    drawings = []
    for kind, count in counts.items():
        path = options.folder / f"{kind}.ndjson"
        sample = stroke_files.read(path, count=count)
        if len(sample) < count:
            raise DatasetError(f"{path} has {len(sample):,} recognized drawings, {count:,} are needed.")
        drawings += sample
    with writing(options.strokes):
        stroke_files.write(options.strokes, drawings)
    print(f"{len(drawings):,} drawings of {len(counts):,} kinds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
