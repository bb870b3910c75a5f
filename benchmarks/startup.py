"""Measure the time from the start of the process to the page and to its first answer, and the memory after that.

    $ python -m benchmarks.startup

The page is interleaved with an empty Gradio page, the lower bound.
"""

import time

from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import spreads
from benchmarks.live import STAGES, live_event, read

EMPTY = "import gradio as gr\nwith gr.Blocks() as demo: pass\ndemo.launch()"
WAYS = {"app.py": ["app.py"], "an empty page": ["-c", EMPTY]}


def start(command: list[str], predict: bool) -> dict[str, float]:
    """Start a page.

    Args:
        command: Python's arguments.
        predict: also read a drawing on it.

    Returns:
        Seconds until the `page` answers and until its first `answer`, and its `megabytes` of memory then.
    """
    started = time.perf_counter()
    with harness.serving(*command) as server:
        figures = {"page": time.perf_counter() - started}
        if predict:
            read(server.url, live_event(server.url), STAGES[7][-1])
            figures["answer"] = time.perf_counter() - started
        return figures | {"megabytes": harness.megabytes(server.process.pid)}


def main() -> None:
    """Run the command."""
    options = harness.options("startup", "Measure the start.", rounds=5)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    for number in tqdm(range(-1, options.rounds), unit="round"):
        for name, command in WAYS.items():
            run = start(command, name == "app.py")
            if number >= 0:  # the first reads the files from a cold disk
                runs[name].append(run)
    figures = {name: spreads(runs[name]) for name in WAYS}
    empty = figures["an empty page"]["page"]["median"]
    ratios = {f"{figure}_to_empty": figures["app.py"][figure]["median"] / empty for figure in ("page", "answer")}
    table.save("startup", {"ways": figures, "ratios": ratios}, options.out)


if __name__ == "__main__":
    main()
