"""What a visit costs: bytes and requests at load, time to a usable pad, and an update with the network open or closed.

    $ python benchmarks/visit.py
    benchmarks/visit.json

Needs requirements-dev.txt and a Chromium; takes two minutes. An update is one answer while the pen moves, from the
request to the frame that shows it, in three pages in turns: the page with the network closed, with it open, and a page
that has nothing but pad and bars (`bare.py`). An overlay is the answer to a pen at rest: which ink speaks.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/browser")]
import chromium  # noqa: E402
from digits import DIGITS  # noqa: E402
from pen import Pen  # noqa: E402
from servers import run  # noqa: E402

from lenet.checkpoint import write_json  # noqa: E402
from lenet.train import machine  # noqa: E402

OUT = Path(__file__).with_name("visit.json")
LOADS = 7
ROUNDS = 12  # of a digit drawn in each of the pages: some 20 updates each

# Every answer of a live event: which function gave it, its bytes, and the milliseconds until it was painted. Fetch's
# answer is read by Gradio and once more here; the frame after that, and a task after the frame, is when it is seen.
WATCH = """
window.answers = [];
const fetching = window.fetch;
window.fetch = async (resource, options) => {
    const start = performance.now();
    const response = await fetching(resource, options);
    if (String(resource?.url ?? resource).includes("/run/predict")) {
        const function_ = JSON.parse(options.body).fn_index;
        const sent = options.body.length;
        response.clone().text().then((text) => setTimeout(() => requestAnimationFrame(() => setTimeout(() =>
            answers.push({ function_, sent, received: text.length, milliseconds: performance.now() - start })))));
    }
    return response;
};
"""


def load(browser: Browser, url: str) -> dict[str, float]:
    """One visit on a phone with an empty cache."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    page.locator("#sketchpad canvas").wait_for()  # it is shown when it listens to the pen
    usable: float = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")  # what comes after the pad counts too
    context.close()
    return {"milliseconds": usable, "requests": len(sizes), "kilobytes": sum(sizes) / 1000}


def opened(browser: Browser, url: str, inside: bool) -> Page:
    """A page that has read its first digit."""
    page = browser.new_context(viewport={"width": 1100, "height": 760}).new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    page.locator("#sketchpad canvas").wait_for()
    if inside:
        page.get_by_role("button", name="Inside the network").click()
        page.locator("[data-layer=pool1] canvas").wait_for()
    Pen(page).draw(DIGITS[7], steps=2)
    page.locator("#verdict[data-verdict=digit]").wait_for(timeout=60_000)  # TensorFlow may be loading
    page.wait_for_timeout(1000)
    return page


def answers(page: Page, digit: int) -> list[dict[str, float]]:
    """Draw a digit at a person's pace; returns what was answered meanwhile."""
    page.bring_to_front()
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    page.evaluate("answers.length = 0")
    for stroke in DIGITS[digit]:
        pen = Pen(page)
        first, *others = stroke
        pen.down(first)
        for point in others:
            pen.move(point)
            page.wait_for_timeout(40)
        pen.up()
    page.wait_for_timeout(800)  # the pen rests, and what waits for that is answered
    found: list[dict[str, float]] = page.evaluate("answers")
    return found


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": round(middle, 1), "low": round(low, 1), "high": round(high, 1)}


def measure(browser: Browser, url: str, bare: str) -> dict[str, Any]:
    """All figures of the page at `url`, beside the page at `bare`."""
    load(browser, url)  # the server's first
    loads = [load(browser, url) for _ in range(LOADS)]
    pages = {
        "bare": opened(browser, bare, False),
        "closed": opened(browser, url, False),
        "open": opened(browser, url, True),
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in pages}
    for i in tqdm(range(ROUNDS), "drawing"):
        for name, page in pages.items():
            found[name] += answers(page, i % 10)
    lowest = {name: min(each["function_"] for each in values) for name, values in found.items()}
    updates = {name: [each for each in values if each["function_"] == lowest[name]] for name, values in found.items()}
    overlays = [each for each in found["open"] if each["function_"] != lowest["open"]]
    figures = ("milliseconds", "sent", "received")
    medians = {name: statistics.median(each["milliseconds"] for each in values) for name, values in updates.items()}
    return {
        "load": {name: spread(each[name] for each in loads) for name in loads[0]},
        "updates": {
            name: {"count": len(values)} | {each: spread(one[each] for one in values) for each in figures}
            for name, values in updates.items()
        },
        "overlays": {"count": len(overlays)} | {each: spread(one[each] for one in overlays) for each in figures},
        "closed_to_bare": round(medians["closed"] / medians["bare"], 3),
        "open_to_closed": round(medians["open"] / medians["closed"], 3),
    }


def show(found: dict[str, Any]) -> None:
    """Print the figures as two tables."""
    print(f"{'load':10}{'median':>10}{'quartiles':>20}")
    for name, each in found["load"].items():
        print(f"{name:12}{each['median']:10,.1f}{each['low']:>10,.1f} – {each['high']:,.1f}")
    print(f"\n{'update':10}{'count':>8}{'ms':>10}{'quartiles':>18}{'bytes sent':>12}{'received':>12}")
    for name, each in (found["updates"] | {"overlay": found["overlays"]}).items():
        time = each["milliseconds"]
        quartiles = f"{time['low']} – {time['high']}"
        sizes = f"{each['sent']['median']:12,.0f}{each['received']['median']:12,.0f}"
        print(f"{name:10}{each['count']:8}{time['median']:10}{quartiles:>18}{sizes}")
    print(f"\nclosed : bare {found['closed_to_bare']}   open : closed {found['open_to_closed']}")


def main() -> None:
    """The command."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, ExitStack() as ends:
        urls = []
        for script in (ROOT / "app.py", ROOT / "benchmarks/bare.py"):
            server = run([sys.executable, script], Path(folder) / f"{script.stem}.txt")
            ends.callback(server.stop)
            urls.append(server.url)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGS)
        ends.callback(browser.close)
        found = measure(browser, *urls)
    write_json(OUT, found | machine() | {"browser": "headless Chromium"})
    show(found)
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    main()
