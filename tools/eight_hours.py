"""Simulate eight hours of visitors in minutes: find what the server keeps of visitors who have left.

$ python -m tools.eight_hours
$ python -m tools.eight_hours --visitors 700

A visitor comes every ten seconds and draws three digits, 30 updates. Like a browser, each opens the page and a stream
that tells the server that it is open. One in five reads a picture, one in ten asks for a test image in the queue, one
in ten is a program that uploads a picture, and every other program never fetches its answer. A third close the page, a
third vanish in the middle of an update or an upload, and a third fall silent: their connection is cut 15 minutes later.
Here they come without pauses, ten at once, and the server's clocks for uploads and streams run SPEEDUP times as fast.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import httpx

from benchmarks.harness import serving
from benchmarks.live import connect
from lenet.command import Parser, add_number, command
from lenet.demo.launch import SESSIONS
from lenet.demo.server.cleanup import DELETE_UPLOADS
from lenet.image.strokes import render
from tests.helpers import digits
from tests.helpers.picked import picked
from tests.helpers.servers import Server
from tests.helpers.tries import META, PARTS, function, multipart
from tests.helpers.wrong_files import png
from tools.load import Load, Visitors, report, tracebacks

VISITORS = 2_880  # eight hours, one every ten seconds
DIGITS = 3  # per visitor
AT_ONCE = 10
SPEEDUP = 60
SILENT = 15 * 60  # seconds until a silent connection is cut
HEARTBEAT = 15  # seconds, of Gradio's streams
HOURS = 8
WARM = 2  # hours before memory is first measured: the page keeps something of 500 visitors
DELETED_WITHIN = 20  # seconds at most until uploads are deleted
PICTURE = picked(render(digits.DIGITS[7]))
API = "/gradio_api"
FILE = {"meta": META}


class Day(Visitors):
    """Visitors who come and leave.

    Args:
        server: of the page.
        speedup: factor by which the server's clocks are faster.
        digits: that each visitor draws.
    """

    def __init__(self, server: Server, speedup: int, digits: int) -> None:
        super().__init__(server)
        self.speedup, self.digits = speedup, digits
        self.read = function(server.url, "read_picture")
        self.surprise = function(server.url, "surprise")
        self.silent: list[asyncio.Task[None]] = []

    async def visit(self, load: Load, number: int) -> None:
        """Simulate one visitor."""
        session = f"visitor{number}"
        async with connect() as browser:
            for path in ("/", "/theme.css", f"{API}/startup-events"):
                if (status := (await browser.get(self.url + path)).status_code) != 200:
                    load.error(f"{path}: {status}")
            page = await self.stream(f"{API}/heartbeat/{session}")
            for digit in range(self.digits):
                await self.draw(browser, load, (number + digit) % 10, session)
            try:
                if number % 5 == 0:
                    await self.picture(browser, load, session)
                if number % 10 == 1:
                    await self.queue(browser, load, session)
                if number % 10 == 2:
                    await self.program(browser, load, number)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                load.error(repr(error))
        if number % 3 == 0:
            page.close()
        elif number % 3 == 1:
            unfinished = (
                (f"{API}/upload", multipart("seven.png", png(7))[:80], PARTS["Content-Type"])
                if number % 2
                else (f"{API}/run/predict", b"{", "")
            )
            request = await self.stream(*unfinished)
            for writer in (request, page):
                writer.transport.abort()
        else:
            self.silent.append(asyncio.create_task(self.cut(page)))

    async def stream(self, path: str, body: bytes = b"", content_type: str = "") -> asyncio.StreamWriter:
        """Begin a request on a connection of its own, which is not read."""
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self.url).port)
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
        writer.write(f"{head}Content-Length: {2000 if body else 0}\r\n\r\n".encode() + body)
        await writer.drain()
        return writer

    async def picture(self, browser: httpx.AsyncClient, load: Load, session: str) -> None:
        """Have a picture read."""
        body = {"data": [PICTURE], "fn_index": self.read, "session_hash": session}
        answer = await browser.post(f"{self.url}{API}/run/predict", json=body)
        if 'data-digit="7"' not in answer.text.replace("\\", ""):
            load.error(f"a picture of a 7: {answer.text[:200]}")

    async def queue(self, browser: httpx.AsyncClient, load: Load, session: str) -> None:
        """Ask for a test image, which is not there, in the queue."""
        body = {"data": [], "fn_index": self.surprise, "session_hash": session}
        await browser.post(f"{self.url}{API}/queue/join", json=body)
        answer = await browser.get(f"{self.url}{API}/queue/data?session_hash={session}")
        if "process_completed" not in answer.text:
            load.error(f"a test image: {answer.text[:200]}")

    async def program(self, browser: httpx.AsyncClient, load: Load, number: int) -> None:
        """Upload a picture and call /predict."""
        url, content = self.url + API, png(7) + str(number).encode()  # no two are alike
        upload = await browser.post(f"{url}/upload", content=multipart("seven.png", content), headers=PARTS)
        [path] = upload.json()
        call = f"{url}/call/predict"
        event = (await browser.post(call, json={"data": [{"path": path, **FILE}]})).json()["event_id"]
        if number % 20 == 2 and '"label": "7"' not in (answer := await browser.get(f"{call}/{event}")).text:
            load.error(f"/predict: {answer.text[:200]}")

    async def come(self, load: Load, numbers: range) -> None:
        """Simulate visitors, AT_ONCE at a time."""
        waiting = iter(numbers)

        async def visits() -> None:
            for number in waiting:
                await self.visit(load, number)

        await asyncio.gather(*(visits() for _ in range(AT_ONCE)))
        await asyncio.gather(*self.silent)
        self.silent.clear()

    async def cut(self, page: asyncio.StreamWriter) -> None:
        """Cut the connection of a visitor who fell silent."""
        await asyncio.sleep(SILENT / self.speedup)
        page.transport.abort()


def app(speedup: int, sessions: int) -> str:
    """Return Python code that serves the page with clocks that run faster."""
    return (
        "from lenet.demo import LAUNCH, build_demo;"
        f"build_demo(delete_uploads={tuple(max(1, seconds // speedup) for seconds in DELETE_UPLOADS)})"
        f".launch(**LAUNCH | {{'state_session_capacity': {sessions}}})"
    )


def hours(
    visitors: int = VISITORS,
    hours: int = HOURS,
    warm: int = WARM,
    speedup: int = SPEEDUP,
    sessions: int = SESSIONS,
    digits: int = DIGITS,
) -> Iterator[Load]:
    """Simulate the first hours, then the rest, on one server.

    Args:
        visitors: number in all hours.
        hours: number of hours.
        warm: number of first hours.
        speedup: factor by which the server's clocks are faster.
        sessions: number of visitors that the page keeps something of.
        digits: that each visitor draws.
    """
    heartbeat = {"GRADIO_HEARTBEAT_INTERVAL": str(HEARTBEAT / speedup)}
    with serving("-c", app(speedup, sessions), env=heartbeat) as server:
        day, hourly = Day(server, speedup, digits), visitors // hours
        for first, end in ((0, warm), (warm, hours)):
            load = Load(name=f"hours {first + 1} to {end} of {hours}: {(end - first) * hourly:,} visitors")
            for hour in range(first, end):
                asyncio.run(day.come(load, range(hour * hourly, (hour + 1) * hourly)))
                deadline = time.monotonic() + DELETED_WITHIN
                while day.kept() and time.monotonic() < deadline:
                    time.sleep(0.2)
                day.measure(load)
            yield load
        yield from tracebacks(server)


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser("python -m tools.eight_hours", __doc__)
    add_number(parser, "--visitors", 1, 100_000, "in all hours", VISITORS)
    options = parser.parse_args(arguments)
    return report(hours(options.visitors))


if __name__ == "__main__":
    sys.exit(main())
