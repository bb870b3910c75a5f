"""Measure how soon the page answers: from the lifted pen to the final probabilities, in a headless Chromium.

    $ python -m benchmarks.page

Three pages with the same drawings are interleaved: ours, ours on Gradio's own sketchpad, and the usual one of
`stock_page.py`. WebGL, which Gradio's pad draws with, runs in software here; a graphics card makes it faster.
"""

import itertools
import time
from contextlib import ExitStack
from typing import Any

from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import ROOT, spreads
from lenet.image.strokes import CANVAS_SIZE
from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen

PAGES = {  # script, and the element that shows the answer
    "ours": (ROOT / "app.py", "#probabilities"),
    "ours on gr.Sketchpad": (ROOT / "tests/helpers/stock.py", "#probabilities"),
    "the usual way": (ROOT / "benchmarks/stock_page.py", "#answer"),
}
POINT_EVERY = 0.012  # s: a mouse reports about 80 times per second
SETTLED = 2.0  # s until Gradio's pad, too, takes strokes
QUIET = 2.5  # s without another answer, after which the last one was final
LONGEST = 20.0  # s to wait for any answer
# Records, by the browser's clock, when the text of the answer changes; Gradio's progress display does not count.
WATCH = """
(where) => {
    const text = () => {
        const answer = document.querySelector(where);
        const meters = [...answer.querySelectorAll("[data-probability]")].map((meter) => meter.dataset.probability);
        return meters.join() || [...answer.querySelectorAll("[data-testid=label-output-value], dt, dd, .text, .line")]
            .map((element) => element.textContent).join();
    };
    const seen = (window.seen = { answers: [], up: 0, down: 0 });
    let last = text();
    new MutationObserver(() => {
        const now = text();
        if (now !== last) seen.answers.push(performance.now());
        last = now;
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    addEventListener("pointerdown", () => { seen.down ||= performance.now(); }, true);
    addEventListener("pointerup", () => { seen.up = performance.now(); }, true);
}
"""


def draw(pen: Pen, strokes: list) -> None:
    """Draw at a hand's speed, a point every 12 ms; the pen is lifted with the last point."""
    for stroke in strokes:
        pen.down(stroke[0])
        due = time.perf_counter()
        for start, end in itertools.pairwise(stroke):
            steps = max(1, round(max(abs(a - b) for a, b in zip(start, end, strict=True)) / 8))
            for step in range(1, steps + 1):
                due += POINT_EVERY
                pen.page.wait_for_timeout(max(0, 1000 * (due - time.perf_counter())))
                pen.move([a + (b - a) * step / steps for a, b in zip(start, end, strict=True)])
        pen.up()


def centred(page: Any, canvas: Any, strokes: list) -> tuple[Pen, list]:
    """Return a pen, and the strokes about the middle of the canvas: Gradio's is wider than its paper."""
    box = canvas.bounding_box()
    side = min(box["width"], box["height"])
    scale = side / CANVAS_SIZE
    right, down = (box["width"] - side) / 2 / scale, (box["height"] - side) / 2 / scale
    pen = Pen(page, "mouse", canvas, pad_units=box["width"] / scale)
    return pen, [[(x + right, y + down) for x, y in stroke] for stroke in strokes]


def measure(browser: Any, url: str, where: str, strokes: list) -> dict[str, float]:
    """Open the page, draw, wait for the final answer, and return times in seconds, numbers and bytes of requests."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(url)
    canvas = page.locator("#sketchpad canvas").first
    canvas.wait_for()
    page.locator(where).wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000 * SETTLED)
    page.evaluate(WATCH, where)
    requests: list[int] = []
    page.on("request", lambda request: requests.append(len(request.post_data_buffer or b"")))
    draw(*centred(page, canvas, strokes))
    page.wait_for_function(
        "([quiet, longest]) => { const now = performance.now(), last = seen.answers.at(-1);"
        " return now - seen.up > longest || (last && now - Math.max(last, seen.up) > quiet); }",
        arg=[1000 * QUIET, 1000 * LONGEST],
        timeout=2000 * LONGEST,
    )
    seen = page.evaluate("seen")
    page.close()
    answers = [(time - seen["up"]) / 1000 for time in seen["answers"]]
    return {
        "answered": bool(answers),
        "final": max(0.0, answers[-1]) if answers else LONGEST,
        "first": answers[0] + (seen["up"] - seen["down"]) / 1000 if answers else LONGEST,
        "while_drawing": sum(time < 0 for time in answers),
        "requests": len(requests),
        "largest": max(requests, default=0),
        "uploaded": sum(requests),
    }


def main() -> None:
    """Run the command."""
    options = harness.options("page", "Measure how soon three pages answer.", drawings=10)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in PAGES}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(harness.serving(script)).url for name, (script, _) in PAGES.items()}
        browser = stack.enter_context(harness.chromium())
        for name, (_, where) in PAGES.items():  # TensorFlow may still be loading
            measure(browser, urls[name], where, DIGITS[1])
        turns = [(number % 10, name) for number in range(options.drawings) for name in PAGES]
        for digit, name in tqdm(turns, unit="drawing"):
            runs[name].append(measure(browser, urls[name], PAGES[name][1], DIGITS[digit]))
        version = browser.version
    figures = {name: spreads(runs[name]) for name in PAGES}
    ours = max(figures["ours"]["final"]["median"], 0.001)  # s: the answer may be there before the pen is lifted
    ratios = {name: figures[name]["final"]["median"] / ours for name in PAGES}
    table.save("page", {"pages": figures, "ratios": ratios, "webgl": "software"}, options.out, chromium=version)


if __name__ == "__main__":
    main()
