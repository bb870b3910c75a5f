"""Uploads: one file a request, counted from its first byte, and deleted by age.

Gradio 6.31 takes 1,000 files a request. It leaves the received part of an upload that breaks off, is malformed or finds
the disk full, and what a killed process leaves stays for good.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from gradio import route_utils
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOST_BYTES = 1_000_000_000  # of all files; a Space has 50 GB of disk
MOST_FILES = 10_000
NAME = "upload"  # of each, in a folder of its own; unfinished ones have others; the page's own files stay


class Uploads:
    """The folder of the uploads, which the replicas of a page may share."""

    def __init__(self, folder: Path) -> None:
        self.bytes = self.files = 0  # unfinished files included
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A symbolic link could lead to the files of other programs.
        self._handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW) if fcntl else 0
        OneFile.uploads = self
        route_utils.GradioMultiPartParser = OneFile  # type: ignore[misc]

    def delete_unused(self) -> None:
        """Delete all uploads unless another process uses the folder; from now on this one does."""
        for lock in ("LOCK_EX", "LOCK_SH"):
            with suppress(OSError):
                if fcntl:
                    fcntl.flock(self._handle, getattr(fcntl, lock) | fcntl.LOCK_NB)
                if lock == "LOCK_EX":
                    self.delete(0)

    def delete(self, age: float) -> None:
        """Delete files that did not change for `age` seconds, whichever process wrote them, and count the others."""
        began, latest = (self.bytes, self.files), time.time() - age
        size = files = 0
        for folder, _, names in os.walk(self.folder, topdown=False):
            unchanged = os.lstat(folder).st_ctime <= latest
            for path in (Path(folder, name) for name in names):
                with suppress(FileNotFoundError):  # renamed or deleted meanwhile
                    status = path.lstat()
                    if status.st_ctime <= latest and (path.name == NAME or path.parent == self.folder):
                        path.unlink()
                    else:
                        size, files = size + status.st_size, files + 1
            with suppress(OSError):  # not empty
                if unchanged and Path(folder) != self.folder:
                    Path(folder).rmdir()
        self.bytes, self.files = self.bytes - began[0] + size, self.files - began[1] + files


class OneFile(route_utils.GradioMultiPartParser):
    """Gradio's parser of uploads, limited to one file, in a part named `files`."""

    uploads: ClassVar[Uploads]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"max_files": 1, "max_fields": 0})

    def on_headers_finished(self) -> None:
        """Count the file, and drop the client's name for it: Gradio fails on some, and nothing reads it."""
        super().on_headers_finished()
        self._current_part.file.filename = NAME  # type: ignore[union-attr]  # max_fields: it is a file
        self.uploads.files += 1

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Count the bytes."""
        self.uploads.bytes += end - start
        if self.uploads.bytes > MOST_BYTES or self.uploads.files > MOST_FILES:
            raise HTTPException(503, "The server stores too many uploads: try again in a few minutes.")
        super().on_part_data(data, start, end)

    async def parse(self) -> FormData:
        """Return the form; delete what was received of a malformed or interrupted one."""
        try:
            form = await super().parse()
            if len(form.getlist("files")) != 1:
                raise MultiPartException("An upload is one file, in a part named `files`, with its last boundary.")
        except BaseException as error:
            for file in self._files_to_close_on_error:
                file.close()
                Path(file.name).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise HTTPException(507, "The server cannot store the file: try again in a few minutes.") from error
            if isinstance(error, MultiPartException | HTTPException) or not isinstance(error, Exception):
                raise
            raise MultiPartException("The upload is malformed or was interrupted.") from error
        return form
