"""How soon the page is up and answers, from the start of its process, and how much memory it takes.

    $ python -m benchmarks.startup

Against the least that it could be: importing Gradio and launching an empty page, and importing TensorFlow too. They
take turns.
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
BOTH = "import gradio, tensorflow"
WAYS = {"app.py": [sys.executable, "app.py"], "an empty page": [sys.executable, "-c", EMPTY]}


def start(command: list[str], predict: bool) -> dict[str, float]:
    """Start a page: seconds until it answers, and until it has read a drawing; its memory then."""
    port = servers.free_port()
    env = {**os.environ, "GRADIO_SERVER_PORT": port, "TF_CPP_MIN_LOG_LEVEL": "2", "GRADIO_ANALYTICS_ENABLED": "False"}
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
    """The command."""
    given = harness.options("startup", "Measure the start.", rounds=7)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in [*WAYS, "both imports"]}
    for turn in tqdm(range(-1, given.rounds), unit="round"):
        for name, command in WAYS.items():
            one = start(command, name == "app.py")
            if turn >= 0:  # the first reads the files from a cold disk
                found[name].append(one)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", BOTH], check=True, stderr=subprocess.DEVNULL)
        if turn >= 0:
            found["both imports"].append({"answer": time.perf_counter() - started})
    figures = {name: {each: spread(run[each] for run in runs) for each in runs[0]} for name, runs in found.items()}
    ratios = {
        "page_to_empty": figures["app.py"]["page"]["median"] / figures["an empty page"]["page"]["median"],
        "answer_to_imports": figures["app.py"]["answer"]["median"] / figures["both imports"]["answer"]["median"],
    }
    print(
        harness.table(
            ["start", "page, s", "first answer, s", "MB"],
            [
                (
                    name,
                    *(
                        f"{each[what]['median']:.2f}" if what in each else "–"
                        for what in ("page", "answer", "megabytes")
                    ),
                )
                for name, each in figures.items()
            ],
        )
    )
    print(
        f"The page is up after {ratios['page_to_empty']:.2f} × an empty page's time; the first answer comes after "
        f"{ratios['answer_to_imports']:.2f} × both imports'."
    )
    harness.write(given.out, "startup", {"ways": figures, "ratios": ratios})


if __name__ == "__main__":
    main()
