"""The pad alone, with every kind of pointer: strokes appear on the paper, and Undo and Clear remove them."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.helpers.pads import FLOOR, ROOF, STROKES, Pad


def test_the_first_stroke_is_drawn_and_answered_while_the_pen_is_down(any_pad: Pad) -> None:
    assert any_pad.ink() == 0
    any_pad.draw([ROOF], lift=False)
    assert any_pad.ink() > 0.05
    roof = any_pad.expect_strokes(1)
    any_pad.pen.move((100, 250))
    any_pad.until(lambda: any_pad.sent() != roof)
    any_pad.pen.up()
    any_pad.expect_strokes(1)


def test_a_stylus_draws(open_page: Any, pad_url: str) -> None:
    stylus = Pad(open_page(pad_url), "pen")
    stylus.draw(STROKES)
    stylus.expect_strokes(3)


def test_drawing_works_again_after_clear(any_pad: Pad) -> None:
    for _ in range(3):
        any_pad.draw(STROKES)
        any_pad.expect_strokes(3)
        any_pad.button("Clear").click()
        any_pad.expect_strokes(0)
    any_pad.draw([ROOF])
    any_pad.expect_strokes(1)


def test_clear_and_undo_of_an_empty_pad_send_nothing(pad: Pad) -> None:
    for _ in range(3):
        pad.button("Clear").click()
        pad.button("Undo").click()
    pad.draw([ROOF])
    pad.expect_strokes(1)
    assert all(json.loads(body)["data"][0] for body in pad.bodies)


def test_undo_and_clear_work_by_button_and_keyboard(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    pad.button("Undo").click()
    pad.expect_strokes(2)
    pad.page.keyboard.press("Escape")
    pad.expect_strokes(0)
    pad.button("Undo").click()
    pad.expect_strokes(2)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(1)
    pad.page.keyboard.press("Control+Shift+z")
    pad.page.keyboard.press("Meta+z")
    pad.expect_strokes(0)


def test_undo_while_the_pen_is_down_removes_that_stroke(pad: Pad) -> None:
    pad.draw([FLOOR])
    pad.draw([ROOF], lift=False)
    pad.expect_strokes(2)
    pad.page.keyboard.press("Control+z")
    pad.pen.move((30, 30))
    pad.pen.up()
    pad.expect_strokes(1)


def test_keys_typed_in_another_field_do_not_change_the_drawing(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    notes = pad.page.get_by_label("Notes")
    notes.fill("a house")
    notes.press("Control+z")
    notes.press("Escape")
    expect(notes).to_have_value("")
    pad.draw([FLOOR])
    pad.expect_strokes(4)


def test_keys_do_not_change_a_drawing_that_is_out_of_view(pad: Pad) -> None:
    pad.draw(STROKES)
    pad.expect_strokes(3)
    settings = pad.page.get_by_role("button", name="Settings")
    settings.scroll_into_view_if_needed()
    pad.page.keyboard.press("Escape")  # scrolled away
    settings.click()
    expect(pad.page.get_by_text("Display Theme")).to_be_visible()
    pad.canvas.scroll_into_view_if_needed()
    pad.page.keyboard.press("Escape")  # covered by the panel
    pad.expect_strokes(3)
    pad.page.mouse.click(20, 300)  # beside the panel: closes it
    expect(pad.page.get_by_text("Display Theme")).to_be_hidden()
    pad.page.keyboard.press("Escape")
    pad.expect_strokes(0)


def test_a_second_finger_neither_draws_nor_zooms(phone: Pad) -> None:
    phone.canvas.scroll_into_view_if_needed()
    phone.pen.down((60, 60), finger=0)
    phone.pen.down((220, 60), finger=1)
    for y in range(70, 221, 10):
        phone.pen.move((60, y), finger=0)
        phone.pen.move((220, y), finger=1)
    phone.pen.up(finger=0)
    phone.pen.move((140, 140), finger=1)
    phone.pen.up(finger=1)
    drawing = phone.expect_strokes(1)
    assert {x for x, _ in drawing.strokes[0]} == {60}
    assert drawing.strokes[0][-1][1] == 220
    assert phone.page.evaluate("visualViewport.scale") == 1


def test_a_pointer_that_leaves_the_paper_and_returns_draws_one_stroke(any_pad: Pad) -> None:
    any_pad.draw([[(60, 140), (300, 140), (300, 200), (60, 200)]])
    drawing = any_pad.expect_strokes(1)
    assert drawing.strokes[0][-1] == pytest.approx((60, 200), abs=1)
    any_pad.draw([[(60, 40), (300, 40)], [(60, 80), (220, 80)]])  # lifted outside
    any_pad.expect_strokes(3)


def test_a_stroke_stays_when_the_system_cancels_the_pointer(phone: Pad) -> None:
    phone.draw([ROOF], lift=False)
    phone.pen.cancel()
    phone.expect_strokes(1)
    phone.draw([FLOOR])
    phone.expect_strokes(2)


def test_only_the_primary_mouse_button_draws(pad: Pad) -> None:
    x, y = pad.pen.on_screen((60, 60))
    for button in ("right", "middle"):
        pad.page.mouse.move(x, y)
        pad.page.mouse.down(button=button)
        pad.page.mouse.move(x + 50, y + 50)
        pad.page.mouse.up(button=button)
    pad.page.keyboard.press("Escape")
    assert pad.ink() == 0
    assert not pad.requests
