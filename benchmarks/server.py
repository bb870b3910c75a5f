"""How many updates a second the server answers, with one person drawing and with many.

    $ python -m benchmarks.server

Each client draws digits, point after point, and sends its next update when the last one was answered, as the page does.
The clients compute on the same cores as the server; what the server itself computes for an update is beside it.
"""

import asyncio
import itertools
import time
from collections import Counter

import httpx
from tqdm import tqdm

from benchmarks import harness, live
from benchmarks.harness import DIGITS, ROOT

CLIENTS = (1, 10, 50, 200)
JSON = {"Content-Type": "application/json"}


def updates(event: dict[str, int], session: str) -> list[bytes]:
    """What one client sends, again and again: a digit as it grows, every fourth point."""
    bodies = []
    for strokes in DIGITS.values():
        for i, stroke in enumerate(strokes):
            for end in range(1, len(stroke) + 1, 4):
                bodies.append(live.update(event, [*strokes[:i], stroke[:end]], session))
    return bodies


async def drawing(url: str, bodies: list[bytes], until: float, took: list[float], failed: Counter[str]) -> None:
    """One client, with a connection of its own."""
    async with httpx.AsyncClient(base_url=url, timeout=60, verify=False) as client:
        for body in itertools.cycle(bodies):
            started = time.perf_counter()
            if started > until:
                return
            try:
                answer = await client.post("/gradio_api/run/predict", content=body, headers=JSON)
                if answer.status_code != 200 or "data-verdict" not in answer.text:
                    failed[f"{answer.status_code} {answer.text[:80]}"] += 1
            except httpx.HTTPError as error:
                failed[repr(error)] += 1
            took.append(time.perf_counter() - started)


async def load(url: str, clients: int, seconds: float) -> tuple[list[float], Counter[str]]:
    """So many clients for so long: what each update took, and why those failed that did."""
    event = live.event(url)
    took: list[float] = []
    failed: Counter[str] = Counter()
    bodies = [updates(event, f"client{i}") for i in range(clients)]
    until = time.perf_counter() + seconds
    await asyncio.gather(*(drawing(url, each, until, took, failed) for each in bodies))
    return took, failed


def main() -> None:
    """The command."""
    given = harness.options("server", "Measure the server under load.", seconds=10)
    found = []
    with harness.serving(ROOT / "app.py") as server:
        asyncio.run(load(server.url, 4, 1))  # warm
        for clients in tqdm(CLIENTS, unit="load"):
            computed, started = harness.cpu_seconds(server.process.pid), time.perf_counter()
            took, failed = asyncio.run(load(server.url, clients, given.seconds))
            seconds = time.perf_counter() - started
            found.append(
                {
                    "clients": clients,
                    "updates_a_second": len(took) / seconds,
                    "failed": failed,
                    "answer": harness.percentiles(took),
                    "cpu_seconds_an_update": (harness.cpu_seconds(server.process.pid) - computed) / len(took),
                }
            )
        memory = harness.megabytes(server.process.pid)
    print(
        harness.table(
            ["clients", "updates/s", "p50, ms", "p95, ms", "p99, ms", "failed", "server's CPU, ms an update"],
            [
                (
                    each["clients"],
                    f"{each['updates_a_second']:.0f}",
                    *(f"{1000 * each['answer'][name]:.0f}" for name in ("p50", "p95", "p99")),
                    sum(each["failed"].values()),
                    f"{1000 * each['cpu_seconds_an_update']:.1f}",
                )
                for each in found
            ],
        )
    )
    harness.write(given.out, "server", {"loads": found, "megabytes": memory})


if __name__ == "__main__":
    main()
