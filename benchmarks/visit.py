"""What a visit costs: bytes and requests at load, time to a usable pad, and an update with the network open or closed.

    $ python benchmarks/visit.py
    benchmarks/visit.json

Needs requirements-dev.txt and a Chromium. An update is a drawing from the pen's lift to the bars that show it, in three
pages in turns: the page with the network closed, with it open, and a page that has nothing but pad and bars.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/browser")]
import chromium  # noqa: E402
from digits import DIGITS  # noqa: E402
from pen import Pen  # noqa: E402
from servers import run  # noqa: E402

from lenet.checkpoint import write_json  # noqa: E402
from lenet.train import machine  # noqa: E402

OUT = Path(__file__).with_name("visit.json")
LOADS = 5
ROUNDS = 30  # of an update in each of the pages

# Resolves with the milliseconds from the pen's lift to the first change of the reading after it.
WATCH = """() => {
    window.lifted = new Promise((done) => addEventListener("pointerup", () => {
        const start = performance.now();
        new MutationObserver((_, watcher) => {
            watcher.disconnect();
            requestAnimationFrame(() => done(performance.now() - start));
        }).observe(document.querySelector("#reading"), { subtree: true, childList: true, attributes: true });
    }, { once: true, capture: true }));
}"""


def load(browser: Browser, url: str) -> dict[str, float]:
    """One visit with an empty cache."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url)
    page.locator("#sketchpad canvas").wait_for()
    usable = page.evaluate("performance.now()")
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)  # what comes after the pad counts too
    context.close()
    return {"milliseconds": usable, "requests": len(sizes), "kilobytes": sum(sizes) / 1000}


def opened(browser: Browser, url: str, inside: bool) -> tuple[Page, Pen]:
    page = browser.new_context(viewport={"width": 1100, "height": 760}).new_page()
    page.goto(url)
    page.locator("#sketchpad canvas").wait_for()
    if inside:
        page.get_by_role("button", name="Inside the network").click()
        page.locator("[data-layer=pool1] canvas").wait_for()
    pen = Pen(page)
    pen.draw(DIGITS[7], steps=1)
    page.wait_for_function("document.querySelector('#verdict').dataset.verdict === 'digit'")
    return page, pen


def update(page: Page, pen: Pen) -> float:
    """A dot is drawn and taken back; returns the milliseconds of the dot."""
    page.evaluate(WATCH)
    pen.draw([[(260, 260)]])
    milliseconds: float = page.evaluate("window.lifted")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(400)  # the pen rests, and what waits for that is over
    return milliseconds


def spread(values: list[float]) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": round(middle, 1), "low": round(low, 1), "high": round(high, 1)}


def measure(browser: Browser, url: str, bare: str) -> dict[str, Any]:
    load(browser, url)  # the server's first
    loads = [load(browser, url) for _ in range(LOADS)]
    pages = {
        "bare": opened(browser, bare, False),
        "closed": opened(browser, url, False),
        "open": opened(browser, url, True),
    }
    updates: dict[str, list[float]] = {name: [] for name in pages}
    for i in range(ROUNDS):
        print(f"\rupdate {i + 1} of {ROUNDS}", end="", file=sys.stderr)
        for name, (page, pen) in pages.items():
            page.bring_to_front()
            updates[name].append(update(page, pen))
    print(file=sys.stderr)
    medians = {name: statistics.median(values) for name, values in updates.items()}
    return {
        "load": {name: spread([each[name] for each in loads]) for name in loads[0]},
        "update": {name: spread(values) for name, values in updates.items()},
        "closed_to_bare": round(medians["closed"] / medians["bare"], 3),
        "open_to_closed": round(medians["open"] / medians["closed"], 3),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        servers = [
            run([sys.executable, script], Path(folder) / f"{i}.txt", {"PYTHONPATH": str(ROOT)})
            for i, script in enumerate((ROOT / "app.py", ROOT / "benchmarks/bare.py"))
        ]
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGS)
        try:
            found = measure(browser, *(server.url for server in servers))
        finally:
            browser.close()
            for server in servers:
                server.stop()
    write_json(OUT, found | machine() | {"chromium": "headless, WebGL in software"})
    print(json.dumps(found, indent=2))
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    main()
