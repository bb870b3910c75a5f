"""Expectations of the page's reading."""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.helpers.digits import DIGITS
from tests.helpers.pen import Pen


def expect_read(page: Page | FrameLocator, digit: int) -> None:
    """Expect the verdict to name the digit, and its meter to be the highest of ten."""
    expect(page.locator("#verdict[data-verdict=digit]")).to_contain_text(re.compile(rf"\b{digit}\b"))
    shown = page.locator("#probabilities [data-digit]").evaluate_all(
        "meters => meters.map((meter) => [Number(meter.dataset.digit), Number(meter.dataset.probability)])"
    )
    assert [shown_digit for shown_digit, _ in shown] == list(range(10))
    assert max(shown, key=lambda pair: pair[1])[0] == digit
    assert sum(probability for _, probability in shown) == pytest.approx(1, abs=0.001)


def expect_blank(page: Page | FrameLocator) -> None:
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "blank")


def draw_all_ten(page: Page, pen: Pen, view: Page | FrameLocator | None = None) -> None:
    """Draw ten digits, one after the other, each of which is read and cleared."""
    view = view or page
    for digit, strokes in DIGITS.items():
        pen.draw(strokes, steps=1)
        expect_read(view, digit)
        view.get_by_role("button", name="Clear").click()
        expect_blank(view)
