"""Write docs/LICENCES.md: the licence that each installed package declares.

$ pip install --require-hashes -r requirements-ci.txt && python -m tools.licences
docs/LICENCES.md: 132 packages, 0 without a licence
"""

import re
import sys
from collections.abc import Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from lenet.command import Parser, command
from lenet.files import markdown_table

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "LICENCES.md"
LOCK = ROOT / "requirements-ci.txt"
NONE = "none declared"
PHRASES = {
    "MIT": "Permission is hereby granted, free of charge",
    "Apache-2.0": "Apache License, Version 2.0",
}
HEAD = """# Licences

The packages of `requirements-ci.txt`, for the demo and its tests, with the licence that each declares; written by
`python -m tools.licences`. None of them is copied into this repository.

"""


def locked() -> dict[str, str]:
    """Return the version of every locked package."""
    return dict(re.findall(r"^([\w.-]+)==([\w.+!]+)", LOCK.read_text("utf-8"), re.MULTILINE))


def licence(package: Distribution) -> str:
    """Return the licence of a package: its licence expression, classifiers, licence field or licence file."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [name.rpartition(" :: ")[2] for name in metadata.get_all("Classifier", []) if "License ::" in name]
    if classifiers:
        return ", ".join(classifiers)
    declared = str(metadata.get("License") or "").strip()
    if declared and "\n" not in declared:
        return declared
    files = [file for file in package.files or () if file.name.startswith("LICENSE")]
    text = " ".join((declared or (files[0].read_text() if files else "")).split())
    return next((name for name, phrase in PHRASES.items() if phrase in text), NONE)


@command(PackageNotFoundError)
def main(arguments: Sequence[str] | None = None) -> int:
    Parser("python -m tools.licences", __doc__).parse_args(arguments)
    rows = [(name, version, licence(distribution(name))) for name, version in sorted(locked().items())]
    LIST.write_text(f"{HEAD}{markdown_table(['package', 'version', 'licence'], rows)}\n", "utf-8")
    undeclared = [name for name, _, declared in rows if declared == NONE]
    print(f"docs/LICENCES.md: {len(rows)} packages, {len(undeclared)} without a licence", *undeclared)
    return 0


if __name__ == "__main__":
    sys.exit(main())
