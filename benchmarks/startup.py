"""Measure the time from the start of the process to the page and to its first answer, and the memory after that.

    $ python -m benchmarks.startup

The page is interleaved with an empty Gradio page, the lower bound.
"""

import os
import subprocess
import sys
import time
import urllib.request

from tqdm import tqdm

from benchmarks import harness
from benchmarks.harness import ROOT, spread
from benchmarks.live import STAGES, live_event, read
from lenet.files import markdown_table
from tests.helpers import servers

EMPTY = "import gradio as gr\nwith gr.Blocks() as demo: pass\ndemo.launch()"
WAYS = {"app.py": [sys.executable, "app.py"], "an empty page": [sys.executable, "-c", EMPTY]}
FIGURES = ("page", "answer", "megabytes")


def start(command: list[str], predict: bool) -> dict[str, float]:
    """Start a page.

    Args:
        command: that starts it.
        predict: also read a drawing on it.

    Returns:
        Seconds until the `page` answers and until its first `answer`, and its `megabytes` of memory then.
    """
    port = servers.free_port()
    env = {**os.environ, "GRADIO_SERVER_PORT": port, "GRADIO_ANALYTICS_ENABLED": "False"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server = servers.Server(f"http://127.0.0.1:{port}", process, ROOT)
    try:
        while not _answers(server.url):
            time.sleep(0.01)
        figures = {"page": time.perf_counter() - started}
        if predict:
            read(server.url, live_event(server.url), STAGES[7][-1])
            figures["answer"] = time.perf_counter() - started
        return figures | {"megabytes": harness.megabytes(process.pid)}
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=30).close()
    except OSError:
        return False
    return True


def main() -> None:
    """Run the command."""
    options = harness.options("startup", "Measure the start.", rounds=5)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    for number in tqdm(range(-1, options.rounds), unit="round"):
        for name, command in WAYS.items():
            run = start(command, name == "app.py")
            if number >= 0:  # the first reads the files from a cold disk
                runs[name].append(run)
    figures = {name: {figure: spread(run[figure] for run in of) for figure in of[0]} for name, of in runs.items()}
    empty = figures["an empty page"]["page"]["median"]
    ratios = {f"{figure}_to_empty": figures["app.py"][figure]["median"] / empty for figure in ("page", "answer")}
    rows = [
        (name, *(f"{of[figure]['median']:.2f}" if figure in of else "–" for figure in FIGURES))
        for name, of in figures.items()
    ]
    print(markdown_table(["start", "page, s", "first answer, s", "MB"], rows, "lrrr"))
    print(
        f"An empty page takes {empty:.2f} s; ours is up after {ratios['page_to_empty']:.2f} × that and answers after "
        f"{ratios['answer_to_empty']:.2f} ×."
    )
    harness.write(options.out, "startup", {"ways": figures, "ratios": ratios})


if __name__ == "__main__":
    main()
