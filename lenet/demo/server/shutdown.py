"""Graceful shutdown on Ctrl-C and SIGTERM: answer requests in progress, then delete the uploads.

Gradio 6.31 dies at once on SIGTERM. On Ctrl-C it waits five seconds for the streams of open pages, which never end, and
exits before its lifespan has deleted the uploads.
"""

import signal
import time
from contextlib import suppress
from typing import Any

# Seconds for requests in progress; slow clients are then disconnected. Docker kills after 10 s, Kubernetes after 30 s.
GRACE = 8


def serve(blocks: Any) -> None:
    """Serve a launched page until it is closed or a signal arrives. Must run on the main thread, which gets signals.

    Args:
        blocks: a `gr.Blocks` whose server runs in a thread.
    """
    stop_node = signal.getsignal(signal.SIGTERM)  # with server-side rendering Gradio's handler, which ends Node
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)  # which raises KeyboardInterrupt
        while blocks.is_running:
            time.sleep(0.1)
    except KeyboardInterrupt:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends the process at once
        server = blocks.server
        server.config.timeout_graceful_shutdown = GRACE  # uvicorn's default: wait for ever
        server.should_exit = True
        blocks.app.stop_event.set()  # ends the streams of open pages
        server.thread.join(GRACE + 2)
    blocks.close()
    if callable(stop_node):
        with suppress(SystemExit):
            stop_node(signal.SIGTERM, None)
