"""Put the page under load: many people draw at once, also beside clients that misbehave, and one page draws for hours.

$ python -m tools.load
$ python -m tools.load --updates 1000 --people 50 --seconds 5

People draw at 10 updates per second; like the page, a client sends the latest state of the drawing when it has the last
answer. The last answer of each drawing must equal the one that a lone client got. The server shares this machine's
cores with the clients.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from benchmarks.harness import UPLOADS, megabytes, serving
from benchmarks.live import UPDATES, Crowd, Record, connect
from lenet.command import Parser, add_number, command
from lenet.demo.server.blocks import FOLDER
from lenet.files import markdown_table
from tests.helpers.servers import Server

RATE = 10  # updates per second of a person's hand
MISBEHAVING = 20  # clients of each kind
WARM = 100  # updates before memory is first measured
GROWTH = 20  # MB of memory that 10,000 updates may add
OPEN_FILES = 5  # that a load may add
HEADER = (
    "load",
    "updates",
    "errors",
    "last strokes lost",
    "answers, ms",
    "last answers, ms",
    "memory, MB",
    "open files",
    "uploads kept",
)


@dataclass
class Load(Record):
    """One load, and what the server held after it.

    Attributes:
        name: the row of the table.
        memory: MB, each time that it was measured.
        files: most open files.
        kept: most uploads, or folders of them, that were not deleted.
    """

    name: str = ""
    memory: list[float] = field(default_factory=list)
    files: int = 0
    kept: int = 0


class Visitors(Crowd):
    """People who draw on a page, and the server's resources.

    Args:
        server: of the page.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(server.url)
        self.server = server

    async def draw_for(self, load: Load, person: int, seconds: float) -> None:
        """Let one person draw digit after digit."""
        async with connect() as client:
            await asyncio.sleep(person % 10 / 10 + person / 1000)  # people do not all begin at once
            end, digit = time.perf_counter() + seconds, person % 10
            while time.perf_counter() < end:
                await self.draw(client, load, digit, f"{load.name} {person}", RATE)
                digit = (digit + 1) % 10

    async def draw_alone(self, load: Load, updates: int) -> None:
        """Let one page draw without a pause."""
        async with connect() as client:
            for drawing in range(updates // UPDATES):
                await self.draw(client, load, drawing % 10, "alone")

    async def draw_together(self, load: Load, people: int, seconds: float, misbehaving: int) -> None:
        """Let people draw at once, beside `misbehaving` clients of each kind."""
        port = urlsplit(self.url).port or 0
        clients = [asyncio.create_task(kind(port)) for kind in (slow, half_closed, silent) for _ in range(misbehaving)]
        await asyncio.gather(*(self.draw_for(load, person, seconds) for person in range(people)))
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    def measure(self, load: Load) -> Load:
        """Measure the server's memory, open files and uploads, one second after the last connection closed."""
        time.sleep(1)
        process = self.server.process.pid
        load.memory.append(megabytes(process))
        load.files = max(load.files, len(list(Path(f"/proc/{process}/fd").iterdir())))
        load.kept = max(load.kept, self.kept())
        return load

    def kept(self) -> int:
        """Return the number of uploads, whole or not."""
        return sum(path.is_file() for path in (self.server.log.parent / UPLOADS / FOLDER).rglob("*"))


HEAD = b"POST /gradio_api/run/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


async def slow(port: int) -> None:
    """Send a request one byte at a time."""
    async with _connection(port) as writer:
        for byte in HEAD + b" " * 1000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.2)


async def half_closed(port: int) -> None:
    """Close the sending side in the middle of a request and stay connected, again and again."""
    while True:
        async with _connection(port) as writer:
            writer.write(HEAD + b"{")
            writer.write_eof()
            await asyncio.sleep(1)


async def silent(port: int) -> None:
    """Send 50 requests and never read the answers."""
    async with _connection(port) as writer:
        writer.write(b"GET /config HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        await asyncio.sleep(600)


@asynccontextmanager
async def _connection(port: int) -> AsyncIterator[asyncio.StreamWriter]:
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    try:
        with suppress(ConnectionError):
            yield writer
    finally:
        writer.close()


def loads(updates: int, people: list[int], seconds: float) -> Iterator[Load]:
    """Put every load on one server, one after the other.

    Args:
        updates: number that one page sends without a pause.
        people: numbers of people who draw at once, a load each.
        seconds: that they draw.
    """
    with serving("app.py") as server:
        visitors = Visitors(server)
        for count in (WARM, updates):
            load = Load(name=f"one page, {count:,} updates")
            asyncio.run(visitors.draw_alone(load, count))
            yield visitors.measure(load)
        for count in people:
            for misbehaving in (0, MISBEHAVING):
                beside = f", beside {3 * misbehaving} clients that misbehave" if misbehaving else ""
                load = Load(name=f"{count} people draw for {seconds:g} s{beside}")
                asyncio.run(visitors.draw_together(load, count, seconds, misbehaving))
                yield visitors.measure(load)
        yield from tracebacks(server)


def tracebacks(server: Server) -> Iterator[Load]:
    """Yield a load with the server's log as its error, if there is a traceback in it."""
    if "Traceback" in (log := server.log.read_text()):
        load = Load(name="the server's log")
        load.error(log[-2000:])
        yield load


def row(load: Load) -> list[object]:
    """Return the load's row of the table."""
    milliseconds = (
        " / ".join(f"{1000 * value:.0f}" for value in np.percentile(seconds or [0], [50, 95]))
        for seconds in (load.seconds, load.finals)
    )
    lost = f"{load.lost} of {load.drawings:,}"
    memory = f"{max(load.memory, default=0):.0f}"
    return [load.name, f"{load.updates:,}", len(load.errors), lost, *milliseconds, memory, load.files, load.kept]


def table(loads: Iterable[Load]) -> str:
    """Return the table: medians and 95th percentiles of answers, the most memory, open files and uploads."""
    return markdown_table(HEADER, map(row, loads), "l" + "r" * (len(HEADER) - 1))


def faults(loads: list[Load]) -> list[str]:
    """Return what went wrong. The first load is the baseline of memory and open files, the second the long one."""
    first, second, *_ = loads
    faults = [f"{load.name}: {reason}" for load in loads for _, reason in load.errors[:3]]
    faults += [f"{load.name}: {load.lost} last strokes lost" for load in loads if load.lost]
    grown = max(second.memory) - max(first.memory)
    if grown > GROWTH:
        faults.append(f"{grown:.0f} MB more after {second.updates:,} updates")
    faults += [f"{load.name}: {load.files} open files" for load in loads if load.files > first.files + OPEN_FILES]
    faults += [f"{load.name}: {load.kept} uploads are kept" for load in loads if load.kept]
    return faults


def report(loads: Iterable[Load]) -> int:
    """Print each load as it ends, then the table and the faults; return the command's exit code."""
    finished = []
    for load in loads:
        print(f"{load.name}: {load.updates:,} updates, MB:", *map(round, load.memory), flush=True)
        finished.append(load)
    print(table(finished))
    problems = faults(finished)
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser("python -m tools.load", __doc__)
    add_number(parser, "--updates", 1, 1_000_000, "of the lone page", 10_000)
    add_number(parser, "--people", 1, 1_000, "at once", [50, 200], nargs="*")
    add_number(parser, "--seconds", 0.1, 3_600, "that they draw", 20)
    options = parser.parse_args(arguments)
    return report(loads(options.updates, options.people, options.seconds))


if __name__ == "__main__":
    sys.exit(main())
