"""Measure how many updates per second the server answers, with one person drawing and with many.

    $ python -m benchmarks.server

Each client draws digits and sends its next update when the last one was answered, as the page does. The clients share
the server's cores; the server's own CPU time per update is measured apart.
"""

import asyncio
import time
from collections import Counter

from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import ROOT
from benchmarks.live import Crowd, Record

CLIENTS = (1, 10, 50, 200)
WARM = 4, 1  # clients and seconds before the measurement


async def load(crowd: Crowd, clients: int, seconds: float) -> Record:
    """Let `clients` people draw at once for `seconds`."""
    record, until = Record(), time.perf_counter() + seconds
    await asyncio.gather(
        *(crowd.draw_until(lambda: time.perf_counter() > until, record, person) for person in range(clients))
    )
    return record


def main() -> None:
    """Run the command."""
    options = harness.options("server", "Measure the server under load.", seconds=10)
    loads = []
    with harness.serving(ROOT / "app.py") as server:
        process, crowd = server.process.pid, Crowd(server.url)
        asyncio.run(load(crowd, *WARM))
        for clients in tqdm(CLIENTS, unit="load"):
            cpu, started = harness.cpu_seconds(process), time.perf_counter()
            record = asyncio.run(load(crowd, clients, options.seconds))
            seconds = time.perf_counter() - started
            loads.append(
                {
                    "clients": clients,
                    "updates_a_second": record.updates / seconds,
                    "failed": Counter(reason for _, reason in record.errors),
                    "answer": harness.percentiles(record.seconds),
                    "cpu_seconds_an_update": (harness.cpu_seconds(process) - cpu) / record.updates,
                }
            )
        memory = harness.megabytes(process)
    table.save("server", {"loads": loads, "megabytes": memory}, options.out)


if __name__ == "__main__":
    main()
