"""What the page is expected to say."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen


def expect_read(page: Page | FrameLocator, digit: int) -> None:
    """The verdict names the digit, its meter is the highest, and the picture is there."""
    expect(page.locator("#verdict")).to_have_text(f"This looks like {'an' if digit == 8 else 'a'} {digit}.")
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    shown = page.locator("#probabilities [data-digit]").evaluate_all(
        "meters => meters.map((meter) => [Number(meter.dataset.digit), Number(meter.dataset.probability)])"
    )
    assert [each for each, _ in shown] == list(range(10))
    assert max(shown, key=lambda pair: pair[1])[0] == digit
    assert sum(probability for _, probability in shown) == pytest.approx(1, abs=0.001)


def expect_blank(page: Page) -> None:
    expect(page.locator("#verdict")).to_have_text("Draw a digit")
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "blank")


def draw_all_ten(page: Page, pen: Pen, view: Page | FrameLocator | None = None) -> None:
    """Ten digits, one after the other, cleared in between."""
    view = view or page
    for digit, strokes in DIGITS.items():
        pen.draw(strokes, steps=1)
        expect_read(view, digit)
        view.get_by_role("button", name="Clear").click()
        expect(view.locator("#verdict")).to_have_text("Draw a digit")
