"""A page that reports the state that it keeps: `python tests/helpers/cleanup_page.py {gradio,demo}`.

`gradio` is a plain `gr.Blocks`, `demo` our page, with the clean-up every second for uploads that are older than two.
"""

import sys
from pathlib import Path

import gradio as gr
from gradio import routes

from lenet.demo import LAUNCH
from lenet.demo.server.blocks import DemoBlocks


def kept() -> dict[str, int]:
    """Count the entries that are kept, without those of this call."""
    queue, uploads = page._queue, routes.file_upload_statuses
    return {
        "calls": len(queue.pending_event_ids_session),
        "progress": len(uploads._statuses),
        "signals": len(uploads._signals),
        "folders": sum(
            path.is_dir() and path.name != "vibe_edit_history" for path in Path(page.GRADIO_CACHE).iterdir()
        ),
        "files": sum(path.name in ("seven.png", "upload") for path in Path(page.GRADIO_CACHE).rglob("*")),
    }


blocks = gr.Blocks(delete_cache=(1, 4)) if sys.argv[1] == "gradio" else DemoBlocks(delete_uploads=(1, 2))
with blocks as page:
    text, numbers = gr.Textbox(), gr.JSON()
    text.submit(lambda value: value, text, text, api_name="say")
    text.input(kept, None, numbers, api_name="kept", queue=False)
page.launch(**(LAUNCH if sys.argv[1] == "demo" else {}))
