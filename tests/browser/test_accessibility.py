"""The page is accessible: axe-core finds no serious violation of WCAG 2.2 AA."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.helpers.digits import DIGITS
from tests.helpers.pads import PHONE, Pad


def serious(page: Page) -> list[tuple[str, str, list[str]]]:
    """Return serious violations: rule, help, and the elements."""
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (violation["id"], violation["help"], [node["html"][:200] for node in violation["nodes"]])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    "screen",
    [{"color_scheme": "light"}, {**PHONE, "color_scheme": "dark", "locale": "zh-CN"}],
    ids=["desktop, light", "phone, dark, Chinese"],
)
def test_axe_finds_no_serious_violation_with_everything_closed_or_open(
    app: str, open_page: Callable[..., Page], screen: dict[str, Any]
) -> None:
    page = open_page(app, **screen)
    pad = Pad(page, "touch" if "has_touch" in screen else "mouse")
    assert serious(page) == []
    pad.draw(DIGITS[4], steps=1)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    page.locator("#inside > button").click()
    page.locator("#picture > button").click()
    expect(page.locator("#relevance h3")).to_be_visible()
    page.locator("[data-layer=pool2] canvas").press("ArrowDown")
    expect(page.locator("#explanation .sum")).to_have_count(3)
    page.wait_for_function("document.getAnimations().every((motion) => motion.playState !== 'running')")
    assert serious(page) == []
