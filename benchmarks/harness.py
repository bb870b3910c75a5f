"""Shared parts of the benchmarks: servers, a browser, and statistics.

Each benchmark writes `benchmarks/results/NAME.json` and prints its rows of the table in docs/speed.md. Alternatives are
interleaved within one run, because a machine's speed varies between runs.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenet.command import Parser, add_number
from tests.helpers import chromium as installed
from tests.helpers import servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
UPLOADS = "uploads"
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # per second, in /proc


def options(name: str, description: str, **numbers: int) -> argparse.Namespace:
    """Parse the command's options: its numbers, and the folder for the figures."""
    parser = Parser(f"python -m benchmarks.{name}", description)
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    for number, default in numbers.items():
        add_number(parser, f"--{number}", 1, 1_000_000, "how many", default)
    return parser.parse_args()


def spread(values: Iterable[float]) -> dict[str, float]:
    """Return the median, the 10th and 90th percentiles, and the number of values."""
    array = np.fromiter(values, float)
    low, median, high = np.quantile(array, (0.1, 0.5, 0.9)).tolist()
    return {"median": median, "low": low, "high": high, "count": len(array)}


def spreads(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the spread of each figure over runs."""
    return {figure: spread(run[figure] for run in runs) for figure in runs[0]}


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """Return the 50th, 95th and 99th percentiles."""
    p50, p95, p99 = np.quantile(list(values), (0.5, 0.95, 0.99)).tolist()
    return {"p50": p50, "p95": p95, "p99": p99}


@contextmanager
def serving(*command: str | Path, env: dict[str, str] | None = None) -> Iterator[servers.Server]:
    """Run a page in a process of its own: Python with `command`. Its UPLOADS folder is beside its log."""
    with tempfile.TemporaryDirectory() as folder:
        # Without MNIST: the first visitor who asked for a test image would wait for a download.
        settings = {"GRADIO_TEMP_DIR": f"{folder}/{UPLOADS}", "MNIST_DIR": folder, "TF_CPP_MIN_LOG_LEVEL": "2"}
        server = servers.run([sys.executable, *command], Path(folder) / "log.txt", settings | (env or {}))
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Run the tests' browser; WebGL, which Gradio's own pad draws with, runs in software."""
    from playwright.sync_api import sync_playwright

    path = installed.find()
    if path is None:
        sys.exit(f"No browser: set CHROMIUM to the path of a Chromium, or install one of {', '.join(installed.NAMES)}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=installed.ARGS)
        yield browser
        browser.close()


def cpu_seconds(process: int) -> float:
    """Return the CPU time of a process so far, over all threads (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: int) -> float:
    """Return the resident memory of a process (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
