"""Time from the start of the process to the page and to its first answer, and its memory after that.

    $ python -m benchmarks.startup

Compared with the least that it could be, an empty Gradio page; they take turns.
"""

import os
import subprocess
import sys
import time
import urllib.request

from tqdm import tqdm

from benchmarks import harness, live
from benchmarks.harness import DIGITS, ROOT, servers, spread

EMPTY = "import gradio as gr\nwith gr.Blocks() as demo: pass\ndemo.launch()"
WAYS = {"app.py": [sys.executable, "app.py"], "an empty page": [sys.executable, "-c", EMPTY]}


def start(command: list[str], predict: bool) -> dict[str, float]:
    """Start a page: seconds until it answers, and until it has read a drawing; its memory then."""
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
        found = {"page": time.perf_counter() - started}
        if predict:
            body = live.update(live.event(server.url), DIGITS[7])
            urllib.request.urlopen(live.request(server.url, body), timeout=60).close()
            found["answer"] = time.perf_counter() - started
        found["megabytes"] = harness.megabytes(process.pid)
        return found
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
    given = harness.options("startup", "Measure the start.", rounds=5)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    for turn in tqdm(range(-1, given.rounds), unit="round"):
        for name, command in WAYS.items():
            run = start(command, name == "app.py")
            if turn >= 0:  # the first reads the files from a cold disk
                runs[name].append(run)
    figures = {name: {what: spread(run[what] for run in of) for what in of[0]} for name, of in runs.items()}
    empty = figures["an empty page"]["page"]["median"]
    ratios = {f"{what}_to_empty": figures["app.py"][what]["median"] / empty for what in ("page", "answer")}
    print(
        harness.table(
            ["start", "page, s", "first answer, s", "MB"],
            [
                (
                    name,
                    *(f"{of[what]['median']:.2f}" if what in of else "–" for what in ("page", "answer", "megabytes")),
                )
                for name, of in figures.items()
            ],
        )
    )
    print(
        f"An empty page takes {empty:.2f} s; ours is up after {ratios['page_to_empty']:.2f} × that, and has answered "
        f"after {ratios['answer_to_empty']:.2f} ×."
    )
    harness.write(given.out, "startup", {"ways": figures, "ratios": ratios})


if __name__ == "__main__":
    main()
