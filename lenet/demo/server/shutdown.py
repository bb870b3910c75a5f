"""Shutdown: on Ctrl-C or SIGTERM the server answers the requests it has, and then deletes the uploads.

Gradio 6.31 ends at once on SIGTERM. On Ctrl-C it waits five seconds for open pages, whose streams never end, and exits
before it has deleted anything.
"""

import signal
import threading
from contextlib import suppress
from typing import Any

# Seconds for requests in progress; slow or silent clients are then cut off. Docker kills after 10, Kubernetes after 30.
GRACE = 8


def serve(blocks: Any) -> None:
    """Serve a launched page until it is closed, or until a signal asks it to end.

    Needs the main thread, which receives the signals.

    Args:
        blocks: a `gr.Blocks` that serves in a thread of its own.
    """
    asked = threading.Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    while blocks.is_running and not asked.wait(0.1):
        pass
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C does not wait
    if blocks.is_running:
        _end(blocks)
    stop_node = before[signal.SIGTERM]
    if callable(stop_node):  # where Gradio renders on the server, it has a Node to end too
        with suppress(SystemExit):
            stop_node(signal.SIGTERM, None)


def _end(blocks: Any) -> None:
    server = blocks.server
    server.config.timeout_graceful_shutdown = GRACE
    blocks.app.stop_event.set()  # ends the streams of open pages
    server.should_exit = True  # no new connection; requests in progress are answered
    server.thread.join(GRACE + 2)
    blocks.close()
