"""The example drawings: a click makes the page draw and read one."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.helpers.digits import HOUSE
from tests.helpers.pads import PHONE, Pad
from tests.helpers.reading import expect_read


def test_a_click_draws_a_digit_stroke_by_stroke_and_one_undo_removes_it(page: Page) -> None:
    pad = Pad(page)
    pad.draw(HOUSE)
    pad.until(lambda: len(pad.sent().strokes) == 3 and pad.shows(pad.sent()))
    house = pad.sent()
    before = len(pad.bodies)
    pad.button("Draw a 4").click()
    expect_read(pad.page, 4)
    pad.until(lambda: len(pad.sent().strokes) == 2 and pad.shows(pad.sent()))
    assert len(set(pad.bodies[before:])) >= 3
    assert set(pad.requests) == {"POST /run/predict"}  # no other requests
    pad.button("Undo").click()
    pad.until(lambda: pad.sent() == house and pad.shows(house))
    expect(pad.page.locator("#verdict")).to_have_attribute("data-verdict", "unsure")


def test_the_cat_is_refused_and_a_slashed_0_chosen_by_keyboard_is_read(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app, reduced_motion="reduce")
    verdict = page.locator("#verdict")
    page.get_by_role("button", name="Draw a cat").press("Enter")
    expect(verdict).to_have_attribute("data-verdict", "unsure")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Draw a 0 with a slash")).to_be_focused()
    page.keyboard.press("Space")
    expect_read(page, 0)


def test_on_a_phone_the_examples_are_below_the_bars_and_large_enough_for_fingers(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app, **PHONE, locale="zh-CN")
    cat = page.get_by_role("button", name="画一只猫")
    expect(cat).to_be_visible()
    bars = page.locator("#probabilities").bounding_box()
    assert bars["y"] + bars["height"] <= 844
    assert page.locator("#examples").bounding_box()["y"] >= bars["y"] + bars["height"]
    sizes = page.locator("#examples button").evaluate_all(
        "buttons => buttons.map((button) => [button.offsetWidth, button.offsetHeight, button.offsetTop])"
    )
    assert len(sizes) == 14
    assert min(min(width, height) for width, height, _ in sizes) >= 44
    assert len({top for *_, top in sizes}) == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cat.tap()
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "unsure")


def test_on_a_desktop_the_ten_digits_are_one_row_below_the_pad(page: Page) -> None:
    places = [page.get_by_role("button", name=f"Draw a {digit}", exact=True).bounding_box() for digit in (0, 9)]
    pad = page.locator("#sketchpad").bounding_box()
    assert places[0]["y"] == places[1]["y"] >= pad["y"] + pad["height"]
    assert pad["x"] - 4 <= places[0]["x"] < places[1]["x"] + places[1]["width"] <= pad["x"] + pad["width"] + 4
    expect(page.get_by_role("button", name="Draw a cat")).to_be_in_viewport(ratio=1)
