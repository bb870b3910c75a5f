"""Write the table of docs/speed.md from the figures in benchmarks/results/.

$ python -m benchmarks.table
$ python -m benchmarks.table --check      writes nothing; fails if the table is stale
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.harness import RESULTS, ROOT
from lenet.command import Parser
from lenet.files import markdown_table, replace_block, write_json

DOCUMENT = ROOT / "docs/speed.md"
COMMAND = "python -m benchmarks.table"
ORIGINAL = 10_000  # steps of the original training
HEADER = ("what", "here", "against", "`python -m`")

Row = tuple[str, str, str]
Figures = dict[str, Any]


def milliseconds(figures: dict[str, float]) -> str:
    """Format a spread in seconds as "MEDIAN ms (LOW to HIGH)"."""
    median, low, high = (1000 * figures[name] for name in ("median", "low", "high"))
    digits = 0 if median >= 10 else 1
    return f"{median:,.{digits}f} ms ({low:,.{digits}f} to {high:,.{digits}f})"


def page(figures: Figures) -> list[Row]:
    """Time from the lifted pen to the answer."""
    ours, stock, usual = (figures["pages"][name] for name in ("ours", "ours on gr.Sketchpad", "the usual way"))
    return [
        (
            f"lifted pen → final probabilities on the page, Chromium, {ours['final']['count']} drawings",
            milliseconds(ours["final"]),
            f"`gr.Sketchpad`, `model.predict`, `gr.Label`: {milliseconds(usual['final'])}, "
            f"**{figures['ratios']['the usual way']:.0f} ×**; "
            f"this page on `gr.Sketchpad`: {milliseconds(stock['final'])}",
        ),
        (
            "answers per drawing before the pen is lifted",
            f"{ours['while_drawing']['median']:.0f}, the first {milliseconds(ours['first'])} after the pen came down",
            f"{usual['while_drawing']['median']:.0f}",
        ),
        (
            "requests per drawing",
            f"{ours['requests']['median']:.0f}, one per update, the largest {ours['largest']['median'] / 1000:.1f} kB",
            f"{usual['requests']['median']:.0f}, with pictures as files",
        ),
    ]


def visit(figures: Figures) -> list[Row]:
    """Cost of opening the page, and of an update on it."""
    without, closed, opened = (
        1000 * sum(figures["update"][name][side]["median"] for side in ("page", "server"))
        for name in ("without", "closed", "open")
    )
    return [
        (
            "first visit, a phone's window, server on the same machine",
            f"{figures['bytes']['median'] / 1000:.0f} kB in {figures['requests']['median']:.0f} requests, "
            f"pad ready after {figures['seconds']['median']:.1f} s",
            "",
        ),
        (
            "CPU time per update, page and server together",
            f"{closed:.0f} ms; with *Inside the network* open: {opened:.0f} ms, **{opened / closed:.2f} ×**",
            f"a page without it: {without:.0f} ms; closed, it costs {closed / without:.2f} ×",
        ),
    ]


def predict(figures: Figures) -> list[Row]:
    """Time of one prediction."""
    ways, ratios = figures["ways"], figures["ratios"]
    return [
        (
            "one prediction, preprocessing included",
            f"{milliseconds(ways['ours: preprocess, network, verdict'])}; with every layer for the page "
            f"{milliseconds(ways['ours, the layers for the page too'])}",
            f"`model.predict`, the network only: {milliseconds(ways['model.predict'])}, "
            f"**{ratios['model.predict']:.0f} ×**; "
            f"LiteRT, the network only: {milliseconds(ways['LiteRT'])}, ours takes {1 / ratios['LiteRT']:.1f} × as "
            f"long; a traced function of TensorFlow: {milliseconds(ways['a traced function'])}",
        )
    ]


def server(figures: Figures) -> list[Row]:
    """Throughput of the server."""
    loads = figures["loads"]
    failed = sum(sum(load["failed"].values()) for load in loads)
    rates = ", ".join(
        f"{load['clients']}: {load['updates_a_second']:.0f} ({1000 * load['answer']['p95']:.0f} ms)" for load in loads
    )
    return [
        ("updates per second by number of clients (p95)", rates, f"{failed} failed"),
        ("CPU time of the server per update", f"{1000 * loads[0]['cpu_seconds_an_update']:.1f} ms", ""),
    ]


def startup(figures: Figures) -> list[Row]:
    """Time from the command to the page and to its first answer."""
    ours, empty, ratios = figures["ways"]["app.py"], figures["ways"]["an empty page"], figures["ratios"]
    return [
        (
            "`python app.py` → the page",
            f"{ours['page']['median']:.1f} s, {ours['megabytes']['median']:.0f} MB after its first answer",
            f"{ratios['page_to_empty']:.2f} × an empty Gradio page, {empty['megabytes']['median']:.0f} MB",
        ),
        (
            "`python app.py` → the first answer",
            f"{ours['answer']['median']:.1f} s",
            f"{ratios['answer_to_empty']:.2f} × an empty Gradio page",
        ),
    ]


def train(figures: Figures) -> list[Row]:
    """Rate of training steps."""
    (original, base), *recipes = figures["ways"].items()
    return [
        (
            "training steps of 100 pictures per second",
            "; ".join(f"{name}: {rate['median']:.1f}, {figures['ratios'][name]:.2f} ×" for name, rate in recipes),
            f"{original}: {base['median']:.1f}; the network's products only, at the rate of a float32 matrix "
            f"multiplication: {figures['floor']:.1f}",
        )
    ]


def fast(figures: Figures) -> list[Row]:
    """Time to the accuracy of TensorFlow's tutorial, beside that of the original's training."""
    runs, steps = figures["runs"], figures["original_steps"]
    how = "measured" if steps == ORIGINAL else f"extrapolated from {steps:,} steps"
    text = (
        f"mean {100 * figures['mean']:.2f} %, at most {max(run['misses'] for run in runs)} of {figures['count']:,} "
        f"wrong, after {figures['steps']:,} steps of {figures['batch']}, {figures['seconds']['median']:.0f} s"
    )
    for goal in runs[0]["seconds_to"]:
        if times := [run["seconds_to"][goal] for run in runs if run["seconds_to"][goal] is not None]:
            seeds = f"{len(times)} of {len(runs)} seeds"
            text += f"; {goal.replace('%', ' %')} validation accuracy after {median(times):.0f} s in {seeds}"
    return [
        (
            f"recipe `fast`: MNIST test, {len(runs)} seeds",
            text,
            f"the original: {ORIGINAL:,} steps of 100, {figures['original']['median']:.0f} s here, {how}, "
            f"**{figures['ratio']:.0f} ×**; "
            "TensorFlow's tutorial *Deep MNIST for Experts*, 2015, reports about 99.2 %",
        )
    ]


PARTS: dict[str, Callable[[Figures], list[Row]]] = {
    part.__name__: part for part in (page, visit, predict, server, startup, train, fast)
}


def save(name: str, figures: Figures, folder: Path = RESULTS, **versions: str) -> None:
    """Write the figures with the hardware and the versions that they were measured on, and print their rows."""
    import gradio

    from lenet.evaluation.environment import machine

    facts = machine()
    facts["versions"] |= {"gradio": gradio.__version__, **versions}
    write_json(folder / f"{name}.json", facts | figures)
    print(markdown_table(HEADER[:3], PARTS[name](figures)))


def table(folder: Path = RESULTS) -> str:
    """Return everything that was measured as Markdown."""
    figures = {
        name: json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in PARTS
        if (folder / f"{name}.json").exists()
    }
    rows = [(*row, f"`benchmarks.{name}`") for name in figures for row in PARTS[name](figures[name])]
    machine = next(iter(figures.values()))
    hardware, versions = machine["hardware"], machine["versions"]
    return (
        f"{markdown_table(HEADER, rows)}\n\n"
        "Medians, in brackets the 10th and 90th percentiles; alternatives were interleaved. Measured on "
        f"{hardware['cores']} cores ({hardware['cpu']}), {hardware['system']}, without a graphics card: WebGL, which "
        f"`gr.Sketchpad` draws with, ran in software. Gradio {versions['gradio']}, TensorFlow "
        f"{versions['tensorflow']}, Keras {versions['keras']}. The original is the TensorFlow program of 2016 that "
        "recipe `plain` reproduces."
    )


def main(arguments: list[str] | None = None, document: Path = DOCUMENT) -> int:
    """Run the command; return its exit code."""
    parser = Parser(COMMAND, __doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it is stale")
    options = parser.parse_args(arguments)
    text = document.read_text("utf-8")
    current = replace_block(text, "speed", COMMAND, table())
    if options.check and current != text:
        print(f"The table of docs/speed.md is stale; run `{COMMAND}`.", file=sys.stderr)
        return 1
    if not options.check:
        document.write_text(current, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
