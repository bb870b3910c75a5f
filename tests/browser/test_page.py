"""The running page reads what a person draws: with the mouse, with a finger, in any size."""

import base64
import io
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lenet.image.preprocess import preprocess
from tests.helpers.digits import DIGITS, HOUSE, placed
from tests.helpers.pads import PHONE, Pad
from tests.helpers.pen import Pen
from tests.helpers.reading import draw_all_ten, expect_blank, expect_read


def expect_seen(pad: Pad, strokes: int) -> None:
    """The picture on the page is that of the pad's drawing, which has so many strokes."""
    pad.until(lambda: len(pad.sent().strokes) == strokes and pad.shows(pad.sent()))
    pixels = np.rint(preprocess(pad.sent().render()).picture * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    expect(pad.page.locator("#seen")).to_have_attribute("src", source)


def test_ten_digits_drawn_with_the_mouse_are_read(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    expect_blank(page)
    draw_all_ten(page, Pen(page))


def test_ten_digits_drawn_with_a_finger_on_a_phone_are_read(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app, **PHONE)
    expect_blank(page)
    draw_all_ten(page, Pen(page, "touch"))
    assert page.evaluate("scrollY") == 0  # a finger on the pad draws, it does not scroll


def test_two_digits_are_named_from_left_to_right_and_one_alone_is_read_again(
    app: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(app)
    pen = Pen(page)
    for digit, x in ((4, 75), (2, 205)):
        pen.draw(placed(DIGITS[digit], 110, x, 140), steps=1)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "several")
    expect(verdict).to_contain_text("This looks like 4 and 2.")
    for _ in DIGITS[2]:
        page.get_by_role("button", name="Undo").click()
    expect_read(page, 4)


def test_a_house_is_not_called_a_digit_and_no_meter_says_so(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    Pen(page).draw(HOUSE, steps=1)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "unsure")
    expect(verdict).to_contain_text("draw one from 0 to 9")
    expect(page.locator("#probabilities .chosen")).to_have_count(0)


def test_the_bars_stay_where_they_are_whatever_the_verdict(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app, **PHONE)
    pen = Pen(page, "touch")
    drawn = {"blank": [], "digit": DIGITS[4], "several": placed(DIGITS[2], 110, 220, 140), "unsure": HOUSE}
    places = set()
    for verdict, strokes in drawn.items():
        pen.draw(placed(strokes, 110, 75, 140) if verdict == "digit" else strokes, steps=1)
        expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)
        places.add(page.locator("#probabilities").bounding_box()["y"])
    assert len(places) == 1


def test_the_page_answers_while_the_pen_is_still_down(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    pen = Pen(page)
    pen.draw(DIGITS[7], lift=False)
    expect_read(page, 7)
    pen.up()


def test_loading_and_drawing_ask_nobody_but_the_server(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app, wait_until="networkidle")
    Pen(page).draw(DIGITS[3])
    expect_read(page, 3)
    assert len(asked) > 10
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(app).netloc}


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_pad_and_result_are_in_view_together(app: str, open_page: Callable[..., Page], screen: dict) -> None:
    page = open_page(app, **screen)
    Pen(page, "touch" if screen else "mouse").draw(DIGITS[8])
    expect_read(page, 8)
    expect(page.locator("#sketchpad canvas").first).to_be_in_viewport(ratio=1)
    for name in ("#verdict", "#seen", "#probabilities"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_moves_while_the_answer_changes(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
    places = [
        page.locator(name).bounding_box() for name in ("#sketchpad", "#verdict", "#seen", "#probabilities", "footer")
    ]
    Pen(page).draw(DIGITS[8])
    expect_read(page, 8)
    after = [
        page.locator(name).bounding_box() for name in ("#sketchpad", "#verdict", "#seen", "#probabilities", "footer")
    ]
    assert [(box["x"], box["y"], box["height"]) for box in after] == [
        (box["x"], box["y"], box["height"]) for box in places
    ]


@pytest.mark.parametrize(
    ("strokes", "verdict"),
    [
        ([[(140, 140)]], "blank"),
        (placed(DIGITS[5], 42, 32, 245), "digit"),
        (placed(DIGITS[2], 275), "digit"),
        ([[(3, 3), (277, 277)], [(277, 3), (3, 277)]] * 20, "unsure"),
    ],
    ids=["dot", "tiny in a corner", "huge over the edges", "scribble"],
)
def test_odd_drawings_get_a_sensible_answer(
    app: str, open_page: Callable[..., Page], strokes: list, verdict: str
) -> None:
    page = open_page(app)
    seen = page.locator("#seen").get_attribute("src")
    Pen(page).draw(strokes, steps=2)
    expect(page.locator("#seen")).not_to_have_attribute("src", seen)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)


def test_undo_takes_the_answer_back_with_the_stroke(app: str, open_page: Callable[..., Page]) -> None:
    page = open_page(app)
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


def test_live_events_are_not_in_the_api_and_predict_and_read_are(app: str, open_page: Callable[..., Page]) -> None:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{app}/gradio_api/info", timeout=10) as answer:
        info = json.load(answer)
    assert list(info["named_endpoints"]) == ["/predict", "/read"]
    assert info["unnamed_endpoints"] == {}
