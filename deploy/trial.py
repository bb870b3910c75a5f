"""What replicas are worth on this machine: people who draw, before one, two and four of them, and one killed meanwhile.

    $ python -m deploy.trial
    | replicas | updates a second | p50 | p95 | wrong or failed |
    …

It writes trial.json, and its table into README.md.

Every client draws digits as the page does: each update carries the drawing so far, and the next is sent when the
answer is there. An answer counts when it is the one that a single replica gave to that drawing before. The clients run
on the same cores as the replicas.
"""

import argparse
import asyncio
import json
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tqdm import tqdm

from deploy.replicas import Replicas, StartError
from lenet.datasets.synthetic.digits import glyph
from lenet.evaluation.environment import cores, cpu
from lenet.files import replace_block

COUNTS = (1, 2, 4)
CLIENTS = 8  # more than there are replicas: none of them is ever idle
UPDATES = 8  # of each digit; a stroke takes half a second, and the page sends up to 20 a second
WARM = 1.0  # seconds that do not count

PHASES = {
    "before": "both",
    "without_it": "after one was killed",
    "while_it_starts": "while it starts again",
    "when_it_answers": "in the 5 s after it answers",
    "with_it_again": "after these",
}

HERE = Path(__file__).resolve().parent
FIGURES, README = HERE / "trial.json", HERE / "README.md"


@dataclass
class Load:
    """What clients were answered."""

    url: str
    function: int  # its number: what the page calls when a drawing changes
    drawings: list[str]
    expected: list[Any]
    times: list[tuple[float, float]] = field(default_factory=list)  # when an answer came; seconds that it took
    wrong: list[tuple[float, str]] = field(default_factory=list)  # when; why

    async def draw(self, client: int, until: asyncio.Event) -> None:
        """One person, who draws until the event."""
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=1)) as http:
            place = client * len(self.drawings) // CLIENTS
            while not until.is_set():
                place = (place + 1) % len(self.drawings)
                started = time.perf_counter()
                try:
                    answer = await update(http, self.url, self.function, self.drawings[place], f"client{client}")
                    if answer != self.expected[place]:
                        self.wrong.append((time.perf_counter(), f"another answer: {str(answer)[:200]}"))
                except (httpx.HTTPError, ValueError) as error:
                    self.wrong.append((time.perf_counter(), repr(error)[:200]))
                self.times.append((time.perf_counter(), time.perf_counter() - started))

    def figures(self, start: float, end: float) -> dict[str, Any]:
        """Of the answers that came between two times."""
        took = sorted(1000 * seconds for when, seconds in self.times if start <= when < end)
        slowest = statistics.quantiles(took, n=100, method="inclusive")
        return {
            "seconds": round(end - start, 2),
            "updates": len(took),
            "updates_a_second": round(len(took) / (end - start), 1),
            "p50_ms": round(slowest[49], 1),
            "p95_ms": round(slowest[94], 1),
            "p99_ms": round(slowest[98], 1),
            "longest_ms": round(took[-1], 1),
            "wrong_or_failed": [why for when, why in self.wrong if start <= when < end],
        }


async def update(http: httpx.AsyncClient, url: str, function: int, drawing: str, session: str) -> Any:
    """What the page sends when the drawing changes, and what it is answered."""
    body = {"data": [drawing, False], "event_data": None, "fn_index": function, "session_hash": session}
    answer = await http.post(f"{url}/gradio_api/run/predict", json=body)
    answer.raise_for_status()
    return answer.json()["data"]


def drawings() -> list[str]:
    """Digits while they are drawn: each of the ten in UPDATES parts, one longer than the other."""
    found = []
    for digit in range(10):
        strokes = glyph(digit, np.random.default_rng(digit))
        points = [(number, point) for number, stroke in enumerate(strokes) for point in stroke]
        for part in range(1, UPDATES + 1):
            until = points[: max(2, len(points) * part // UPDATES)]
            drawn = [[point for number, point in until if number == each] for each in range(len(strokes))]
            found.append(json.dumps({"w": 280, "h": 280, "pen": 20, "strokes": [each for each in drawn if each]}))
    return found


async def load(replicas: Replicas) -> Load:
    """Get ready: the answers of the first replica alone are what all have to answer."""
    alone = f"http://127.0.0.1:{replicas.ports[0]}"
    async with httpx.AsyncClient(timeout=60) as http:
        dependencies = (await http.get(f"{alone}/config")).json()["dependencies"]
        function = next(each["id"] for each in dependencies if each["api_name"] == "draw")
        sent = drawings()
        expected = [await update(http, alone, function, drawing, "expected") for drawing in sent]
    return Load(replicas.url, function, sent, expected)


async def steady(replicas: Replicas, seconds: float) -> dict[str, Any]:
    """Clients for so long."""
    made, end = await load(replicas), asyncio.Event()
    async with asyncio.TaskGroup() as clients:
        for client in range(CLIENTS):
            clients.create_task(made.draw(client, end))
        await asyncio.sleep(WARM)
        started, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        figures = made.figures(started, time.perf_counter())
        end.set()
    figures["cores_of_clients"] = round((time.process_time() - used) / seconds, 2)
    return figures


async def killed(replicas: Replicas, seconds: float) -> dict[str, Any]:
    """Clients, and under their eyes a replica is killed and started again."""
    made, end = await load(replicas), asyncio.Event()
    async with asyncio.TaskGroup() as clients:
        for client in range(CLIENTS):
            clients.create_task(made.draw(client, end))
        await asyncio.sleep(WARM)
        marks = [time.perf_counter()]
        await asyncio.sleep(seconds)
        marks.append(time.perf_counter())
        await asyncio.to_thread(replicas.kill, 1)
        await asyncio.sleep(seconds)
        marks.append(time.perf_counter())
        replicas.start(1)
        await asyncio.to_thread(replicas.wait, 1)
        marks.append(time.perf_counter())
        await asyncio.sleep(5)  # so long nginx does not ask it after it was refused
        marks.append(time.perf_counter())
        await asyncio.sleep(seconds)
        marks.append(time.perf_counter())
        end.set()
    phases = {name: made.figures(*marks[i : i + 2]) for i, name in enumerate(PHASES)}
    # Lines of nginx's log that name two statuses are of requests that it made twice.
    again = [line for line in replicas.log("access").splitlines() if "run/predict" in line and ", " in line]
    return phases | {"made_twice": len(again)}


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    versions = {name: version(name) for name in ("gradio", "keras", "uvicorn", "httpx")}
    return {"cpu": cpu(), "cores": cores(), "python": platform.python_version(), **versions}


def table(result: dict[str, Any]) -> str:
    """The figures for people."""
    machine = result["machine"]
    rows = {f"{count}": figures for count, figures in result["replicas"].items()}
    rows |= {f"2, {said}": result["killed"][name] for name, said in PHASES.items()}
    lines = [
        "| replicas | updates a second | p50 | p95 | longest | wrong or failed |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {each['updates_a_second']:.0f} | {each['p50_ms']:.0f} ms | {each['p95_ms']:.0f} ms "
        f"| {each['longest_ms']:.0f} ms | {len(each['wrong_or_failed'])} of {each['updates']:,} |"
        for name, each in rows.items()
    ]
    return "\n".join(lines) + (
        f"\n\n{result['clients']} clients without a pause, on the same {machine['cores']} cores ({machine['cpu']}) as "
        f"nginx and the replicas; one thread for the network a replica. "
        f"{result['killed']['made_twice']} requests were made a second time by nginx."
    )


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.trial", description="Measure replicas behind nginx.")
    parser.add_argument("--seconds", type=float, default=10, help="of each part; default: %(default)s")
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {"machine": machine(), "clients": CLIENTS, "replicas": {}}
    try:
        for count in tqdm(COUNTS, "replicas", disable=None):
            with Replicas(count) as replicas:
                result["replicas"][str(count)] = asyncio.run(steady(replicas, options.seconds))
                if count == 2:
                    result["killed"] = asyncio.run(killed(replicas, options.seconds))
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(result))
    FIGURES.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    README.write_text(
        replace_block(README.read_text("utf-8"), "trial", "python -m deploy.trial", table(result)), "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
