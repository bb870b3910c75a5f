"""Many people draw at once, beside clients that misbehave, and one page draws for hours.

$ python -m tools.load
$ python -m tools.load --updates 1000 --people 50 --seconds 5

Everyone draws at 10 updates a second, and like the page sends the next drawing when the answer to the last one is
there, the latest then. Each last answer has to be the one that a lone visitor gets for the drawing. The server shares
this machine's cores with all of them.
"""

import argparse
import asyncio
import json
import ssl
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np

from tests.helpers.digits import DIGITS
from tests.helpers.servers import Server, run
from tests.helpers.tries import function

RATE = 10  # updates a second that a hand makes
STROKE = 10  # updates of a drawing, each a tenth of it more
BESIDE = 20  # of each kind of client that misbehaves
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load the certificates for each client
WARM = 100  # updates after which the memory is first looked at
UPLOADS = "uploads"  # the folder beside the server's log
GROWTH = 20  # MB that it may have more after 10,000


@dataclass
class Load:
    """What came of one kind of load."""

    name: str
    updates: int = 0
    drawings: int = 0
    lost: int = 0  # drawings whose last answer is not the one for them
    errors: list[str] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)  # seconds from sending to the answer
    finals: list[float] = field(default_factory=list)  # seconds from the pen's last point to the answer to it
    samples: list[float] = field(default_factory=list)  # megabytes of memory that the server had
    files: int = 0  # that it has open
    kept: int = 0  # uploads, or folders of them

    @property
    def megabytes(self) -> float:
        """The most memory that the server had."""
        return max(self.samples, default=0)


def states(digit: int) -> list[str]:
    """A drawing as it grows: what the pad sends."""
    points = [(number, point) for number, stroke in enumerate(DIGITS[digit]) for point in stroke]
    grown = []
    for part in range(1, STROKE + 1):
        strokes: list[list[list[float]]] = [[] for _ in DIGITS[digit]]
        for number, point in points[: max(1, len(points) * part // STROKE)]:
            strokes[number].append([round(float(value), 1) for value in point])
        grown.append(json.dumps({"w": 280, "h": 280, "pen": 20, "strokes": [each for each in strokes if each]}))
    return grown


GROWN = {digit: states(digit) for digit in range(10)}


class Visitors:
    """Those who draw on a page that is served."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.live = function(server.url, "draw")
        self.known: dict[int, str] = {}  # the answer to each digit's last state

    async def draw(self, client: httpx.AsyncClient, load: Load, drawing: str, session: str) -> str | None:
        """One update; its answer, None if there is none."""
        body = {"data": [drawing, False], "fn_index": self.live, "session_hash": session}
        began = time.perf_counter()
        load.updates += 1
        try:
            answer = await client.post(f"{self.server.url}/gradio_api/run/predict", json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            load.errors.append(repr(error))
            return None
        load.answers.append(time.perf_counter() - began)
        return str(answer.json()["data"][0])

    async def person(self, load: Load, name: int, seconds: float) -> None:
        """Draws digit after digit."""
        async with connection() as client:
            await self._person(client, load, name, seconds)

    async def _person(self, client: httpx.AsyncClient, load: Load, name: int, seconds: float) -> None:
        await asyncio.sleep(name % 10 / 10 + name / 1000)  # people do not begin all at once
        end, digit = time.perf_counter() + seconds, name % 10
        while time.perf_counter() < end:
            began, sent, answer = time.perf_counter(), -1, None
            while sent < STROKE - 1:
                due = min(int((time.perf_counter() - began) * RATE), STROKE - 1)
                if due == sent:
                    await asyncio.sleep(began + (sent + 1) / RATE - time.perf_counter())
                    continue
                answer, sent = await self.draw(client, load, GROWN[digit][due], f"{load.name} {name}"), due
            load.finals.append(time.perf_counter() - began - (STROKE - 1) / RATE)
            load.drawings += 1
            load.lost += answer != self.known[digit]
            digit = (digit + 1) % 10

    async def alone(self, client: httpx.AsyncClient, load: Load, updates: int) -> None:
        """One page, one update after the other."""
        for number in range(updates):
            digit, part = number // STROKE % 10, number % STROKE
            answer = await self.draw(client, load, GROWN[digit][part], "alone")
            if part == STROKE - 1:
                load.drawings += 1
                load.lost += answer != self.known.setdefault(digit, answer or "")
                load.finals.append(load.answers[-1])

    async def together(self, load: Load, people: int, seconds: float, beside_them: int) -> None:
        """Many people, and beside them so many of each kind of those who misbehave."""
        port = urlsplit(self.server.url).port or 0
        beside = [asyncio.create_task(each(port)) for each in (slow, half_closed, silent) for _ in range(beside_them)]
        await asyncio.gather(*(self.person(load, name, seconds) for name in range(people)))
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    def measure(self, load: Load) -> Load:
        """Look at the server's memory and files, the most that it ever had; connections just closed go in a second."""
        process = Path(f"/proc/{self.server.process.pid}")
        time.sleep(1)
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        load.samples.append(int(status["VmRSS"].split()[0]) / 1024)
        load.files = max(load.files, len(list((process / "fd").iterdir())))
        load.kept = max(load.kept, self.kept())
        return load

    def kept(self) -> int:
        """How many uploads are there, whole or not, or folders of them; one folder is Gradio's own."""
        return sum(each.name != "vibe_edit_history" for each in (self.server.log.parent / UPLOADS).glob("*"))


def connection() -> httpx.AsyncClient:
    """A connection of one's own, as people have: a pool of 200 takes longer to search than the server to answer."""
    return httpx.AsyncClient(timeout=60, verify=NO_TLS, trust_env=False)


HEAD = b"POST /gradio_api/run/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


async def slow(port: int) -> None:
    """Sends a request a byte at a time."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError), _closing(writer):
        for byte in HEAD + b" " * 1000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.2)


async def half_closed(port: int) -> None:
    """Says that it sends no more in the middle of a request, and stays."""
    while True:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError), _closing(writer):
            writer.write(HEAD + b"{")
            writer.write_eof()
            await asyncio.sleep(1)


async def silent(port: int) -> None:
    """Asks for much and never reads."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    with suppress(ConnectionError), _closing(writer):
        writer.write(b"GET /config HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        await asyncio.sleep(600)


@contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.close()


def loads(updates: int, people: list[int], seconds: float) -> Iterator[Load]:
    """Every load on one server of its own, one after the other.

    Args:
        updates: of the page that draws for hours, without a pause.
        people: how many draw at once, each number for itself.
        seconds: how long.
    """
    with tempfile.TemporaryDirectory() as folder:
        server = run([sys.executable, "app.py"], Path(folder, "log.txt"), {"GRADIO_TEMP_DIR": f"{folder}/{UPLOADS}"})
        try:
            visitors = Visitors(server)

            async def page(load: Load, count: int) -> None:
                async with connection() as client:
                    await visitors.alone(client, load, count)

            for name, count in ((f"one page, {WARM} updates", WARM), (f"one page, {updates:,} updates", updates)):
                load = Load(name)
                asyncio.run(page(load, count))
                yield visitors.measure(load)
            for count in people:
                for each, others in ((0, ""), (BESIDE, f", beside {3 * BESIDE} clients that misbehave")):
                    load = Load(f"{count} people draw for {seconds:g} s{others}")
                    asyncio.run(visitors.together(load, count, seconds, each))
                    yield visitors.measure(load)
            if "Traceback" in (log := server.log.read_text()):
                yield Load("the server's log", errors=[log])
        finally:
            server.stop()


def row(load: Load) -> str:
    """The load's line in the table."""
    answer, last = (
        " / ".join(f"{1000 * value:.0f}" for value in np.percentile(seconds or [0], [50, 95]))
        for seconds in (load.answers, load.finals)
    )
    lost = f"{load.lost} of {load.drawings:,}"
    return (
        f"| {load.name} | {load.updates:,} | {len(load.errors)} | {lost} | {answer} | {last} "
        f"| {load.megabytes:.0f} | {load.files} | {load.kept} |"
    )


TABLE = (
    "| load | updates | errors | last strokes lost | answers, ms | last answers, ms | memory, MB | open files "
    "| uploads kept |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def faults(made: list[Load]) -> list[str]:
    """What went wrong."""
    first, second, *_ = made
    found = [f"{load.name}: {error[-2000:]}" for load in made for error in load.errors[:3]]
    found += [f"{load.name}: {load.lost} last strokes lost" for load in made if load.lost]
    if second.megabytes > first.megabytes + GROWTH:
        found.append(f"{second.megabytes - first.megabytes:.0f} MB more after {second.updates:,} updates")
    found += [f"{load.name}: {load.files} files are open" for load in made if load.files > first.files + 5]
    found += [f"{load.name}: {load.kept} uploads are kept" for load in made if load.kept]
    return found


def told(loads: Iterable[Load]) -> int:
    """Print each as it ends, and what went wrong; returns the command's exit code."""
    print(TABLE)
    made = []
    for load in loads:
        print(row(load), "MB:", *map(round, load.samples), flush=True)
        made.append(load)
    for fault in (wrong := faults(made)):
        print(fault, file=sys.stderr)
    return int(bool(wrong))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=10_000, help="of the lone page; default: %(default)s")
    parser.add_argument("--people", type=int, nargs="*", default=[50, 200], help="default: 50 200")
    parser.add_argument("--seconds", type=float, default=20, help="that they draw; default: %(default)s")
    options = parser.parse_args(arguments)
    return told(loads(options.updates, options.people, options.seconds))


if __name__ == "__main__":
    sys.exit(main())
