"""Connections of bounded number and time: a subclass of uvicorn's protocol.

uvicorn waits for ever for the rest of a request, and for a client that does not read. When the process may open no more
files, asyncio of Python 3.11 logs up to 2,048 tracebacks a second, and accepts nothing in that second.
"""

import asyncio
import functools
import os

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

SILENCE = 10  # seconds between two pieces of a request
WHOLE = 60  # seconds for a whole request, or for a client that does not read
# An open page has one connection. A third of the files that the process may open; the others are for uploads, one a
# connection, for connections that are being accepted, and for the page's own.
MOST_CONNECTIONS = min(1000, os.sysconf("SC_OPEN_MAX") // 3) if hasattr(os, "sysconf") else 1000


class TimedProtocol(H11Protocol):
    """A connection that is closed if its client is too slow, or if a newer one needs its place."""

    by_silence: dict["TimedProtocol", None] = {}  # noqa: RUF012  # all open ones, the longest silent first

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Close the connection that was silent for longest if there are too many."""
        super().connection_made(transport)
        self._began = self._heard = self.loop.time()
        self.by_silence[self] = None
        if len(self.by_silence) > MOST_CONNECTIONS:
            silent = next(iter(self.by_silence))
            del self.by_silence[silent]
            silent.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        self.by_silence.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._heard = self.loop.time()
        self.by_silence[self] = self.by_silence.pop(self, None)
        super().data_received(data)

    def on_response_complete(self) -> None:  # noqa: D102
        self._began = self._heard = self.loop.time()  # wait for the next request
        super().on_response_complete()

    def pause_writing(self) -> None:  # noqa: D102
        self._began = self.loop.time()  # wait for the client to read
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


# Gradio passes none of uvicorn's arguments on. asyncio accepts up to BACKLOG connections at a time, and three times so
# many before the first that is too many is closed.
BACKLOG = MOST_CONNECTIONS // 4
uvicorn.Config = functools.partial(uvicorn.Config, http=TimedProtocol, backlog=BACKLOG)  # type: ignore[misc,assignment]


async def close_late() -> None:
    """Close late connections, once a second. Never returns."""
    while True:
        await asyncio.sleep(1)
        for connection in [connection for connection in TimedProtocol.by_silence if connection.is_late()]:
            connection.transport.abort()
