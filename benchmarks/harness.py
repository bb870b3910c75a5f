"""What the benchmarks share: the machine, servers, a browser, the spread of what was measured, and the file it goes to.

Each prints a table and writes `benchmarks/results/NAME.json`. What is compared takes turns within one run, as a machine
is never twice as fast as itself.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from lenet.files import write_json
from tests.helpers import chromium as installed
from tests.helpers import servers
from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"

__all__ = ["DIGITS", "RESULTS", "ROOT", "Pen", "servers"]

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # a second, in /proc


def options(name: str, description: str, **numbers: int) -> argparse.Namespace:
    """The command's options: its numbers, and where the figures go."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    for number, default in numbers.items():
        parser.add_argument(f"--{number}", type=int, default=default, metavar="N", help="default: %(default)s")
    return parser.parse_args()


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, the tenth and the ninetieth of a hundred, and of how many."""
    found = np.asarray(list(values), float)
    low, median, high = np.quantile(found, (0.1, 0.5, 0.9)).tolist()
    return {"median": median, "low": low, "high": high, "count": len(found)}


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """The median, and what five and one of a hundred exceed."""
    found = np.quantile(list(values), (0.5, 0.95, 0.99)).tolist()
    return dict(zip(("p50", "p95", "p99"), found, strict=True))


def write(folder: Path, name: str, figures: dict[str, Any], **versions: str) -> None:
    """Write the figures, and what they were measured on."""
    import gradio

    from lenet.evaluation.environment import machine

    found = machine()
    found["versions"] |= {"gradio": gradio.__version__, **versions}
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{name}.json", found | figures)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns for a person, the first to the left."""
    texts = [list(map(str, row)) for row in [head, *rows]]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if i else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in texts
    )


@contextmanager
def serving(script: str | Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[servers.Server]:
    """A page as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, script, *arguments]
        server = servers.run(command, Path(folder) / "log.txt", {"TF_CPP_MIN_LOG_LEVEL": "2", **(env or {})})
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the tests; WebGL, which Gradio's own pad draws with, runs in software."""
    path = installed.find()
    if path is None:
        sys.exit(f"No browser: set CHROMIUM to a Chromium's path, or install one of {', '.join(installed.NAMES)}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=installed.ARGS)
        yield browser
        browser.close()


def cpu_seconds(process: int) -> float:
    """What a process has computed so far, all its threads together; Linux tells it in /proc."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: int) -> float:
    """What a process has in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def milliseconds(figures: dict[str, float]) -> str:
    """A spread in seconds as text."""
    return f"{1000 * figures['median']:,.1f} ({1000 * figures['low']:,.1f} to {1000 * figures['high']:,.1f})"
