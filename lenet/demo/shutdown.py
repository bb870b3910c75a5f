"""How the server ends: on Ctrl-C or SIGTERM it answers what was asked before, and then deletes the uploads.

Gradio dies of SIGTERM at once. On Ctrl-C it waits five seconds for the pages that are open, which never end by
themselves, and is gone before it has deleted anything.
"""

import signal
import time
from typing import Any

# Seconds for who was asked before. Slow or silent clients are cut off then: after 10 Docker kills, Kubernetes after 30.
GRACE = 8


def serve(blocks: Any) -> None:
    """Return when a launched page was asked to end, and has; needs the main thread, which gets the signals.

    Args:
        blocks: a `gr.Blocks` that serves in a thread of its own.
    """
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    while blocks.is_running and not asked:
        time.sleep(0.1)
    # Who is impatient, and presses Ctrl-C again, does not wait.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if blocks.is_running:
        _end(blocks)
    stop_node = before[signal.SIGTERM]
    if callable(stop_node):  # where Gradio renders on the server, it has a Node to end too
        stop_node(signal.SIGTERM, None)


def _end(blocks: Any) -> None:
    server = blocks.server
    server.config.timeout_graceful_shutdown = GRACE
    blocks.app.stop_event.set()  # of the pages that are open
    server.should_exit = True  # no new connection; those that wait for an answer get it
    server.thread.join(GRACE + 2)
    blocks.close()
