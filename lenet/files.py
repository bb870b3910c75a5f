"""Atomic writes of files and JSON, and the generated parts of Markdown documents."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTIAL = ".partial-"  # prefix of a file's name until it is complete


class WriteError(OSError):
    """A file or folder cannot be written; the message names it and the system's reason."""

    def __str__(self) -> str:
        return f"Cannot write to {self.filename} ({self.strerror})"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn any `OSError` of the block into a `WriteError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise WriteError(error.errno, error.strerror or str(error), str(path)) from error  # HDF5 sets neither


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file completely or not at all.

    Args:
        path: the file to write or replace.
        write: called with the path of a temporary file in the same folder, with the same suffix, to fill it.

    Raises:
        WriteError: if there is no space or no permission.
    """
    suffix = "".join(path.suffixes)
    prefix = f"{PARTIAL}{path.name.removesuffix(suffix)}-"
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
        temporary = Path(name)
        try:
            os.close(handle)
            write(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.chmod(0o644)  # mkstemp lets only the owner read it
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, completely or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text, completely or not at all."""
    write_atomic(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def sweep(folder: Path) -> None:
    """Remove the partial files that a killed process left in a folder."""
    for path in folder.glob(f"{PARTIAL}*"):
        path.unlink(missing_ok=True)


def replace_block(document: str, name: str, command: str, content: str) -> str:
    """Replace the generated block of a document, from `<!-- NAME: written by … -->` to `<!-- end of NAME -->`.

    Args:
        document: the whole text.
        name: the block's name.
        command: the command that writes it, which the first comment names.
        content: the new content of the block.

    Returns:
        The new text of the document.

    Raises:
        ValueError: if the document does not have exactly one such block.
    """
    begin, end = f"<!-- {name}: written by `{command}` -->", f"<!-- end of {name} -->"
    block = f"{begin}\n\n{content}\n\n{end}"
    changed, count = re.subn(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, document, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"The document has {count} blocks from {begin} to {end} instead of one.")
    return changed


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]], align: str = "") -> str:
    """Format a Markdown table.

    Args:
        header: the columns' titles.
        rows: the cells, as many in each row as there are columns; integers get thousands separators.
        align: a letter for each column, `l` or `r`; by default all columns are aligned left.
    """
    rules = {"l": "---", "r": "---:"}
    lines: list[Sequence[object]] = [header, [rules[letter] for letter in align or "l" * len(header)], *rows]
    if any(len(cells) != len(header) for cells in lines):
        raise ValueError(f"The table has {len(header)} columns; a row or `align` has another number.")
    return "\n".join(
        f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in cells)} |" for cells in lines
    )


def percent(fraction: float, decimals: int = 2) -> str:
    """Format a fraction as documents and commands print it: `percent(0.9967)` is `99.67 %`."""
    return f"{100 * fraction:.{decimals}f} %"
