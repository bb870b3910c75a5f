"""What a visit costs: bytes and requests, the time until one can draw, and what the look inside the network adds.

    $ python -m benchmarks.visit

Pages without the accordion, with it closed and with it open take turns, each drawing the same digits. An update costs
the time until its answer is on the page, and the computing of the page and of the server.
"""

from contextlib import ExitStack
from typing import Any

from tqdm import tqdm

from benchmarks import harness
from benchmarks.harness import DIGITS, ROOT, Pen, milliseconds, spread
from benchmarks.page import draw

PAGES = ("without", "closed", "open")
# Of each live update: from its request to its answer on the page, in ms.
WATCH = """
() => {
    const fetched = window.fetch;
    window.took = [];
    window.fetch = async (...request) => {
        const live = String(request[0]?.url ?? request[0]).endsWith("/run/predict");
        const drawing = live && JSON.parse(request[1].body).data.length === 2;
        const start = performance.now();
        const answer = await fetched(...request);
        if (drawing) {
            let done = false;
            const watching = new MutationObserver(() => {
                if (!done) window.took.push(performance.now() - start);
                done = true;
                watching.disconnect();
            });
            watching.observe(document.querySelector("#reading"), { subtree: true, childList: true });
        }
        return answer;
    };
}
"""


def visit(browser: Any, url: str) -> dict[str, float]:
    """Open the page in a browser that was never there, and wait until one can draw."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    received: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    page.locator("#sketchpad .sketchpad.ready").wait_for()
    # By the page's own clock, which starts with the visit.
    ready = page.evaluate("performance.now()") / 1000
    page.wait_for_load_state("networkidle")
    context.close()
    return {"seconds": ready, "bytes": sum(received), "requests": len(received)}


class Visitor:
    """Somebody who draws digit after digit on one page."""

    def __init__(self, browser: Any, server: Any, opened: bool) -> None:
        self.server = server
        self.page = browser.new_page(viewport={"width": 1100, "height": 900})
        self.page.goto(server.url)
        self.page.locator("#sketchpad .sketchpad.ready").wait_for()
        if opened:
            self.page.get_by_role("button", name="Inside the network").click()
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(WATCH)
        self.devtools = self.page.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")
        self.pen = Pen(self.page)
        self.draw(1)

    def _computed(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    def draw(self, digit: int) -> dict[str, Any]:
        """Draw a digit; what each of its updates took, in seconds."""
        self.page.bring_to_front()
        self.page.get_by_role("button", name="Clear", exact=True).click()
        self.page.wait_for_timeout(500)
        self.page.evaluate("window.took.length = 0")
        page, server = self._computed(), harness.cpu_seconds(self.server.process.pid)
        draw(self.pen, DIGITS[digit])
        self.page.wait_for_timeout(700)
        took = [each / 1000 for each in self.page.evaluate("window.took")]
        return {
            "answer": took,
            "page": (self._computed() - page) / len(took),
            "server": (harness.cpu_seconds(self.server.process.pid) - server) / len(took),
        }


def main() -> None:
    """The command."""
    given = harness.options("visit", "Measure what a visit costs.", visits=5, rounds=1)
    with ExitStack() as stack:
        ours = stack.enter_context(harness.serving(ROOT / "app.py"))
        without = stack.enter_context(harness.serving(ROOT / "benchmarks/without.py"))
        browser = stack.enter_context(harness.chromium())
        visits = [visit(browser, ours.url) for _ in tqdm(range(given.visits), unit="visit")]
        visitors = {name: Visitor(browser, without if name == "without" else ours, name == "open") for name in PAGES}
        updates: dict[str, list[dict[str, Any]]] = {name: [] for name in PAGES}
        for digit, name in tqdm([(d, n) for _ in range(given.rounds) for d in DIGITS for n in PAGES], unit="drawing"):
            updates[name].append(visitors[name].draw(digit))
        version = browser.version
    figures: dict[str, Any] = {each: spread(one[each] for one in visits) for each in visits[0]}
    figures["update"] = {
        name: {
            "answer": spread(took for each in drawn for took in each["answer"]),
            "page": spread(each["page"] for each in drawn),
            "server": spread(each["server"] for each in drawn),
        }
        for name, drawn in updates.items()
    }
    figures["ratios"] = {
        f"{a}_to_{b}": {
            what: figures["update"][a][what]["median"] / figures["update"][b][what]["median"]
            for what in ("answer", "page", "server")
        }
        for a, b in (("closed", "without"), ("open", "closed"))
    }
    print(
        f"A visit: {figures['bytes']['median'] / 1000:.0f} kB in {figures['requests']['median']:.0f} requests, "
        f"a pad after {figures['seconds']['median']:.1f} s."
    )
    print(
        harness.table(
            ["inside the network", "answer, ms", "page computes, ms", "server computes, ms"],
            [
                (name, *(milliseconds(each[what]) for what in ("answer", "page", "server")))
                for name, each in figures["update"].items()
            ],
        )
    )
    for name, each in figures["ratios"].items():
        print(name.replace("_", " ") + ": " + ", ".join(f"{what} {ratio:.2f}" for what, ratio in each.items()))
    harness.write(given.out, "visit", figures, chromium=version)


if __name__ == "__main__":
    main()
