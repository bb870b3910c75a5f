"""“Inside the network” on the running page: live while it is open, no cost while it is closed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.digits import DIGITS
from tests.helpers.pads import PHONE, Pad


def toggle(page: Page) -> None:
    page.get_by_role("button", name="Inside the network").click()


def painted(canvas: Locator) -> bool:
    """Return True if any pixel of a canvas is not black."""
    return canvas.evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
        ".some((value, i) => i % 4 < 3 && value)"
    )


def test_closed_it_adds_no_request_and_no_data(page: Page) -> None:
    pad = Pad(page)
    sizes = []
    page.on("response", lambda answer: "/run/predict" in answer.url and sizes.append(len(answer.body())))
    pad.draw(DIGITS[7], steps=1)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    assert set(pad.requests) == {"POST /run/predict"}
    assert len(set(pad.bodies)) == len(pad.bodies) == len(pad.requests)
    pad.until(lambda: len(sizes) == len(pad.requests))  # a response event may follow the update of the page
    assert max(sizes) < 8_000


def test_open_it_shows_every_layer_live_and_which_ink_supports_the_answer(page: Page) -> None:
    pad = Pad(page)
    toggle(page)
    layers = [page.locator(f"[data-layer={layer}] canvas") for layer in ("picture", "pool1", "pool2", "hidden")]
    for canvas in layers:
        expect(canvas).to_be_visible()
    assert not any(map(painted, layers))
    pad.draw(DIGITS[4], steps=1)
    expect(page.locator("#relevance h3")).to_have_text("Which ink supports a 4")
    assert all(map(painted, layers))
    cells = page.locator("#maps tbody tr").nth(4).locator("td")
    expect(cells.nth(3)).to_contain_text("%")
    shown = page.locator("#probabilities [data-digit='4']").get_attribute("data-probability")
    assert float(cells.nth(3).inner_text().rstrip(" %")) == pytest.approx(100 * float(shown), abs=0.06)
    page.get_by_role("button", name="Clear").click()
    expect(cells.nth(3)).to_have_text("–")
    expect(page.locator("#relevance h3")).to_have_count(0)
    assert not any(map(painted, layers))


def test_hovering_over_a_value_explains_it_and_the_arrow_keys_move_from_there(page: Page) -> None:
    Pad(page).draw(DIGITS[4], steps=1)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "digit")
    toggle(page)
    canvas = page.locator("[data-layer=pool1] canvas")
    canvas.scroll_into_view_if_needed()
    expect(page.locator("#relevance h3")).to_have_text("Which ink supports a 4")
    value = canvas.bounding_box()["width"] / (8 * 15 - 1)
    canvas.hover(position={"x": value * (15 + 3.5), "y": value * (15 + 6.5)})
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


@pytest.mark.parametrize(("locale", "width"), [("en", 390), ("zh-CN", 390), ("en", 320)])
def test_on_a_phone_everything_fits_the_screen_and_a_tap_explains_a_value_in_view(
    app: str, open_page: Callable[..., Page], locale: str, width: int
) -> None:
    page = open_page(app, **PHONE | {"viewport": {"width": width, "height": 664}}, locale=locale)
    Pad(page, "touch").draw(DIGITS[4], steps=1)
    page.locator("#inside > button").click()
    expect(page.locator("#relevance h3")).to_contain_text("4")
    panel = page.locator("#inside").bounding_box()
    for box in (part.bounding_box() for part in page.locator("#maps :is(p, canvas, tr)").all()):
        assert panel["x"] <= box["x"] < box["x"] + box["width"] <= panel["x"] + panel["width"]
    assert page.locator("#maps tr").first.bounding_box()["height"] < 40  # the header is one line
    canvas = page.locator("[data-layer=pool2] canvas")
    pixels_per_value = canvas.bounding_box()["width"] / canvas.evaluate("canvas => canvas.width")
    assert pixels_per_value >= 4 * width / 390
    canvas.tap()
    title = page.locator("#explanation h3")
    expect(title).to_contain_text("Map" if locale == "en" else "特征图")
    expect(title).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
