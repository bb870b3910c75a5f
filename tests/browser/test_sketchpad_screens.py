"""The pad in its surroundings: hidden, resized, scrolled, with a screen reader."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.helpers.pads import ROOF, STROKES, Pad
from tests.helpers.pen import Pen


def test_a_pad_in_a_hidden_tab_works_once_it_is_shown(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    pad.page.get_by_role("tab", name="Second").click()
    second = Pad(pad.page, canvas=pad.page.locator("#second canvas"))
    expect(second.canvas).to_have_js_property("width", pad.canvas.evaluate("canvas => canvas.width"))
    second.draw([ROOF])
    assert second.ink() > 0.05
    pad.page.keyboard.press("Escape")
    assert second.ink() == 0
    pad.page.get_by_role("tab", name="First").click()
    expect(pad.canvas).to_be_visible()
    assert pad.shows(pad.sent())


def test_the_drawing_survives_hiding_by_the_server(pad: Pad) -> None:
    pad.draw(STROKES)
    drawn = pad.expect_strokes(3)
    for _ in range(2):
        pad.button("Hide").click()
        expect(pad.canvas).not_to_be_visible()
        pad.button("Unhide").click()
        expect(pad.canvas).to_be_visible()
    pad.until(lambda: pad.shows(drawn))
    pad.draw([[(60, 60), (220, 60)], [(60, 100), (220, 100)]])
    pad.expect_strokes(5)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(4)


def test_a_new_size_keeps_the_drawing(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    for size in ({"width": 844, "height": 390}, {"width": 300, "height": 600}):
        before = pad.canvas.evaluate("canvas => canvas.width")
        pad.page.set_viewport_size(size)
        expect(pad.canvas).not_to_have_js_property("width", before)
        assert pad.shows(pad.sent())
    pad.draw([[(60, 250), (220, 250)]])
    pad.expect_strokes(4)


@pytest.mark.parametrize("density", [1.5, 3])
def test_the_canvas_has_the_resolution_of_the_screen(open_page: Any, pad_url: str, density: float) -> None:
    pad = Pad(open_page(pad_url, device_scale_factor=density))
    width = pad.canvas.bounding_box()["width"]
    expect(pad.canvas).to_have_js_property("width", round(width * density))
    pad.draw(STROKES)
    pad.expect_strokes(3)
    grey = (pad.pixels() > 32) & (pad.pixels() < 224)
    assert grey.sum() < 4 * width * density  # edges one pixel wide


def test_the_canvas_follows_the_window_to_a_screen_of_another_density(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    screen = {"width": 360, "height": 760, "deviceScaleFactor": 2, "mobile": False}
    pad.page.context.new_cdp_session(pad.page).send("Emulation.setDeviceMetricsOverride", screen)
    pad.until(lambda: pad.canvas.evaluate("canvas => canvas.width === 2 * canvas.clientWidth"))
    assert pad.shows(pad.sent())


def test_the_wheel_scrolls_the_page_over_the_pad(pad: Pad) -> None:
    pad.page.mouse.move(*pad.pen.on_screen((140, 140)))
    pad.page.mouse.wheel(0, 200)
    pad.page.wait_for_function("scrollY > 100")
    assert pad.ink() == 0


def test_a_finger_scrolls_the_page_below_the_pad_but_not_on_it(phone: Pad) -> None:
    phone.draw([[(140, 240), (140, 20)]], steps=20)
    phone.expect_strokes(1)
    assert phone.page.evaluate("scrollY") == 0
    Pen(phone.page, "touch", phone.page.locator("#beneath"), 300).draw([[(150, 100), (150, 20)]], steps=20)
    phone.page.wait_for_function("scrollY > 0")


def test_on_a_phone_the_pad_leaves_room_below_and_buttons_fit_a_finger(phone: Pad) -> None:
    box = phone.canvas.bounding_box()
    assert box["width"] == box["height"] <= 0.46 * 844
    assert box["width"] >= 280
    assert all(phone.button(name).bounding_box()["height"] >= 44 for name in ("Undo", "Clear"))


def test_the_pad_has_an_accessible_name_and_a_placeholder_while_empty(pad: Pad) -> None:
    expect(pad.page.get_by_role("img", name="Drawing pad")).to_have_count(1)
    placeholder = pad.page.get_by_text("Draw a house")
    expect(placeholder).to_have_css("opacity", "1")
    pad.draw([ROOF])
    expect(placeholder).to_have_css("opacity", "0")
    pad.button("Clear").click()
    expect(placeholder).to_have_css("opacity", "1")
    pad.canvas.press("Tab")
    expect(pad.button("Undo")).to_be_focused()


def test_the_paper_is_white_in_the_dark_theme(open_page: Any, pad_url: str) -> None:
    pad = Pad(open_page(f"{pad_url}/?__theme=dark"))
    expect(pad.page.locator("body")).to_have_class(re.compile("dark"))
    assert (pad.pixels() == 255).all()
