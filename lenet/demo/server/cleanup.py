"""Evict per-visitor state that Gradio keeps for the life of the process: 0.34 MB per 1,000 calls, and uploads' paths.

`tests/demo/server/test_cleanup.py` fails when Gradio no longer does so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lenet.demo.server import connections

LOG = logging.getLogger(__name__)

# An upload of a program may wait for its turn. Seconds: how often uploads are deleted, and from which age on.
DELETE_UPLOADS = (60, 300)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Run the clean-up periodically, and delete all uploads at both ends: the ASGI lifespan of `DemoBlocks`."""
    blocks = app.get_blocks()
    queue = blocks._queue
    every, age = blocks.delete_uploads

    async def run_periodically() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                for session, event_ids in tuple(queue.pending_event_ids_session.items()):
                    # The answer was fetched, or Gradio's LRU cache of 2,000 sessions dropped it.
                    if not event_ids or session not in queue.pending_messages_per_session:
                        del queue.pending_event_ids_session[session]
                blocks.upload_file_set.clear()
                await asyncio.to_thread(blocks.uploads.delete, age)
            except Exception:  # must not end the clean-up
                LOG.exception("The clean-up failed and is tried again in %d s.", every)

    blocks.uploads.delete_unused()  # left by a process that was killed
    tasks = [asyncio.create_task(run_periodically()), asyncio.create_task(connections.close_late())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        blocks.uploads.delete_unused()
