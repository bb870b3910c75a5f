"""Measure a visit: bytes, requests, the time until the pad is ready, and the cost of *Inside the network*.

    $ python -m benchmarks.visit

Pages without the accordion, with it closed and with it open are interleaved, with the same drawings. Measured is, for
each update, the CPU time of the page and of the server.
"""

from contextlib import ExitStack
from typing import Any

from tqdm import tqdm

from benchmarks import harness, table
from benchmarks.harness import ROOT, spreads
from benchmarks.page import draw
from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen

PAGES = ("without", "closed", "open")


def visit(browser: Any, url: str) -> dict[str, float]:
    """Open the page in a fresh browser context and wait until the pad is ready."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    received: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    page.locator("#sketchpad .sketchpad.ready").wait_for()
    ready = page.evaluate("performance.now()") / 1000  # the page's clock starts with the visit
    page.wait_for_load_state("networkidle")
    context.close()
    return {"seconds": ready, "bytes": sum(received), "requests": len(received)}


class Visitor:
    """A person who draws digit after digit on one page."""

    def __init__(self, browser: Any, server: Any, opened: bool) -> None:
        self.server = server
        self.page = browser.new_page(viewport={"width": 1100, "height": 900})
        self.page.goto(server.url)
        self.page.locator("#sketchpad .sketchpad.ready").wait_for()
        if opened:
            self.page.get_by_role("button", name="Inside the network").click()
        self.page.wait_for_load_state("networkidle")
        self.updates = 0
        self.page.on("request", self._count)
        self.devtools = self.page.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")
        self.pen = Pen(self.page)
        self.draw(1)

    def _count(self, request: Any) -> None:
        self.updates += request.url.endswith("/run/predict") and len(request.post_data_json["data"]) == 2

    def _cpu_seconds(self) -> tuple[float, float]:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        page = next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        return float(page), harness.cpu_seconds(self.server.process.pid)

    def draw(self, digit: int) -> dict[str, float]:
        """Draw a digit; return the CPU seconds of page and server per update."""
        self.page.bring_to_front()
        self.page.get_by_role("button", name="Clear", exact=True).click()
        self.page.wait_for_timeout(500)
        before, self.updates = self._cpu_seconds(), 0
        draw(self.pen, DIGITS[digit])
        self.page.wait_for_timeout(700)
        page, server = ((after - cpu) / self.updates for cpu, after in zip(before, self._cpu_seconds(), strict=True))
        return {"page": page, "server": server}


def main() -> None:
    """Run the command."""
    options = harness.options("visit", "Measure a visit.", visits=5, rounds=1)
    with ExitStack() as stack:
        ours = stack.enter_context(harness.serving(ROOT / "app.py"))
        without = stack.enter_context(harness.serving(ROOT / "benchmarks/without.py"))
        browser = stack.enter_context(harness.chromium())
        visits = [visit(browser, ours.url) for _ in tqdm(range(options.visits), unit="visit")]
        visitors = {name: Visitor(browser, without if name == "without" else ours, name == "open") for name in PAGES}
        updates: dict[str, list[dict[str, float]]] = {name: [] for name in PAGES}
        for digit, name in tqdm([(d, n) for _ in range(options.rounds) for d in DIGITS for n in PAGES], unit="drawing"):
            updates[name].append(visitors[name].draw(digit))
        version = browser.version
    figures = spreads(visits) | {"update": {name: spreads(updates[name]) for name in PAGES}}
    table.save("visit", figures, options.out, chromium=version)


if __name__ == "__main__":
    main()
