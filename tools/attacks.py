"""Attack a page while ten people draw on it, and measure how long they wait for their final answers.

    $ python -m tools.attacks
    $ python -m tools.attacks silence uploads --seconds 30
    $ python -m tools.attacks --nginx
    $ python -m tools.attacks --url http://127.0.0.1:7860

Each attack runs in a process of its own, against a page of its own that may open 1,024 files. Without --url the table
also has the largest memory of the page's processes and size of the uploads, and what is left of these after SIGKILL and
a new start. The exit code is 1 if a bound is exceeded.
"""

import argparse
import asyncio
import base64
import http.client
import io
import itertools
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
from PIL import Image

from benchmarks.harness import UPLOADS, megabytes, serving
from benchmarks.live import JSON, NO_TLS, STAGES
from deploy.trial import Replicas
from lenet.files import markdown_table
from lenet.image.strokes import MAX_POINTS
from tests.helpers.servers import Server, run
from tests.helpers.tries import PARTS, TRIES, multipart, send
from tools.load import Load, Visitors

# Bounds of SECURITY.md.
P95, LONGEST = 0.4, 1.5  # seconds from the last point of a drawing to its answer
MEMORY = 600  # MB
DISK = 1_000  # MB
PEOPLE = 10
CONNECTIONS = 8  # of attacks that send one request after the other
FILES = 1024
PAGE = f"import resource, runpy; resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES})); " + (
    "runpy.run_path('app.py', run_name='__main__')"
)

Attack = Callable[[str, float], Awaitable[None]]
ATTACKS: dict[str, tuple[str, Attack]] = {}


def attack(description: str) -> Callable[[Attack], Attack]:
    """Add a function to the attacks, which gets the page's URL and a number of seconds."""

    def add(function: Attack) -> Attack:
        ATTACKS[function.__name__] = description, function
        return function

    return add


async def hold(url: str, seconds: float, requests: Iterator[bytes], count: int) -> None:
    """Send `count` requests that do not end, keep the connections open, and send again what the page closes."""

    async def connection(end: float) -> None:
        while time.monotonic() < end:
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port, limit=1)
                try:
                    writer.write(next(requests))
                    await writer.drain()
                    async with asyncio.timeout(max(0.1, end - time.monotonic())):
                        await reader.read()  # the end of the connection
                except TimeoutError:
                    return
                finally:
                    writer.close()
            await asyncio.sleep(0.1)

    await asyncio.gather(*(connection(time.monotonic() + seconds) for _ in range(count)))


async def repeat(
    url: str, seconds: float, requests: Iterator[tuple[str, bytes, dict[str, str]]], connections: int = CONNECTIONS
) -> None:
    """Send requests one after the other on several connections."""

    async def connection(end: float) -> None:
        async with httpx.AsyncClient(timeout=30, verify=NO_TLS, trust_env=False) as client:
            while time.monotonic() < end:
                path, body, headers = next(requests)
                with suppress(httpx.HTTPError):
                    answer = await client.post(url + path, content=body, headers=headers)
                    if "/call/" in path and answer.status_code == 200:
                        await client.get(f"{url}{path}/{answer.json()['event_id']}")

    await asyncio.gather(*(connection(time.monotonic() + seconds) for _ in range(connections)))


def head(path: str, length: int, content_type: str = "application/json") -> bytes:
    """Return the head of a POST."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n".encode()
    )


@attack("nothing else")
async def none(url: str, seconds: float) -> None:
    await asyncio.sleep(seconds)


@attack("100 bodies that lack their last byte")
async def bodies(url: str, seconds: float) -> None:
    large = {"call/predict": 7_999_999, "run/draw": 999_999, "queue/join": 999_999, "nowhere": 7_999_999}
    requests = (head(f"/gradio_api/{path}", size + 1) + b" " * size for path, size in itertools.cycle(large.items()))
    await hold(url, seconds, requests, 100)


@attack("150 uploads that lack their last byte")
async def uploads(url: str, seconds: float) -> None:
    content = multipart("a.png", bytes(20_000_000))
    request = head("/gradio_api/upload", len(content), PARTS["Content-Type"]) + content[:-1]
    await hold(url, seconds, itertools.repeat(request), 150)


@attack("uploads without an end, of another name, of 1,000 files, of 12 bytes")
async def malformed_uploads(url: str, seconds: float) -> None:
    def requests() -> Iterator[tuple[str, bytes, dict[str, str]]]:
        part = b'--B\r\nContent-Disposition: form-data; name="files"; filename="%d"\r\n\r\n123456789012\r\n'
        for number in itertools.count():
            file = multipart(f"{number}.png", random.randbytes(1_000_000))
            yield "/gradio_api/upload?upload_id=x", file[:-9], PARTS
            yield "/gradio_api/upload", file.replace(b'"files"', b'"other"'), PARTS
            yield "/gradio_api/upload", b"".join(part % index for index in range(1000)) + b"--B--\r\n", PARTS
            for small in range(20):
                yield "/gradio_api/upload", multipart("a", f"{number} {small}".encode()), PARTS

    await repeat(url, seconds, requests())


@attack("uploads of 20 MB, one after the other")
async def large_uploads(url: str, seconds: float) -> None:
    requests = (("/gradio_api/upload", multipart("a", random.randbytes(20_000_000)), PARTS) for _ in itertools.count())
    await repeat(url, seconds, requests)


@attack("1,100 silent connections")
async def silence(url: str, seconds: float) -> None:
    await hold(url, seconds, itertools.cycle([b"", b"GET / HT", b""]), 1100)


@attack("400 clients that send a byte a second, or do not read")
async def slow(url: str, seconds: float) -> None:
    async def drip() -> None:
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port, limit=1)
                writer.write(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + b"GET / HTTP/1.1\r\nX: ")
                for _ in range(100):
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(1)
            await asyncio.sleep(0.1)

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(drip() for _ in range(400)))


def live(name: str, *data: object, **body: object) -> tuple[str, bytes, dict[str, str]]:
    """Return a request to an event of the page."""
    return f"/gradio_api/run/{name}", json.dumps({"data": data, "session_hash": "x", **body}).encode(), JSON


@attack("drawings of 10,000 random points, or far away")
async def points(url: str, seconds: float) -> None:
    points = np.random.default_rng(1).integers(0, 280, (MAX_POINTS, 2))
    near = json.dumps({"strokes": [points.tolist()]})
    far = json.dumps({"w": 10, "h": 10, "strokes": [((points[:9000] - 140) * 100).tolist()]})
    dots = json.dumps({"strokes": [[point] for point in points.tolist()]})
    await repeat(url, seconds, (live("draw", drawing, False) for drawing in itertools.cycle([near, far, dots])))


@attack("30 visitors with Inside open who draw all the time")
async def inside(url: str, seconds: float) -> None:
    def requests() -> Iterator[tuple[str, bytes, dict[str, str]]]:
        for number in itertools.count():
            drawing = STAGES[number // 2 % 10][-1]
            yield live("draw", drawing, True)
            yield live("explain_ink", drawing)

    await repeat(url, seconds, requests(), 30)


@attack("every malformed request of tries.py")
async def malformed(url: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    for attempt in itertools.cycle(TRIES):
        if time.monotonic() > end:
            return
        with suppress(OSError, http.client.HTTPException, ValueError):  # the answer of another attempt
            await asyncio.to_thread(send, url, attempt)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def repeated_scan(times: int) -> bytes:
    """Return a progressive JPEG whose first AC scan is repeated."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (256, 256), np.uint8)).resize((2000, 2000))
    first, second, *scans = encoded(noise, "JPEG", progressive=True, quality=1).split(b"\xff\xda")
    return b"\xff\xda".join([first, second, *scans[:1] * times, *scans[1:]])


def pictures(kind: str) -> list[bytes]:
    """Return small files that are expensive to decode."""
    if kind == "flat":
        flat = Image.new("L", (9999, 8000), 255)
        return [encoded(flat, "PNG", compress_level=9), encoded(flat, "JPEG", quality=1)]
    if kind == "scans":
        return [repeated_scan(3000)]
    flat = Image.new("L", (8900, 8900), 255)
    return [
        encoded(flat, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[1000]),
        encoded(Image.new("RGB", (9000, 8800)), "WEBP", lossless=True, quality=0, method=0),
        encoded(Image.new("CMYK", (9000, 8800)), "JPEG", quality=1),
        encoded(flat, "GIF"),
        encoded(Image.new("I;16", (9000, 8800)), "PNG"),
    ]


def picture_attack(kind: str, description: str) -> None:
    """Add an attack that sends pictures to /predict."""

    async def send_pictures(url: str, seconds: float) -> None:
        bodies = [
            json.dumps({"data": [{"url": f"data:image/png;base64,{base64.b64encode(picture).decode()}"}]}).encode()
            for picture in pictures(kind)
        ]
        await repeat(url, seconds, (("/gradio_api/call/predict", body, JSON) for body in itertools.cycle(bodies)))

    ATTACKS[f"{kind}_pictures"] = description, send_pictures


picture_attack("flat", "flat PNG and JPEG of 80 megapixels, 8 at once")
picture_attack("bombs", "JPEG 2000, WebP, CMYK, GIF and 16-bit PNG of 79 megapixels, 8 at once")
picture_attack("scans", "JPEG whose first AC scan is repeated 3,000 times, 8 at once")


def run_attack(name: str, url: str, seconds: float) -> None:
    """Run one attack; the main function of its process."""
    asyncio.run(ATTACKS[name][1](url, seconds))


@dataclass
class Result(Load):
    """Measurements of the page and its drawers during one attack.

    Attributes:
        disk: most MB of uploads.
        left: MB of uploads after SIGKILL and a new start.
        tracebacks: in the page's log.
    """

    disk: float = 0
    left: float = 0
    tracebacks: int = 0

    @property
    def waits(self) -> list[float]:
        """Seconds that people waited for their final answers: median, p95, longest."""
        return [float(value) for value in np.quantile(self.finals or [np.inf], (0.5, 0.95, 1))]

    def faults(self) -> list[str]:
        """Return the bounds that were exceeded."""
        _, p95, longest = self.waits
        bounds = {
            f"p95 {1000 * p95:.0f} ms": p95 <= P95,
            f"longest {1000 * longest:.0f} ms": longest <= LONGEST,
            f"memory {max(self.memory, default=0):.0f} MB": max(self.memory, default=0) <= MEMORY,
            f"disk {self.disk:.0f} MB": self.disk <= DISK,
            f"{self.left:.1f} MB left after a new start": self.left == 0,
            f"{self.tracebacks} tracebacks": self.tracebacks == 0,
            f"{self.lost} last strokes lost: {[reason for _, reason in self.errors[:2]]}": self.lost == 0,
        }
        return [f"{self.name}: {fault}" for fault, kept in bounds.items() if not kept]


class Watch(threading.Thread):
    """Measures the memory of a server's processes and the size of its uploads, twice a second."""

    def __init__(self, server: Server, folder: Path, result: Result) -> None:
        super().__init__(daemon=True)
        self.server, self.folder, self.result = server, folder, result
        self.done = threading.Event()

    def run(self) -> None:
        """Measure until `done` is set."""
        while not self.done.wait(0.5):
            memory = 0.0
            for process in [self.server.process.pid, *children(self.server.process.pid)]:
                with suppress(OSError, IndexError):
                    memory += megabytes(process)
            self.result.memory.append(memory)
            self.result.disk = max(self.result.disk, stored(self.folder))


def children(process: int) -> list[int]:
    """Return the processes that a process started (Linux)."""
    with suppress(OSError):
        tasks = Path(f"/proc/{process}/task").glob("*/children")
        found = [int(child) for task in tasks for child in task.read_text().split()]
        return found + [grandchild for child in found for grandchild in children(child)]
    return []


def stored(folder: Path) -> float:
    """Return the MB of the files in a folder."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.stat().st_size if path.is_file() else 0
    return size / 1e6


def suffer(name: str, url: str, people: int, seconds: float) -> Result:
    """Let people draw during an attack."""
    result = Result(name=name)
    visitors = Visitors(Server(url, None, Path()))  # type: ignore[arg-type]
    process = multiprocessing.get_context("spawn").Process(target=run_attack, args=(name, url, seconds + 3))
    process.start()
    time.sleep(3)  # until it has imported what it needs

    async def draw() -> None:
        await asyncio.gather(*(visitors.draw_for(result, person, seconds) for person in range(people)))

    try:
        asyncio.run(draw())
        process.join(5)
    finally:
        process.kill()
        process.join()
    return result


@contextmanager
def page(through_nginx: bool) -> Iterator[tuple[str, Server, Path]]:
    """Run a page; yield the URL to attack, the server, and the folder of its uploads."""
    if through_nginx:
        with Replicas(1) as replicas:
            yield replicas.url, replicas._servers[0], replicas.folder / "uploads"
    else:
        with serving("-c", PAGE) as server:
            yield server.url, server, server.log.parent / UPLOADS


def measure(name: str, people: int, seconds: float, through_nginx: bool = False) -> Result:
    """Attack a page of one's own, kill it, and start it again on the same folder."""
    with page(through_nginx) as (url, server, folder):
        watch = Watch(server, folder, Result())
        watch.start()
        try:
            result = suffer(name, url, people, seconds)
        finally:
            watch.done.set()
            watch.join()
        result.memory, result.disk = watch.result.memory, watch.result.disk
        with suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
        log = server.log.read_text(errors="replace")
        result.tracebacks = log.count("Traceback (most recent call last)")
        if result.tracebacks:
            print(log[-3000:], file=sys.stderr)
        again = run([sys.executable, "app.py"], server.log.with_name("again.txt"), {"GRADIO_TEMP_DIR": str(folder)})
        result.left = stored(folder)
        again.stop()
    return result


def table(results: list[Result]) -> str:
    """Return the table of the attacks."""
    header = ["beside ten people who draw", "drawings", "lost", "p50, ms", "p95, ms", "longest, ms"]
    header += ["memory, MB", "uploads, MB", "left, MB", "tracebacks"]
    rows = []
    for result in results:
        waits = [f"{1000 * seconds:.0f}" for seconds in result.waits]
        memory = f"{max(result.memory):.0f}" if result.memory else "–"
        rest = [memory, f"{result.disk:.0f}", f"{result.left:.0f}", result.tracebacks]
        rows.append([ATTACKS[result.name][0], result.drawings, result.lost, *waits, *rest])
    return markdown_table(header, rows, "l" + "r" * 9)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(ATTACKS)}; default: all")
    parser.add_argument("--seconds", type=float, default=20, help="of each attack; default: %(default)s")
    parser.add_argument("--people", type=int, default=PEOPLE, help="who draw; default: %(default)s")
    parser.add_argument("--nginx", action="store_true", help="with deploy/nginx.conf in front of the page")
    parser.add_argument("--url", help="of a page that runs; only the people's waits are measured")
    options = parser.parse_args()
    if unknown := set(options.names) - set(ATTACKS):
        parser.error(f"no such attack: {', '.join(sorted(unknown))}")
    results = []
    for name in options.names or list(ATTACKS):
        if options.url:
            results.append(suffer(name, options.url, options.people, options.seconds))
        else:
            results.append(measure(name, options.people, options.seconds, options.nginx))
        print(table(results[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(results))
    faults = [fault for result in results for fault in result.faults()]
    print(*faults, sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
