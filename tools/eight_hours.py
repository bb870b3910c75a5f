"""Eight hours of visitors in minutes: does the server keep anything of who is gone?

$ python -m tools.eight_hours
$ python -m tools.eight_hours --visitors 700

One comes every ten seconds and draws three digits, 30 updates. Like a browser each opens the page and a stream that
says that it is open. One in five uploads a picture and has it read, one in ten asks for a test image in the queue, one
in ten is a program, and every other program never fetches its answer. A third closes the page, a third vanishes in the
middle of an update or of an upload, and a third falls silent: its line is cut a quarter of an hour later. Here they
come one after the other, some at once, and the server's clocks, for uploads and for streams, run FASTER.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from lenet.demo.launch import DELETE_UPLOADS, SESSIONS
from tests.helpers.servers import Server, run
from tests.helpers.tries import function
from tests.helpers.wrong_files import png
from tools.load import GROWN, UPLOADS, Load, Visitors, connection, told

VISITORS = 2_880  # eight hours of one every ten seconds
DIGITS = 3  # that each draws
AT_ONCE = 10
FASTER = 60
SILENT = 15 * 60  # seconds until a line that is cut is given up
HEARTBEAT = 15  # seconds, of Gradio's streams
HOURS = 8
WARM = 2  # hours after which the memory is first looked at: the page keeps something of 500 visitors
GONE = 20  # seconds at most, until what visitors uploaded is deleted
PICTURE = png(7)
PART = b'--B\r\nContent-Disposition: form-data; name="files"; filename="seven.png"\r\n\r\n%b\r\n--B--\r\n'
TYPE = "multipart/form-data; boundary=B"
API = "/gradio_api"


class Day(Visitors):
    """Those who come and go."""

    def __init__(self, server: Server, faster: int) -> None:
        super().__init__(server)
        self.faster = faster
        self.read = function(server.url, "read_picture")
        self.surprise = function(server.url, "surprise")
        self.silent: list[asyncio.Task[None]] = []

    async def visit(self, load: Load, name: int) -> None:
        """One visitor, from coming to leaving."""
        session = f"visitor{name}"
        async with connection() as browser:
            for path in ("/", "/theme.css", f"{API}/startup-events"):
                await self.get(browser, load, path)
            page = await self.stream(f"{API}/heartbeat/{session}")
            for drawn in range(DIGITS):
                await self.digit(browser, load, session, (name + drawn) % 10)
            try:
                if name % 5 == 0:
                    await self.picture(browser, load, session, name)
                if name % 10 == 1:
                    await self.queue(browser, load, session)
                if name % 10 == 2:
                    await self.program(browser, load, fetches=name % 20 == 2)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                load.errors.append(repr(error))
        if name % 3 == 0:
            page.close()
        elif name % 3 == 1:
            middle = (f"{API}/upload", PART[:80], TYPE) if name % 2 else (f"{API}/run/predict", b"{", "")
            asked = await self.stream(*middle)
            for writer in (asked, page):
                writer.transport.abort()
        else:
            self.silent.append(asyncio.create_task(self.cut(page)))

    async def get(self, browser: httpx.AsyncClient, load: Load, path: str) -> None:
        """Open an address."""
        answer = await browser.get(self.server.url + path)
        if answer.status_code != 200:
            load.errors.append(f"{path}: {answer.status_code}")

    async def stream(self, path: str, body: bytes = b"", kind: str = "") -> asyncio.StreamWriter:
        """A connection of its own, on which a request was begun; it is not read."""
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self.server.url).port)
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        writer.write(f"{head}Content-Length: {2000 if body else 0}\r\n\r\n".encode() + body)
        await writer.drain()
        return writer

    async def digit(self, browser: httpx.AsyncClient, load: Load, session: str, digit: int) -> None:
        """Draw one."""
        answer = None
        for state in GROWN[digit]:
            answer = await self.draw(browser, load, state, session)
        load.drawings += 1
        load.finals.append(load.answers[-1])
        load.lost += answer != self.known.setdefault(digit, answer or "")

    async def picture(self, browser: httpx.AsyncClient, load: Load, session: str, name: int) -> None:
        """Upload a picture, be told how far that is, and have it read."""
        url, content = self.server.url + API, PICTURE + str(name).encode()  # no two alike
        headers = {"Content-Type": TYPE}
        sent = browser.post(f"{url}/upload?upload_id=upload{name}", content=PART % content, headers=headers)
        told = browser.get(f"{url}/upload_progress?upload_id=upload{name}")
        answers = await asyncio.gather(sent, told)
        file = {"path": answers[0].json()[0], "meta": {"_type": "gradio.FileData"}}
        body = {"data": [file], "fn_index": self.read, "session_hash": session}
        answer = await browser.post(f"{url}/run/predict", json=body)
        if 'data-digit="7"' not in answer.text.replace("\\", ""):
            load.errors.append(f"a picture of a 7: {answer.text[:200]}")

    async def queue(self, browser: httpx.AsyncClient, load: Load, session: str) -> None:
        """Ask for a test image, which is not there, in the queue."""
        url = self.server.url + API
        body = {"data": [], "fn_index": self.surprise, "session_hash": session}
        await browser.post(f"{url}/queue/join", json=body)
        answer = await browser.get(f"{url}/queue/data?session_hash={session}")
        if "process_completed" not in answer.text:
            load.errors.append(f"a test image: {answer.text[:200]}")

    async def program(self, browser: httpx.AsyncClient, load: Load, fetches: bool) -> None:
        """Call /predict."""
        url = f"{self.server.url}{API}/call/predict"
        body = {"data": [{"path": f"{self.server.url}/none.png", "meta": {"_type": "gradio.FileData"}}]}
        event = (await browser.post(url, json=body)).json()["event_id"]
        if fetches and "Only public addresses" not in (answer := await browser.get(f"{url}/{event}")).text:
            load.errors.append(f"/predict: {answer.text[:200]}")

    async def come(self, load: Load, names: range) -> None:
        """Visitors, some at once."""
        waiting = iter(names)

        async def some() -> None:
            for name in waiting:
                await self.visit(load, name)

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        await asyncio.gather(*self.silent)
        self.silent.clear()

    async def cut(self, page: asyncio.StreamWriter) -> None:
        """The line of who fell silent."""
        await asyncio.sleep(SILENT / self.faster)
        page.transport.abort()


def app(faster: int, sessions: int) -> str:
    """Python that serves the page, with clocks that run faster."""
    return (
        "from lenet.demo import LAUNCH, build_demo;"
        f"build_demo(delete_uploads={tuple(max(1, seconds // faster) for seconds in DELETE_UPLOADS)})"
        f".launch(**LAUNCH | {{'state_session_capacity': {sessions}}})"
    )


def hours(
    visitors: int = VISITORS, hours: int = HOURS, warm: int = WARM, faster: int = FASTER, sessions: int = SESSIONS
) -> Iterator[Load]:
    """The first hours, and the others, on a server of its own.

    Args:
        visitors: in all of them.
        hours: how many there are.
        warm: how many of them are the first.
        faster: how many times as fast as others the server's clocks run.
        sessions: of how many visitors the page keeps something.
    """
    with tempfile.TemporaryDirectory() as folder:
        log, uploads = Path(folder, "log.txt"), Path(folder, UPLOADS)
        # Without MNIST: the first who asked for a test image would wait for a download.
        env = {"GRADIO_TEMP_DIR": str(uploads), "MNIST_DIR": folder}
        env["GRADIO_HEARTBEAT_INTERVAL"] = str(HEARTBEAT / faster)
        server = run([sys.executable, "-c", app(faster, sessions)], log, env)
        try:
            day, each = Day(server, faster), visitors // hours
            for first, end in ((0, warm), (warm, hours)):
                load = Load(f"hours {first + 1} to {end} of {hours}: {(end - first) * each:,} visitors")
                for hour in range(first, end):
                    asyncio.run(day.come(load, range(hour * each, (hour + 1) * each)))
                    late = time.monotonic() + GONE
                    while day.kept() and time.monotonic() < late:
                        time.sleep(0.2)
                    day.measure(load)
                yield load
            if "Traceback" in (written := log.read_text()):
                yield Load("the server's log", errors=[written])
        finally:
            server.stop()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=VISITORS, help="in all hours; default: %(default)s")
    options = parser.parse_args(arguments)
    return told(hours(options.visitors))


if __name__ == "__main__":
    sys.exit(main())
