"""Write the README's table of speed from what the benchmarks wrote, in benchmarks/results/.

$ python -m benchmarks.table
$ python -m benchmarks.table --check      writes nothing and fails when the README says something else
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from lenet.files import replace_block
from lenet.report import README

RESULTS = Path(__file__).parent / "results"

Row = tuple[str, str, str]


def read(name: str) -> dict[str, Any]:
    """What a benchmark wrote last."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def ms(figures: dict[str, float]) -> str:
    """A median of seconds as milliseconds, and its tenths from both ends."""
    median, low, high = (1000 * figures[name] for name in ("median", "low", "high"))
    digits = 0 if median >= 10 else 1
    return f"{median:,.{digits}f} ms ({low:,.{digits}f} to {high:,.{digits}f})"


def page() -> list[Row]:
    """From the lifted pen to the answer."""
    found = read("page")
    ours, stock, usual = (found["pages"][name] for name in ("ours", "ours on gr.Sketchpad", "the usual way"))
    ratios = found["ratios"]
    return [
        (
            f"lifted pen → final probabilities on the page, Chromium, {ours['final']['count']} drawings",
            ms(ours["final"]),
            f"`gr.Sketchpad`, `model.predict`, `gr.Label`: {ms(usual['final'])}, **{ratios['the usual way']:.0f} ×**; "
            f"this page on `gr.Sketchpad`: {ms(stock['final'])}",
        ),
        (
            "answers before the pen is lifted, a drawing",
            f"{ours['while_drawing']['median']:.0f}, the first {ms(ours['first'])} after the pen came down",
            f"{usual['while_drawing']['median']:.0f}",
        ),
        (
            "requests of a drawing",
            f"{ours['requests']['median']:.0f}, one an update, the largest {ours['largest']['median'] / 1000:.1f} kB",
            f"{usual['requests']['median']:.0f}, with pictures as files",
        ),
    ]


def visit() -> list[Row]:
    """What the page costs to open and to keep open."""
    found = read("visit")
    without, closed, opened = (
        sum(found["update"][name][whose]["median"] for whose in ("page", "server"))
        for name in ("without", "closed", "open")
    )
    return [
        (
            "first visit, a phone's window, server on the same machine",
            f"{found['bytes']['median'] / 1000:.0f} kB in {found['requests']['median']:.0f} requests, "
            f"a pad after {found['seconds']['median']:.1f} s",
            "",
        ),
        (
            "computing of an update, in the page and in the server",
            f"{1000 * closed:.0f} ms; *Inside the network* open: {1000 * opened:.0f} ms, **{opened / closed:.2f} ×**",
            f"{1000 * without:.0f} ms on a page without it: closed it costs {closed / without:.2f} ×",
        ),
    ]


def predict() -> list[Row]:
    """One picture through the network."""
    found = read("predict")
    ways, ratios = found["ways"], found["ratios"]
    return [
        (
            "one prediction, preprocessing included",
            f"{ms(ways['ours: preprocess, network, verdict'])}; with every layer for the page "
            f"{ms(ways['ours, the layers for the page too'])}",
            f"`model.predict`, the network alone: {ms(ways['model.predict'])}, **{ratios['model.predict']:.0f} ×**; "
            f"LiteRT, the network alone: {ms(ways['LiteRT'])}, ours takes {1 / ratios['LiteRT']:.1f} × as long; "
            f"in a traced function of TensorFlow: {ms(ways['a traced function'])}",
        )
    ]


def server() -> list[Row]:
    """Many people at once."""
    loads = read("server")["loads"]
    failed = sum(sum(each["failed"].values()) for each in loads)
    many = ", ".join(
        f"{each['clients']}: {each['updates_a_second']:.0f} ({1000 * each['answer']['p95']:.0f} ms)" for each in loads
    )
    alone = 1000 * loads[0]["cpu_seconds_an_update"]
    return [
        ("updates a second by clients at once (95 of 100 answered within)", many, f"{failed} failed"),
        ("computing of the server an update", f"{alone:.1f} ms", ""),
    ]


def startup() -> list[Row]:
    """From the command to the page."""
    found = read("startup")
    ours, empty, ratios = found["ways"]["app.py"], found["ways"]["an empty page"], found["ratios"]
    return [
        (
            "`python app.py` → the page",
            f"{ours['page']['median']:.1f} s, {ours['megabytes']['median']:.0f} MB after its first answer",
            f"{ratios['page_to_empty']:.2f} × an empty Gradio page, {empty['megabytes']['median']:.0f} MB",
        ),
        (
            "`python app.py` → the first answer",
            f"{ours['answer']['median']:.1f} s",
            f"{ratios['answer_to_empty']:.2f} × the same",
        ),
    ]


def train() -> list[Row]:
    """Steps of training."""
    found = read("train")
    first, *others = found["ways"]
    said = "; ".join(f"{name}: {found['ways'][name]['median']:.1f}, {found['ratios'][name]:.2f} ×" for name in others)
    floor = f"the network's products alone at the rate of a matrix multiplication in float32: {found['floor']:.1f}"
    return [
        ("training steps of 100 pictures a second", said, f"{first}: {found['ways'][first]['median']:.1f}; {floor}")
    ]


def fast() -> list[Row]:
    """The time to the accuracy of TensorFlow's tutorial, beside that of the original's training."""
    found = read("fast")
    worst = max(run["misses"] for run in found["runs"])
    timed = found["original_steps"]
    how = "measured" if timed == 10_000 else f"extrapolated from {timed:,} steps"
    goals = []
    for goal in found["runs"][0]["seconds_to"]:
        taken = [run["seconds_to"][goal] for run in found["runs"] if run["seconds_to"][goal] is not None]
        if taken:
            goals.append(f"{goal} of the validation images by {len(taken)} of them after {median(taken):.0f} s")
    return [
        (
            f"recipe `fast`: MNIST test, {len(found['runs'])} seeds",
            f"mean {found['mean']:.2%}, at most {worst} of {found['count']:,} wrong, after {found['steps']:,} steps of "
            f"{found['batch']}, {found['seconds']['median']:.0f} s{''.join(f'; {goal}' for goal in goals)}",
            f"the original: 10,000 steps of 100, {found['original']['median']:.0f} s here, {how}, "
            f"**{found['ratio']:.0f} ×**; "
            "TensorFlow's tutorial *Deep MNIST for Experts*, 2015, reports about 99.2 %",
        )
    ]


PARTS: dict[str, Callable[[], list[Row]]] = {
    "page": page,
    "visit": visit,
    "predict": predict,
    "server": server,
    "startup": startup,
    "train": train,
    "fast": fast,
}


def table() -> str:
    """All that was measured, as Markdown."""
    names = [name for name in PARTS if (RESULTS / f"{name}.json").exists()]
    rows = [(*row, name) for name in names for row in PARTS[name]()]
    machine = read(names[0])
    hardware, versions = machine["hardware"], machine["versions"]
    return "\n".join(
        [
            "| what | here | against | `python -m` |",
            "|---|---|---|---|",
            *(f"| {what} | {here} | {other} | `benchmarks.{name}` |" for what, here, other, name in rows),
            "",
            "Medians, and in brackets the tenth and the ninetieth of a hundred; what is compared took turns within one "
            f"run, on {hardware['cores']} cores ({hardware['cpu']}), {hardware['system']}, without a graphics card: "
            f"WebGL, which `gr.Sketchpad` draws with, ran in software. Gradio {versions['gradio']}, TensorFlow "
            f"{versions['tensorflow']}, Keras {versions['keras']}. The original is the TensorFlow program of 2016 that "
            "recipe `plain` reproduces.",
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.table", description="Write the README's table of speed."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it is stale")
    options = parser.parse_args(arguments)
    text = README.read_text(encoding="utf-8")
    current = replace_block(text, "speed", "python -m benchmarks.table", table())
    if options.check and current != text:
        print("The README's table of speed is stale; run `python -m benchmarks.table`.", file=sys.stderr)
        return 1
    if not options.check:
        README.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
