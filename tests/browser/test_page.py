"""The running page reads drawings made with a mouse or a finger, of any size."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from lenet.demo.data_urls import data_url
from lenet.image.preprocess import preprocess
from tests.helpers.digits import DIGITS, HOUSE, placed
from tests.helpers.pads import PHONE, Pad
from tests.helpers.pen import Pen
from tests.helpers.reading import draw_all_ten, expect_blank, expect_read


def expect_seen(pad: Pad, strokes: int) -> None:
    """Expect the pad to show a number of strokes, and `#seen` their 28 × 28 picture."""
    pad.until(lambda: len(pad.sent().strokes) == strokes and pad.shows(pad.sent()))
    expect(pad.page.locator("#seen")).to_have_attribute("src", data_url(preprocess(pad.sent().render()).picture))


@pytest.mark.parametrize(
    ("screen", "pointer"),
    [pytest.param({}, "mouse", marks=pytest.mark.slow), (PHONE, "touch")],
    ids=["mouse", "finger"],
)
def test_ten_digits_are_read_and_drawing_does_not_scroll(
    app: str, open_page: Callable[..., Page], screen: dict, pointer: Any
) -> None:
    page = open_page(app, **screen)
    expect_blank(page)
    draw_all_ten(page, Pen(page, pointer))
    assert page.evaluate("scrollY") == 0


def test_two_digits_are_reported_and_one_is_read_again_after_undo(page: Page) -> None:
    pen = Pen(page)
    for digit, x in ((4, 75), (2, 205)):
        pen.draw(placed(DIGITS[digit], 110, x, 140), steps=1)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "several")
    expect(verdict).to_contain_text(re.compile("4.*2"))
    for _ in DIGITS[2]:
        page.get_by_role("button", name="Undo").click()
    expect_read(page, 4)


def test_the_page_answers_while_the_pen_is_still_down(page: Page) -> None:
    pen = Pen(page)
    pen.draw(DIGITS[7], lift=False)
    expect_read(page, 7)
    pen.up()


def test_all_requests_go_to_the_server(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank")
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(app, wait_until="networkidle")
    Pen(page).draw(DIGITS[3], steps=1)
    expect_read(page, 3)
    assert len(urls) > 10
    hosts = {urlsplit(url).netloc for url in urls if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(app).netloc}


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_pad_and_reading_are_in_view_together(app: str, open_page: Callable[..., Page], screen: dict) -> None:
    page = open_page(app, **screen)
    Pen(page, "touch" if screen else "mouse").draw(DIGITS[8], steps=1)
    expect_read(page, 8)
    expect(page.locator("#sketchpad canvas").first).to_be_in_viewport(ratio=1)
    for name in ("#verdict", "#seen", "#probabilities"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_whatever_the_verdict(app: str, open_page: Callable[..., Page], screen: dict) -> None:
    page = open_page(app, **screen)
    pen = Pen(page, "touch" if screen else "mouse")
    four = placed(DIGITS[4], 110, 75, 140)
    drawn = {"blank": [], "digit": four, "several": placed(DIGITS[2], 110, 220, 140), "unsure": HOUSE}
    places = []
    for verdict, strokes in drawn.items():
        pen.draw(strokes, steps=1)
        expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)
        boxes = [page.locator(name).bounding_box() for name in ("#sketchpad", "#seen", ".bars", "footer")]
        places.append([(box["x"], box["y"], box["height"]) for box in boxes])
    assert places == [places[0]] * 4


@pytest.mark.parametrize(
    ("strokes", "verdict"),
    [
        ([[(140, 140)]], "blank"),
        (placed(DIGITS[5], 50, 36, 241), "digit"),
        (placed(DIGITS[2], 275), "digit"),
        (HOUSE, "unsure"),
        ([[(3, 3), (277, 277)], [(277, 3), (3, 277)]] * 8, "unsure"),
    ],
    ids=["dot", "small in a corner", "huge over the edges", "house", "scribble"],
)
def test_unusual_drawings_get_the_right_verdict_and_only_a_digit_is_highlighted(
    page: Page, strokes: list, verdict: str
) -> None:
    seen = page.locator("#seen").get_attribute("src")
    Pen(page).draw(strokes, steps=1)
    expect(page.locator("#seen")).not_to_have_attribute("src", seen)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)
    expect(page.locator("#probabilities .chosen")).to_have_count(int(verdict == "digit"))


def test_undo_and_escape_update_the_reading(page: Page) -> None:
    pad = Pad(page)
    pad.draw(DIGITS[1])
    pad.draw([[(60, 60), (220, 60)], [(60, 220), (220, 220)]])
    expect_seen(pad, 3)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect_seen(pad, 1)
    expect_read(page, 1)
    page.keyboard.press("Escape")
    expect_blank(page)
