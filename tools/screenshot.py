"""Take the README's pictures: the page with a 7 drawn on it, and the steps of reading a photo.

    $ python -m tools.screenshot
    docs/page.png
    docs/pipeline.png

For review, `--all FOLDER` takes desktop and phone, light and dark, with every verdict, and with everything open in
English and Chinese.
"""

import itertools
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lenet.command import Parser
from lenet.image.strokes import render
from tests.helpers import chromium
from tests.helpers.digits import DIGITS, HOUSE, placed
from tests.helpers.pads import PHONE
from tests.helpers.pen import Pen
from tests.helpers.photos import snapshot
from tests.helpers.servers import run

expect.set_options(timeout=30_000)
SCREENS = {
    "desktop": {"viewport": {"width": 1100, "height": 840}, "device_scale_factor": 2},
    "phone": PHONE,
}
DRAWINGS = {  # strokes by the verdict that they get
    "blank": [],
    "digit": DIGITS[7],
    "several": [*placed(DIGITS[4], 110, 75, 140), *placed(DIGITS[2], 110, 205, 140)],
    "unsure": HOUSE,
}


def take(browser: Browser, url: str, path: Path, screen: str, scheme: str, verdict: str) -> None:
    """Save the page with a drawing of a verdict."""
    page = browser.new_context(**SCREENS[screen], color_scheme=scheme).new_page()
    page.goto(url)
    expect(page.locator("#sketchpad canvas")).to_be_visible()
    Pen(page, "touch" if screen == "phone" else "mouse").draw(DRAWINGS[verdict])
    page.mouse.move(0, 0)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)
    shoot(page, path)


def shoot(page: Page, path: Path, whole: bool = False) -> None:
    """Save a screenshot once all animations have ended."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("document.getAnimations().every((motion) => motion.playState !== 'running')")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled", full_page=whole)
    page.context.close()
    print(path)


def take_opened(browser: Browser, url: str, path: Path, screen: str, scheme: str, language: str) -> None:
    """Save the whole page with everything open, a value chosen, a picture read and a drawing saved."""
    page = browser.new_context(**SCREENS[screen], color_scheme=scheme, locale=language).new_page()
    page.goto(url)
    expect(page.locator("#sketchpad canvas")).to_be_visible()
    pen = Pen(page, "touch" if screen == "phone" else "mouse")
    pen.draw(DIGITS[4])
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    page.locator("#teach button").filter(has_text="4").first.click()  # which clears the pad
    pen.draw(DIGITS[4])
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    page.locator("#inside > button").click()
    expect(page.locator("#relevance h3")).to_be_visible()
    page.locator("[data-layer=pool2] canvas").press("ArrowDown")
    expect(page.locator("#explanation .sum")).to_have_count(3)
    page.locator("#picture > button").click()
    upload(page)
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")
    page.evaluate("scrollTo(0, 0)")
    shoot(page, path, whole=True)


def upload(page: Page) -> None:
    """Upload a photo-like picture of a 7, off-centre and in a shadow."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "seven.png"
        snapshot(render(placed(DIGITS[7], 130, 170, 120), width=12), np.random.default_rng(0)).save(photo)
        page.locator("#picture-input input[type=file]").set_input_files(photo)
        expect(page.locator("#picture-steps .strip")).to_be_visible()


def take_steps(browser: Browser, url: str, path: Path) -> None:
    """Save the steps of reading a photo-like picture of a 7."""
    context = browser.new_context(**SCREENS["desktop"])
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Read a picture").click()
    upload(page)
    expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")
    page.mouse.move(0, 0)
    page.locator("#picture-steps .strip").screenshot(path=path, animations="disabled")
    context.close()
    print(path)


def main() -> None:
    parser = Parser("python -m tools.screenshot", __doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = run([sys.executable, "app.py"], Path(folder) / "log.txt")
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGS)
        try:
            if options.all is None:
                take(browser, server.url, Path("docs/page.png"), "desktop", "light", "digit")
                take_steps(browser, server.url, Path("docs/pipeline.png"))
            else:
                for screen, scheme, verdict in itertools.product(SCREENS, ("light", "dark"), DRAWINGS):
                    path = options.all / f"{screen}-{scheme}-{verdict}.png"
                    take(browser, server.url, path, screen, scheme, verdict)
                for screen, scheme, language in itertools.product(SCREENS, ("light", "dark"), ("en", "zh-CN")):
                    path = options.all / f"{screen}-{scheme}-open-{language}.png"
                    take_opened(browser, server.url, path, screen, scheme, language)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
