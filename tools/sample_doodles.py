"""Make the stroke file of doodles that the committed weights were trained on, from Quick, Draw!'s own files.

    $ python -m tools.sample_doodles quickdraw --strokes doodles-train.jsonl.gz
    4,736 drawings of 172 kinds

The folder holds a file per kind, as `axe.ndjson`, from
https://console.cloud.google.com/storage/browser/quickdraw_dataset/full/simplified (CC BY 4.0); `doodle_kinds.json`
says which kinds, and how many drawings of each: the first that the game recognized.
"""

import argparse
import json
import sys
from pathlib import Path

from lenet.datasets import stroke_files
from lenet.datasets.mnist import DatasetError

KINDS = Path(__file__).with_name("doodle_kinds.json")


def main(arguments: list[str] | None = None, kinds: Path = KINDS) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.sample_doodles", description="Sample Quick, Draw!'s files.")
    parser.add_argument("folder", type=Path, help="folder of the .ndjson files")
    parser.add_argument("--strokes", type=Path, required=True, metavar="FILE", help="the stroke file to write")
    options = parser.parse_args(arguments)
    counts: dict[str, int] = json.loads(kinds.read_text("utf-8"))
    drawings = []
    for kind, count in counts.items():
        path = options.folder / f"{kind}.ndjson"
        try:
            sample = stroke_files.read(path, count=count)
        except DatasetError as error:
            print(error, file=sys.stderr)
            return 1
        if len(sample) < count:
            print(f"{path} has {len(sample):,} recognized drawings, {count:,} are needed.", file=sys.stderr)
            return 1
        drawings += sample
    stroke_files.write(options.strokes, drawings)
    print(f"{len(drawings):,} drawings of {len(counts):,} kinds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
