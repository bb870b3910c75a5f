"""The pad animates strokes on request, and stops when someone draws on it."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from lenet.image.strokes import Drawing
from tests.helpers.pads import FLOOR, ROOF, STROKES, Pad

TALL = [[[60, 40], [60, 240]], [[220, 40], [220, 240]]]


def animate(pad: Pad, strokes: list, elem_id: str = "sketchpad") -> None:
    script = "detail => { dispatchEvent(new CustomEvent('sketchpad:draw', { detail })); }"
    pad.page.evaluate(script, {"pad": elem_id, "strokes": strokes})


@pytest.fixture
def stopped(pad: Pad) -> Pad:
    """A pad on a page whose time advances only by `page.clock.run_for`."""
    pad.page.clock.install(time=0)
    pad.page.clock.pause_at(1000)
    return pad


def length(drawing: Drawing) -> float:
    """Return the total length of vertical strokes."""
    return sum(abs(stroke[-1][1] - stroke[0][1]) for stroke in drawing.strokes)


def test_it_draws_stroke_by_stroke_at_constant_speed_and_sends_updates(stopped: Pad) -> None:
    animate(stopped, TALL)
    inks = []
    for i in range(12):
        stopped.page.clock.run_for(80)
        inks.append(stopped.ink())
        if i < 4:
            stopped.until(lambda i=i: len(set(stopped.bodies)) > i)
    steps = [b - a for a, b in pairwise(inks)]
    pause = steps.index(min(steps[:-2]))
    assert 2 < pause < len(steps) - 4  # the pen is lifted
    assert inks[pause] == pytest.approx(inks[-1] / 2, rel=0.2)
    within = [*steps[: pause - 1], *steps[pause + 2 : -3]]
    assert max(within) < 2 * min(within)
    assert stopped.expect_strokes(2).strokes == tuple(tuple((x, y) for x, y in stroke) for stroke in TALL)


def test_one_undo_restores_the_drawing_after_any_number_of_animations(stopped: Pad) -> None:
    stopped.draw(STROKES)
    stopped.page.clock.run_for(100)
    house = stopped.expect_strokes(3)
    for _ in range(3):
        animate(stopped, TALL)
        stopped.page.clock.run_for(300)
        stopped.until(lambda: len(stopped.sent().strokes) == 1)
    stopped.page.clock.run_for(2000)
    stopped.expect_strokes(2)
    stopped.button("Undo").click()
    assert stopped.expect_strokes(3) == house


@pytest.mark.parametrize("action", ["pen", "Undo", "Clear"])
def test_any_change_of_the_drawing_stops_it(stopped: Pad, action: str) -> None:
    stopped.draw([FLOOR])
    stopped.page.clock.run_for(100)
    animate(stopped, TALL)
    stopped.page.clock.run_for(200)
    stopped.until(lambda: len(stopped.sent().strokes) == 1 and 0 < length(stopped.sent()) < 200)
    if action == "pen":
        stopped.draw([ROOF])
    else:
        stopped.button(action).click()
    stopped.page.clock.run_for(3000)
    drawing = stopped.expect_strokes({"pen": 2, "Undo": 1, "Clear": 0}[action])
    if action == "pen":
        assert drawing.strokes[0][0] == tuple(TALL[0][0])
        assert length(Drawing(strokes=drawing.strokes[:1])) < 200
    elif action == "Undo":
        assert drawing.strokes[0][-1] == pytest.approx(FLOOR[-1], abs=1)


def test_a_hidden_tab_pauses_it_and_shows_what_it_sent(pad: Pad) -> None:
    pad.page.evaluate("() => { window.held = []; window.requestAnimationFrame = (frame) => held.push(frame); }")
    animate(pad, TALL)
    assert length(pad.expect_strokes(1)) < 20
    pad.page.wait_for_function("() => new Promise((done) => setTimeout(done, 900, true))")
    assert pad.shows(pad.sent())
    pad.page.evaluate("held.splice(0).forEach((frame) => frame(performance.now()))")
    assert length(pad.expect_strokes(2)) == 400


def test_with_reduced_motion_the_drawing_appears_at_once(open_page: Any, pad_url: str) -> None:
    pad = Pad(open_page(pad_url, reduced_motion="reduce"))
    animate(pad, TALL)
    assert pad.shows(Drawing(strokes=tuple(tuple(map(tuple, stroke)) for stroke in TALL)))
    pad.expect_strokes(2)
    assert len(pad.bodies) == 1


def test_only_the_named_pad_draws(pad: Pad) -> None:
    animate(pad, [FLOOR], "second")
    assert pad.ink() == 0
    animate(pad, TALL)
    drawn = pad.expect_strokes(2)
    pad.page.get_by_role("tab", name="Second").click()
    second = Pad(pad.page, canvas=pad.page.locator("#second canvas"))
    assert second.ink() == 0
    animate(second, [FLOOR], "second")
    second.until(lambda: second.shows(Drawing(strokes=(tuple(FLOOR),))))
    pad.page.get_by_role("tab", name="First").click()
    expect(pad.canvas).to_be_visible()
    assert pad.shows(drawn)
