"""A page that says what it is told, what it keeps of that, and forgets: `python tests/forgetful_page.py EVERY AGE`."""

import sys
from pathlib import Path

import gradio as gr
from gradio import routes

from lenet.demo import LAUNCH
from lenet.demo.server.blocks import CheckedBlocks
from lenet.demo.server.cleanup import Forgetful


def kept() -> dict[str, int]:
    """How many of each are kept, this call's own not among them."""
    queue, uploads = page._queue, routes.file_upload_statuses
    return {
        "running": len(queue.event_ids_to_events),
        "calls": len(queue.pending_event_ids_session),
        "messages": len(queue.pending_messages_per_session),
        "uploads": len(uploads._statuses),
        "signals": len(uploads._signals),
        "files": sum(each.name != "vibe_edit_history" for each in Path(page.GRADIO_CACHE).iterdir()),  # Gradio's own
    }


async def forget(age: float) -> None:
    """At once, by a clock of the caller's."""
    if not ours:
        ours.append(Forgetful(page))
    ours[0].forget(age)


ours: list[Forgetful] = []
with CheckedBlocks(analytics_enabled=False, forgets=(int(sys.argv[1]), int(sys.argv[2]))) as page:
    text, number, numbers = gr.Textbox(), gr.Number(), gr.JSON()
    text.submit(lambda said: said, text, text, api_name="say")
    text.input(kept, None, numbers, api_name="kept", queue=False)
    number.input(forget, number, None, api_name="forget", queue=False)
page.launch(**LAUNCH)
