"""Inside the network, on the running page: live while it is open, and nothing at all while it is closed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.digits import DIGITS
from tests.helpers.pads import PHONE, Pad


def toggle(page: Page) -> None:
    page.get_by_role("button", name="Inside the network").click()


def painted(canvas: Locator) -> bool:
    """Whether any pixel of a canvas is not black."""
    return canvas.evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
        ".some((value, i) => i % 4 < 3 && value)"
    )


def test_closed_it_asks_for_nothing_and_gets_nothing(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    pad = Pad(page)
    sizes = []
    page.on("response", lambda answer: "/run/predict" in answer.url and sizes.append(len(answer.body())))
    pad.draw(DIGITS[7], steps=1)
    expect(page.locator("#verdict")).to_have_text("This looks like a 7.")
    assert set(pad.requests) == {"POST /run/predict"}
    assert len(set(pad.bodies)) == len(pad.bodies) == len(pad.requests)
    pad.until(lambda: len(sizes) == len(pad.requests))  # a body may come to the test after its text is on the page
    assert max(sizes) < 8_000


def test_open_it_shows_every_layer_live_and_which_ink_speaks_for_the_answer(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app)
    pad = Pad(page)
    toggle(page)
    layers = [page.locator(f"[data-layer={layer}] canvas") for layer in ("picture", "pool1", "pool2", "hidden")]
    for canvas in layers:
        expect(canvas).to_be_visible()
    assert not any(map(painted, layers))
    pad.draw(DIGITS[4], steps=1)
    expect(page.locator("#relevance h3")).to_have_text("Which ink speaks for a 4")
    assert all(map(painted, layers))
    cells = page.locator("#maps tbody tr").nth(4).locator("td")
    expect(cells.nth(3)).to_contain_text("%")
    shown = page.locator("#probabilities [data-digit='4']").get_attribute("data-probability")
    assert float(cells.nth(3).inner_text().rstrip(" %")) == pytest.approx(100 * float(shown), abs=0.06)
    page.get_by_role("button", name="Clear").click()
    expect(cells.nth(3)).to_have_text("–")
    expect(page.locator("#relevance h3")).to_have_count(0)
    assert not any(map(painted, layers))


def test_pointing_at_a_value_tells_its_sum_and_the_arrows_go_on_from_it(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app)
    Pad(page).draw(DIGITS[4], steps=1)
    expect(page.locator("#verdict")).to_have_text("This looks like a 4.")
    toggle(page)
    canvas = page.locator("[data-layer=pool1] canvas")
    canvas.scroll_into_view_if_needed()
    expect(page.locator("#relevance h3")).to_have_text("Which ink speaks for a 4")
    unit = canvas.bounding_box()["width"] / (8 * 15 - 1)
    canvas.hover(position={"x": unit * (15 + 3.5), "y": unit * (15 + 6.5)})
    title = page.locator("#explanation h3")
    expect(title).to_have_text("Map 10, row 7, column 4")
    expect(page.locator("#explanation .sum img")).to_have_count(3)
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("Map 10, row 7, column 5")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("Map 9, row 7, column 14")
    page.locator("[data-layer=hidden] canvas").press("ArrowDown")
    expect(title).to_have_text("Hidden unit 65")


def test_on_a_phone_a_tap_tells_it_in_view_and_nothing_is_wider_than_the_screen(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app, **PHONE, locale="zh-CN")
    Pad(page, "touch").draw(DIGITS[4], steps=1)
    page.get_by_role("button", name="网络内部").click()
    expect(page.locator("#relevance h3")).to_have_text("哪些笔迹支持 4")
    canvas = page.locator("[data-layer=pool2] canvas")
    value = canvas.bounding_box()["width"] / canvas.evaluate("canvas => canvas.width")
    assert value >= 4  # CSS pixels to tap at, where 16 maps in a row leave 2
    canvas.tap()
    expect(page.locator("#explanation h3")).to_contain_text("特征图")
    expect(page.locator("#explanation h3")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
