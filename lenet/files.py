"""Files written whole or not at all, JSON among them, and the generated parts of documents."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PARTIAL = ".partial-"  # prefix of a file's name until it is whole


class WriteError(OSError):
    """A file or folder cannot be written; the text names it and the system's reason."""

    def __str__(self) -> str:
        return f"Cannot write to {self.filename} ({self.strerror})"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name `path` in the error of a write that fails.

    Raises:
        WriteError: in place of any other OSError.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(error.errno, error.strerror or str(error), str(path)) from error  # HDF5 sets neither


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all.

    Args:
        path: the file to write or replace.
        write: is given the path of a temporary file beside it, of the same suffix, and fills that.

    Raises:
        WriteError: if it cannot be written, for want of space or of rights.
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
            temporary.chmod(0o644)  # mkstemp's own is for the owner's eyes alone
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON for people to read, whole or not at all."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_atomic(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def sweep(folder: Path) -> None:
    """Remove files that a killed process had begun to write."""
    for path in folder.glob(f"{PARTIAL}*"):
        path.unlink(missing_ok=True)


def replace_block(document: str, name: str, command: str, content: str) -> str:
    """Replace the generated part of a document, between `<!-- NAME: written by … -->` and `<!-- end of NAME -->`.

    Args:
        document: its whole text.
        name: of the part.
        command: that writes it, named in the first mark.
        content: the new part.

    Returns:
        The document's new text.

    Raises:
        ValueError: if the document does not have exactly one such part.
    """
    begin, end = f"<!-- {name}: written by `{command}` -->", f"<!-- end of {name} -->"
    block = f"{begin}\n\n{content}\n\n{end}"
    changed, count = re.subn(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, document, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"The document has {count} parts from {begin} to {end} instead of one.")
    return changed


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> str:
    """Return a Markdown table; the columns numbered in `right` are right-aligned."""
    rule = "|".join("---:" if column in right else "---" for column in range(len(header)))
    lines = [f"| {' | '.join(map(str, row))} |" for row in (header, *rows)]
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])
