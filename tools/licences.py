"""Write docs/LICENCES.md: under which licence is what gets installed, as each package says itself.

$ pip install --require-hashes -r requirements-ci.txt && python -m tools.licences
docs/LICENCES.md: 117 packages, 0 that name no licence
"""

import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "LICENCES.md"
LOCK = ROOT / "requirements-ci.txt"
NONE = "says none"
WORDS = {
    "MIT": "Permission is hereby granted, free of charge",
    "Apache-2.0": "Apache License, Version 2.0",
}
HEAD = """# Licences

What `requirements-ci.txt` installs, the demo's packages and those that test it, and what each says of its licence;
written by `python -m tools.licences`. None of them is copied into this repository.

| package | version | licence |
|---|---|---|
"""


def locked() -> dict[str, str]:
    """The versions of all packages that are locked."""
    return dict(re.findall(r"^([\w.-]+)==([\w.+!]+)", LOCK.read_text("utf-8"), re.MULTILINE))


def licence(package: Distribution) -> str:
    """What a package says: by the field of today, by its classifiers, by the field of old, or in a file."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classifiers = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if "License ::" in each]
    if classifiers:
        return ", ".join(classifiers)
    old = str(said.get("License") or "").strip()
    if old and "\n" not in old:
        return old
    files = [file for file in package.files or () if file.name.startswith("LICENSE")]
    text = " ".join((old or (files[0].read_text() if files else "")).split())
    return next((name for name, words in WORDS.items() if words in text), NONE)


def main() -> int:
    rows = {name: (version, licence(distribution(name))) for name, version in sorted(locked().items())}
    LIST.write_text(
        HEAD + "".join(f"| {name} | {version} | {said} |\n" for name, (version, said) in rows.items()), "utf-8"
    )
    silent = [name for name, (_, said) in rows.items() if said == NONE]
    print(f"docs/LICENCES.md: {len(rows)} packages, {len(silent)} that name no licence", *silent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
