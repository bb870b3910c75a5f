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


def visit(browser: Browser, url: str, screen: str, scheme: str = "light", language: str = "en") -> tuple[Page, Pen]:
    """Open the page on a screen."""
    page = browser.new_context(**SCREENS[screen], color_scheme=scheme, locale=language).new_page()
    page.goto(url)
    expect(page.locator("#sketchpad canvas")).to_be_visible()
    return page, Pen(page, "touch" if screen == "phone" else "mouse")


def draw(page: Page, pen: Pen, verdict: str) -> None:
    """Draw something that gets a verdict, and wait for it."""
    pen.draw(DRAWINGS[verdict])
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)


def read_picture(page: Page) -> None:
    """Upload a photo-like picture of a 7, off-centre and in a shadow."""
    page.locator("#picture > button").click()
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "seven.png"
        snapshot(render(placed(DIGITS[7], 130, 170, 120), width=12), np.random.default_rng(0)).save(photo)
        page.locator("#picture-input input[type=file]").set_input_files(photo)
        expect(page.locator("#picture-answer .chosen")).to_have_attribute("data-digit", "7")


def open_everything(page: Page, pen: Pen) -> None:
    """Save a drawing, choose a value inside the network, and read a picture."""
    draw(page, pen, "digit")
    page.locator("#teach button").filter(has_text="7").first.click()  # which clears the pad
    draw(page, pen, "digit")
    page.locator("#inside > button").click()
    expect(page.locator("#relevance h3")).to_be_visible()
    page.locator("[data-layer=pool2] canvas").press("ArrowDown")
    expect(page.locator("#explanation .sum")).to_have_count(3)
    read_picture(page)
    page.evaluate("scrollTo(0, 0)")


def save(page: Page, path: Path, part: str = "", whole: bool = False) -> None:
    """Save the page, the whole of it or a part, once all animations have ended."""
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.wait_for_function("document.getAnimations().every((motion) => motion.playState !== 'running')")
    path.parent.mkdir(parents=True, exist_ok=True)
    if part:
        page.locator(part).screenshot(path=path, animations="disabled")
    else:
        page.screenshot(path=path, animations="disabled", full_page=whole)
    page.context.close()
    print(path)


def take_all(browser: Browser, url: str, folder: Path) -> None:
    """Save the page on every screen with every verdict, and with everything open in both languages."""
    for screen, scheme in itertools.product(SCREENS, ("light", "dark")):
        for verdict in DRAWINGS:
            page, pen = visit(browser, url, screen, scheme)
            draw(page, pen, verdict)
            save(page, folder / f"{screen}-{scheme}-{verdict}.png")
        for language in ("en", "zh-CN"):
            page, pen = visit(browser, url, screen, scheme, language)
            open_everything(page, pen)
            save(page, folder / f"{screen}-{scheme}-open-{language}.png", whole=True)


def main() -> None:
    parser = Parser("python -m tools.screenshot", __doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = run([sys.executable, "app.py"], Path(folder) / "log.txt")
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGS)
        try:
            if options.all:
                take_all(browser, server.url, options.all)
            else:
                page, pen = visit(browser, server.url, "desktop")
                draw(page, pen, "digit")
                save(page, Path("docs/page.png"))
                page, _ = visit(browser, server.url, "desktop")
                read_picture(page)
                save(page, Path("docs/pipeline.png"), "#picture-steps .strip")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
