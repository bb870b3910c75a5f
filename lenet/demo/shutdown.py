"""How the server ends: on Ctrl-C or SIGTERM it answers what was asked before, and then deletes the uploads.

Gradio dies of SIGTERM at once. On Ctrl-C it waits five seconds for the pages that are open, which never end by
themselves, and is gone before it has deleted anything.
"""

import atexit
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

# Seconds for who was asked before. Slow or silent clients are cut off then: after 10 Docker kills, Kubernetes after 30.
GRACE = 8


def serve(blocks: Any) -> None:
    """Serve a launched page until it is closed, or until a signal asks it to end, and then end the process.

    Needs the main thread, which gets the signals.

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
    signal.signal(signal.SIGINT, lambda *_: os._exit(128 + signal.SIGINT))
    if blocks.is_running:
        _end(blocks)
    stop_node = before[signal.SIGTERM]
    if callable(stop_node):  # where Gradio renders on the server, it has a Node to end too
        with suppress(SystemExit):
            stop_node(signal.SIGTERM, None)
    if asked:
        _leave()


def _end(blocks: Any) -> None:
    server = blocks.server
    server.config.timeout_graceful_shutdown = GRACE
    blocks.app.stop_event.set()  # of the pages that are open
    server.should_exit = True  # no new connection; those that wait for an answer get it
    server.thread.join(GRACE + 2)
    blocks.close()


def _leave() -> NoReturn:
    """End the process without Python's clearing up, for TensorFlow may still be loading in a thread of its own.

    Python before 3.14 throws such threads out of the C++ they are in, which then aborts or waits for ever:
    https://github.com/python/cpython/issues/87135.
    """
    atexit._run_exitfuncs()  # our temporary folders are deleted
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
