"""Connections of bounded number and time: a subclass of uvicorn's protocol.

uvicorn waits for ever for the rest of a request, and for a client that does not read. When the process may open no more
files, asyncio logs a traceback for each connection that waits, 166 MB in 30 s.
"""

import asyncio
import errno
import logging
from typing import Any

import h11
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.h11_impl import H11Protocol

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

LOG = logging.getLogger(__name__)

SILENCE = 10  # seconds between two pieces of a request
WHOLE = 60  # seconds for a whole request, or for a client that does not read
MOST_CONNECTIONS = 1000  # two for each of 500 open pages
LOG_EVERY = 60  # seconds
OUT_OF_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class TimedProtocol(H11Protocol):
    """A connection that is closed if its client is too slow, or if a newer one needs its place."""

    by_silence: dict["TimedProtocol", None] = {}  # noqa: RUF012  # all open ones, the longest silent first
    # The other half of the files that the process may open is for uploads and the page's own.
    most = min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2) if resource else MOST_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Close the connection that was silent for longest if there are too many."""
        super().connection_made(transport)
        self._began = self._heard = self.loop.time()
        self.by_silence[self] = None
        if len(self.by_silence) > self.most:
            next(iter(self.by_silence)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection from the list."""
        self.by_silence.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Note the time."""
        self._heard = self.loop.time()
        self.by_silence[self] = self.by_silence.pop(self, None)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._began = self._heard = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        self._began = self.loop.time()
        super().pause_writing()

    def is_late(self) -> bool:
        """Return True if the server has waited too long for the client."""
        now = self.loop.time()
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            return now - self._heard > SILENCE or now - self._began > WHOLE
        return (self.flow.write_paused or self.transport.is_closing()) and now - self._began > WHOLE

    def _should_upgrade(self) -> bool:
        """Return False: there are no WebSockets, and uvicorn would log two lines for each request for one."""
        return False


# Gradio does not pass uvicorn's argument `http` on.
HTTP_PROTOCOLS["auto"] = f"{__name__}:{TimedProtocol.__name__}"


async def watch() -> None:
    """Close late connections, and half of all when the process may open no more files. Never returns."""
    closed = logged = 0.0

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal closed, logged
        if getattr(context.get("exception"), "errno", None) not in OUT_OF_FILES:
            loop.default_exception_handler(context)
        elif (now := loop.time()) > closed + 1:  # asyncio reports each connection that waits
            closed = now
            for connection in list(TimedProtocol.by_silence)[: TimedProtocol.most // 2]:
                connection.transport.abort()
            if now > logged + LOG_EVERY:
                logged = now
                LOG.warning("Too many open files: silent connections are closed.")

    asyncio.get_running_loop().set_exception_handler(handle)
    while True:
        await asyncio.sleep(1)
        for connection in [connection for connection in TimedProtocol.by_silence if connection.is_late()]:
            connection.transport.abort()
