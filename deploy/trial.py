"""Measure replicas behind nginx on this machine: one, two and four, and one of two killed while people draw.

    $ python -m deploy.trial
    | replicas | updates per second | p50 | p95 | longest | wrong or failed |
    …

It writes trial.json, and its table into README.md. nginx runs with deploy/nginx.conf and other addresses.

Every client draws digits and sends the next update when the last one was answered, as the page does. An answer is right
if it is the one that a single replica gave to that drawing. The clients share the cores with the replicas.
"""

import asyncio
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.live import Crowd, Record
from lenet.command import Parser, add_number, command
from lenet.evaluation.environment import cores, cpu
from lenet.files import markdown_table, replace_block, write_json
from tests.helpers.servers import Server, free_port

COUNTS = (1, 2, 4)
CLIENTS = 8  # more than replicas: none of them is ever idle
WARM = 1.0  # seconds that are not measured
FAIL_TIMEOUT = 5  # seconds for which nginx avoids a replica that refused a connection

PHASES = {
    "before": "both",
    "without_it": "after one was killed",
    "while_it_starts": "while it restarts",
    "when_it_answers": "in the 5 s after it answers",
    "with_it_again": "after these",
}

HERE = Path(__file__).resolve().parent
FIGURES, README = HERE / "trial.json", HERE / "README.md"
COMMAND = "python -m deploy.trial"

# In place of Debian's nginx.conf: all paths are below one folder, which need not belong to root.
MAIN = """
daemon off;
{user}
pid nginx.pid;
events {{ worker_connections 1024; }}
http {{
    log_format tried '$request_method $uri $status $upstream_status $upstream_addr $request_time';
    access_log access.log tried;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path other;
    uwsgi_temp_path other;
    scgi_temp_path other;
    include lenet.conf;
}}
"""


def nginx() -> str | None:
    """Return the path of nginx; Debian's is not in every user's PATH."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


class Replicas:
    """Context manager that runs replicas of the page, and nginx in front of them, on loopback.

    Args:
        count: number of replicas.

    Attributes:
        url: of nginx.
        urls: of the replicas.
        folder: of their logs, uploads and configuration.
    """

    def __init__(self, count: int) -> None:
        self.urls = [f"http://127.0.0.1:{free_port()}" for _ in range(count)]
        self.url = f"http://127.0.0.1:{free_port()}"
        self._servers: dict[int, Server] = {}
        self._running = ExitStack()

    def __enter__(self) -> "Replicas":
        with self._running as failed:
            self.folder = Path(failed.enter_context(tempfile.TemporaryDirectory(prefix="lenet-replicas-")))
            for number in range(len(self.urls)):
                self.start(number)
            for number in range(len(self.urls)):
                self.wait(number)
            self._start_nginx()
            self._running = failed.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def start(self, number: int) -> None:
        """Start a replica; it opens its port when it can answer."""
        env = {
            **os.environ,
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_SERVER_PORT": self.urls[number].rpartition(":")[2],
            "GRADIO_TEMP_DIR": str(self.folder / "uploads"),
        }
        self._servers[number] = self._run(self.urls[number], f"replica{number}", [sys.executable, "app.py"], env)

    def wait(self, number: int) -> None:
        """Return when a replica answers."""
        self._servers[number].wait_until_up()

    def kill(self, number: int) -> None:
        """End a replica as a crash would."""
        process = self._servers[number].process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def access_log(self) -> list[str]:
        """Return the lines of nginx's access log: method, path, status, and the replicas that were asked."""
        return (self.folder / "access.log").read_text("utf-8").splitlines()

    def _start_nginx(self) -> None:
        program = nginx()
        if program is None:
            raise FileNotFoundError("There is no nginx; on Debian, install it with `apt install nginx`.")
        configuration = (HERE / "nginx.conf").read_text("utf-8")
        listen = f"listen {self.url.removeprefix('http://')};"
        (self.folder / "lenet.conf").write_text(configuration.replace("listen 80;", listen), "utf-8")
        *_, server = (HERE / "lenet-replicas.conf").read_text("utf-8").splitlines()
        servers = [server.replace("127.0.0.1:7862", url.removeprefix("http://")) for url in self.urls]
        (self.folder / "lenet-replicas.conf").write_text("\n".join([*servers, ""]), "utf-8")
        user = "user root;" if os.geteuid() == 0 else ""  # as nobody, nginx could not write here
        (self.folder / "nginx.conf").write_text(MAIN.format(user=user), "utf-8")
        command = [program, "-p", str(self.folder), "-c", "nginx.conf", "-e", "nginx.log"]
        self._run(self.url, "nginx", command).wait_until_up()

    def _run(self, url: str, name: str, command: list[str], env: dict[str, str] | None = None) -> Server:
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, cwd=HERE.parent, env=env, stdout=output, stderr=output, start_new_session=True
            )
        server = Server(url, process, log)
        self._running.callback(server.stop)
        return server


def crowd(replicas: Replicas) -> Crowd:
    """Return people who draw through nginx; the first replica gives the right answers."""
    return Crowd(replicas.url, reference=replicas.urls[0])


@asynccontextmanager
async def drawing(crowd: Crowd) -> AsyncIterator[Record]:
    """Let CLIENTS people draw without a pause while the block runs."""
    record, end = Record(), asyncio.Event()
    async with asyncio.TaskGroup() as people:
        for person in range(CLIENTS):
            people.create_task(crowd.draw_until(end.is_set, record, person))
        try:
            yield record
        finally:
            end.set()


def figures(record: Record, start: float, end: float) -> dict[str, Any]:
    """Return the figures of the answers between two times."""
    milliseconds = [1000 * seconds for when, seconds in record.answers if start <= when < end]
    errors = [reason for when, reason in record.errors if start <= when < end]
    p50, p95, p99, longest = np.quantile(milliseconds, (0.5, 0.95, 0.99, 1)).round(1).tolist()
    updates = len(milliseconds) + len(errors)
    return {
        "seconds": round(end - start, 2),
        "updates": updates,
        "updates_a_second": round(updates / (end - start), 1),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "longest_ms": longest,
        "wrong_or_failed": errors,
    }


async def measure(replicas: Replicas, seconds: float) -> dict[str, Any]:
    """Measure undisturbed replicas."""
    async with drawing(crowd(replicas)) as record:
        await asyncio.sleep(WARM)
        start, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        end = time.perf_counter()
        return figures(record, start, end) | {"cores_of_clients": round((time.process_time() - used) / seconds, 2)}


async def measure_kill(replicas: Replicas, seconds: float) -> dict[str, Any]:
    """Kill a replica and start it again while people draw; measure each of the PHASES."""
    async with drawing(crowd(replicas)) as record:
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
        await asyncio.sleep(FAIL_TIMEOUT)
        marks.append(time.perf_counter())
        await asyncio.sleep(seconds)
        marks.append(time.perf_counter())
    phases = {name: figures(record, *marks[i : i + 2]) for i, name in enumerate(PHASES)}
    # A line with two statuses is of a request that nginx sent to two replicas.
    retried = [line for line in replicas.access_log() if "run/predict" in line and ", " in line]
    return phases | {"made_twice": len(retried)}


def machine() -> dict[str, Any]:
    """Return the hardware and the versions that the figures depend on."""
    versions = {name: version(name) for name in ("gradio", "keras", "uvicorn", "httpx")}
    return {"cpu": cpu(), "cores": cores(), "python": platform.python_version(), **versions}


def table(result: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    machine, killed = result["machine"], result["killed"]
    parts = dict(result["replicas"]) | {f"2, {phase}": killed[name] for name, phase in PHASES.items()}
    rows = [
        (
            name,
            f"{part['updates_a_second']:.0f}",
            *(f"{part[key]:.0f} ms" for key in ("p50_ms", "p95_ms", "longest_ms")),
            f"{len(part['wrong_or_failed'])} of {part['updates']:,}",
        )
        for name, part in parts.items()
    ]
    header = ["replicas", "updates per second", "p50", "p95", "longest", "wrong or failed"]
    return (
        f"{markdown_table(header, rows, 'lrrrrr')}\n\n"
        f"{result['clients']} clients without a pause, on the same {machine['cores']} cores ({machine['cpu']}) as "
        "nginx and the replicas; each replica runs the network on one thread. "
        f"nginx sent {killed['made_twice']} requests a second time."
    )


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = Parser(COMMAND, __doc__)
    add_number(parser, "--seconds", 0.1, 3_600, "of each part", 10)
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {"machine": machine(), "clients": CLIENTS, "replicas": {}}
    for count in tqdm(COUNTS, "replicas", disable=None):
        with Replicas(count) as replicas:
            result["replicas"][str(count)] = asyncio.run(measure(replicas, options.seconds))
            if count == 2:
                result["killed"] = asyncio.run(measure_kill(replicas, options.seconds))
    print(table(result))
    write_json(FIGURES, result)
    README.write_text(replace_block(README.read_text("utf-8"), "trial", COMMAND, table(result)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
