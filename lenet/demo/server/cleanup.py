"""What Gradio would keep of visitors who are gone, for as long as the server runs: forgotten here.

Of each who waited in the queue, and of each call, it keeps a name and the messages that were not fetched; of each
upload the event that it has begun, and its empty folder. Not much of each, but a Space runs for weeks, and whoever asks
for a call's events waits while all of them are looked through. And between what is theirs the C
library keeps memory that is free: `trim`.

Uploads it deletes itself, if told to by `delete_cache`, until one comes while it looks through them: then never again.
"""

import asyncio
import ctypes
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gradio import routes
from gradio.utils import LRUCache

LOG = logging.getLogger(__name__)


class Sessions(LRUCache):  # type: ignore[type-arg]
    """Sessions' messages, where one that is not there can be deleted: its stream may end after it was forgotten."""

    def __delitem__(self, session: str) -> None:
        self.pop(session, None)


class Waiting(dict[str, set[str]]):
    """Sessions' calls that wait for an answer or to be fetched, where one that is not there has none."""

    def __missing__(self, session: str) -> set[str]:
        return set()


class Forgetful:
    """Forgets what has been of no use for some time.

    Args:
        blocks: the page, not yet serving.
    """

    def __init__(self, blocks: Any) -> None:
        self._blocks = blocks
        self._queue = blocks._queue
        self._uploads = routes.file_upload_statuses
        self._since: dict[tuple[str, ...], float] = {}  # when each was first seen to be of no use
        self._folders: set[Path] = set()  # of uploads
        self._queue.pending_messages_per_session = Sessions(self._queue.pending_messages_per_session.max_size)
        self._queue.pending_event_ids_session = Waiting()

    def forget(self, age: float) -> None:
        """Look once, on the server's own thread.

        Args:
            age: seconds for which an upload is kept, an answer waits to be fetched, and an upload's progress to go on.
        """
        now = time.monotonic()
        useless = set(self._useless())
        self._since = {each: self._since.get(each, now) for each in useless}
        for kind, name, *_ in [each for each, since in self._since.items() if now - since >= age]:
            if kind == "session":
                self._queue.pending_event_ids_session.pop(name, None)
                self._queue.pending_messages_per_session.pop(name, None)
            else:
                self._uploads._signals.pop(name, None)
                self._uploads.stop_tracking(name)
        self._blocks.app.iterators_to_reset &= self._queue.event_ids_to_events.keys()
        self.delete_uploads(age)

    def _useless(self) -> Iterator[tuple[str, ...]]:
        alive = self._queue.event_ids_to_events.keys()
        for session in self._queue.pending_messages_per_session.keys() | self._queue.pending_event_ids_session.keys():
            calls = self._queue.pending_event_ids_session[session]
            if alive.isdisjoint(calls):
                yield "session", session, *sorted(calls)  # each call's answer waits its time
        for upload in self._uploads._signals:
            yield "upload", upload, repr(self._uploads._statuses.get(upload))  # which has its progress

    def delete_uploads(self, age: float) -> None:
        """Delete the files of clients that are older than so many seconds, and their folders."""
        root = Path(self._blocks.GRADIO_CACHE).resolve()
        ours = {file for block in self._blocks.blocks.values() for file in getattr(block, "keep_in_cache", ())}
        for files in self._blocks.temp_file_sets:
            for file in set(files) - ours:  # a copy: they change meanwhile, in other threads too
                path = Path(file).resolve()
                if root in path.parent.parents:
                    self._folders.add(path.parent)
                with suppress(FileNotFoundError):
                    if time.time() - path.lstat().st_ctime < age:
                        continue
                    path.unlink()
                files.discard(file)
        for folder in tuple(self._folders):
            with suppress(OSError):  # it has files
                folder.rmdir()
            if not folder.exists():
                self._folders.discard(folder)


def trim() -> None:
    """Give free memory back to the system, where the C library is glibc.

    By itself that keeps what is free between the pieces in use: some kilobytes more for every visitor, while what is in
    use stays the same.
    """
    with suppress(OSError, TypeError, AttributeError):  # another library, or Windows
        ctypes.CDLL(None).malloc_trim(0)


@asynccontextmanager
async def forgetting(app: Any) -> AsyncIterator[None]:
    """Forget every now and then, and at the end delete all uploads: the `lifespan` of a page with `forgets`."""
    blocks = app.get_blocks()
    forgetful = Forgetful(blocks)
    every, age = blocks.forgets

    async def forever() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                forgetful.forget(age)
                await asyncio.to_thread(trim)
            except Exception:  # the next time it may be better
                LOG.exception("What Gradio keeps was not forgotten.")

    task = asyncio.create_task(forever())
    try:
        yield
    finally:
        task.cancel()
        forgetful.delete_uploads(age=-1)
