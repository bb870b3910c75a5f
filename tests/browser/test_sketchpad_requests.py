"""The pad's requests: small, prompt, at a limited rate, and never without the last stroke."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Route, expect

from lenet.image.strokes import Drawing
from tests.helpers.pads import DOT, FLOOR, PAD_APP, ROOF, STROKES, Pad

ROOT = Path(__file__).parents[2]


def test_the_function_receives_the_drawing_as_pixels(any_pad: Pad) -> None:
    any_pad.draw(STROKES)
    drawing = any_pad.expect_strokes(3)
    expect(any_pad.page.locator("#got")).to_have_attribute("data-shape", "(280, 280)")
    assert [len(stroke) for stroke in drawing.strokes][-1] == 1
    ends = np.array([drawing.strokes[0][0], drawing.strokes[0][-1], drawing.strokes[1][-1], drawing.strokes[2][0]])
    assert np.abs(ends - [ROOF[0], ROOF[-1], FLOOR[-1], DOT[0]]).max() < 2


def test_an_update_is_one_small_post_request(pad: Pad) -> None:
    started = time.monotonic()
    pad.draw([[(40, 40), (240, 60), (40, 120), (240, 160), (60, 240)]], steps=15)
    pad.expect_strokes(1)
    seconds = time.monotonic() - started
    assert set(pad.requests) == {"POST /run/predict"}
    assert 2 <= len(pad.requests) <= seconds / 0.05 + 2
    assert len(set(pad.bodies)) == len(pad.bodies), "the same drawing was sent twice"
    assert max(map(len, pad.bodies)) <= 8000
    sent = len(pad.requests)
    pad.button("Clear").click()
    pad.expect_strokes(0)
    assert len(pad.requests) == sent + 1


def test_a_long_scribble_is_simplified_without_a_visible_change(pad: Pad) -> None:
    turn = np.linspace(0, 60, 1200)
    scribble = np.stack([140 + 110 * np.cos(turn * 1.07), 140 + 110 * np.sin(turn)], 1).tolist()
    pad.pen.down(scribble[0])
    # One event with many coalesced ones, as a busy browser gets from a fast stylus.
    pad.canvas.evaluate(
        """(canvas, points) => {
            const { x, y, width } = canvas.getBoundingClientRect();
            const move = (point, more) => new PointerEvent("pointermove", {
                pointerId: 1, pointerType: "mouse", buttons: 1,
                clientX: x + point[0] * width / 280, clientY: y + point[1] * width / 280, ...more,
            });
            canvas.dispatchEvent(move(points.at(-1), { coalescedEvents: points.map((point) => move(point)) }));
        }""",
        scribble,
    )
    pad.pen.up()
    drawing = pad.expect_strokes(1)
    assert len(pad.bodies[-1]) <= 8000
    assert len(drawing.strokes[0]) > 100


@pytest.mark.parametrize("kind", ["dots", "dashes", "one stroke"])
def test_every_drawing_is_encoded_within_the_limit(browser: Browser, kind: str) -> None:
    random = np.random.default_rng(1)
    points = (random.random((20_000, 2)) * 280).round(1)
    strokes = {"dots": points[:, None], "dashes": points.reshape(-1, 2, 2), "one stroke": points[None]}[kind].tolist()
    page = browser.new_page()
    source = (ROOT / "lenet/demo/sketchpad/encode.js").read_text()
    text = page.evaluate(f"strokes => {{ {source}; return encode(strokes, 280, 20); }}", strokes)
    page.close()
    drawing = Drawing.from_json(json.loads(text))
    assert 6500 < len(text) <= 7600
    assert drawing.strokes[-1][-1] == tuple(np.round(points[-1]))
    assert sum(map(len, drawing.strokes)) > 300


def test_the_last_of_twenty_strokes_in_a_second_arrives(any_pad: Pad) -> None:
    tallies = [[(10 + 13 * i, 60), (10 + 13 * i, 220)] for i in range(20)]
    any_pad.draw(tallies, steps=1)
    drawing = any_pad.expect_strokes(20)
    assert abs(drawing.strokes[-1][-1][0] - tallies[-1][-1][0]) < 1


@pytest.mark.parametrize("status", [200, 500, 502])
def test_while_a_request_is_pending_only_the_latest_drawing_waits_and_a_failure_loses_no_stroke(
    pad: Pad, status: int
) -> None:
    held: list[Route] = []
    pad.page.route("**/run/predict", lambda route: held.append(route), times=1)
    pad.draw([ROOF])
    pad.until(lambda: held)
    pad.draw([FLOOR, DOT])
    pad.page.wait_for_function("() => new Promise(done => setTimeout(done, 200, true))")
    assert len(pad.requests) == 1
    if status == 200:
        held[0].continue_()
    else:
        held[0].fulfill(status=status, body='{"error": "out of luck"}' if status == 500 else "<html>Bad gateway</html>")
    pad.expect_strokes(3)
    if status == 200:
        assert len(pad.requests) == 2


def test_a_request_that_keeps_failing_is_repeated_twice(pad: Pad) -> None:
    pad.page.clock.install()
    pad.page.route("**/run/predict", lambda route: route.fulfill(status=500, body='{"error": "never"}'))
    pad.draw([DOT])
    for _ in range(20):
        pad.page.clock.run_for(1000)
    assert len(pad.requests) == 3


def test_the_drawing_stays_when_the_server_stops(start: Any, open_page: Any) -> None:
    server = start(PAD_APP)
    pad = Pad(open_page(server.url))
    pad.draw([ROOF])
    pad.expect_strokes(1)
    server.stop()
    pad.draw([FLOOR, DOT])
    expect(pad.page.get_by_text("Connection to the server was lost")).to_be_visible()
    assert pad.shows(Drawing(strokes=tuple(map(tuple, STROKES))))


def test_the_server_can_put_a_drawing_on_the_pad_and_empty_it(pad: Pad) -> None:
    pad.draw([ROOF])
    pad.expect_strokes(1)
    pad.button("Example").click()
    example = Drawing(strokes=(((40.0, 40.0), (240.0, 240.0)),))
    pad.until(lambda: pad.shows(example))
    pad.draw([FLOOR])
    assert pad.expect_strokes(2).strokes[0] == example.strokes[0]
    pad.button("Empty").click()
    pad.until(lambda: pad.ink() == 0)
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(2)


def test_the_page_is_told_of_every_drawing_and_can_clear_the_pad(pad: Pad) -> None:
    pad.page.evaluate(
        "window.heard = []; document.addEventListener('sketchpad:changed', ({ detail }) => heard.push(detail))"
    )
    pad.draw(STROKES)
    pad.expect_strokes(3)
    pad.button("Example").click()
    pad.page.wait_for_function("JSON.parse(heard.at(-1)).strokes[0][0][0] === 40")
    pad.canvas.evaluate("canvas => canvas.dispatchEvent(new Event('sketchpad:clear'))")
    pad.expect_strokes(0)
    heard = pad.page.evaluate("heard")
    assert len(set(heard)) == len(heard)
    assert set(heard) >= {json.loads(body)["data"][0] for body in pad.bodies}
    assert heard[-1] == ""
    pad.page.keyboard.press("Control+z")
    pad.expect_strokes(1)
