"""Evict per-visitor state that Gradio keeps for the life of the process.

Measured with Gradio 6.31, per 1,000:

- calls of the queue: 1,000 sets of event ids, 0.34 MB. Each request for the events of a call scans all of them on the
  event loop: 6.7 ms per 100,000;
- uploads: 1,000 empty folders on the disk, and 1,000 signals and entries of their progress, 1.8 MB;
- uploads with `delete_cache`: 999 files at 300 uploads per second. Gradio iterates over its set of uploads in a thread;
  an upload at that moment raises "Set changed size during iteration", which ends the deletion for good.

`tests/demo/server/test_cleanup.py` fails when Gradio no longer does so.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gradio import routes

LOG = logging.getLogger(__name__)

# Gradio keeps uploaded pictures as files, so that the page can show them. Seconds: how often uploads are deleted, and
# from which age on; an upload of a program may have to wait for its turn. Shutdown deletes all of them.
DELETE_UPLOADS = (60, 300)


class SessionCleanup:
    """Evicts the state of finished calls and uploads.

    Args:
        blocks: the page, a `gr.Blocks`.
    """

    def __init__(self, blocks: Any) -> None:
        self._blocks = blocks
        self._seen_uploads: set[str] = set()

    def run(self, age: float) -> None:
        """Evict once; must run on the event loop, where Gradio changes this state.

        Args:
            age: seconds for which uploads are kept.
        """
        self._evict_calls()
        self._evict_progress()
        self.delete_uploads(age)

    def _evict_calls(self) -> None:
        """Evict calls whose answer was fetched, or that Gradio's LRU cache of 2,000 sessions dropped."""
        queue = self._blocks._queue
        for session, event_ids in tuple(queue.pending_event_ids_session.items()):
            if not event_ids or session not in queue.pending_messages_per_session:
                del queue.pending_event_ids_session[session]

    def _evict_progress(self) -> None:
        """Evict the progress of uploads that began before the last run; slower ones lose their progress bar."""
        uploads = routes.file_upload_statuses
        for upload_id in self._seen_uploads:
            uploads._signals.pop(upload_id, None)
            uploads.stop_tracking(upload_id)
        self._seen_uploads = set(uploads._signals)

    def delete_uploads(self, age: float) -> None:
        """Delete uploads that are older than `age` seconds, and their folders."""
        keep = {file for block in self._blocks.blocks.values() for file in block.keep_in_cache}
        root = Path(self._blocks.GRADIO_CACHE).resolve()
        for files in self._blocks.temp_file_sets:
            for file in set(files) - keep:  # a copy, because preprocessing adds files in other threads
                path = Path(file).resolve()
                with suppress(FileNotFoundError):
                    if time.time() - path.lstat().st_ctime < age:
                        continue
                    path.unlink()
                files.discard(file)
                if path.parent != root:
                    with suppress(OSError):  # the same content was uploaded under another name
                        path.parent.rmdir()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Run the clean-up periodically, and delete all uploads at shutdown: the ASGI lifespan of `DemoBlocks`."""
    blocks = app.get_blocks()
    cleanup = SessionCleanup(blocks)
    every, age = blocks.delete_uploads

    async def run_periodically() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                cleanup.run(age)
            except Exception:  # must not end the clean-up
                LOG.exception("The clean-up failed and is tried again in %d s.", every)

    task = asyncio.create_task(run_periodically())
    try:
        yield
    finally:
        task.cancel()
        cleanup.delete_uploads(age=0)
