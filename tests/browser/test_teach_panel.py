"""“Teach it your hand”: a tap on what was meant keeps the drawing in the browser, and the file is what was drawn."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lenet.datasets import stroke_files
from lenet.image.strokes import Drawing
from tests.helpers.digits import DIGITS
from tests.helpers.pads import PHONE, Pad

LINE = '{"label":"1","w":280,"h":280,"pen":20,"strokes":[[[140,40],[140,240]]]}'


class Panel(Pad):
    """The page: its pad, and the panel that keeps what was drawn."""

    @property
    def said(self) -> Any:
        return expect(self.page.locator("#teach .said"))

    def digit(self, label: int) -> Any:
        return self.page.locator(f"#teach [data-label='{label}']")

    def put(self, digit: int) -> Drawing:
        """Draw a digit; what the pad sent of it."""
        self.draw(DIGITS[digit], steps=1)
        # The first answer waits for TensorFlow.
        expect(self.page.locator("#verdict")).not_to_have_attribute("data-verdict", "blank")
        end = DIGITS[digit][-1][-1]
        self.until(lambda: len(self.sent().strokes) == len(DIGITS[digit]))
        self.until(lambda: math.dist(self.sent().strokes[-1][-1], end) < 2)
        return self.sent()

    def keep(self, digit: int) -> Drawing:
        """Draw a digit and tap what it is."""
        drawn = self.put(digit)
        self.digit(digit).click()
        self.said.to_contain_text("Kept as")
        return drawn

    def open(self) -> None:
        self.button("Teach it your hand").click()

    def download(self, path: Path) -> list[tuple[int, Drawing]]:
        with self.page.expect_download() as loaded:
            self.button("Download my drawings").click()
        assert loaded.value.suggested_filename == "my-drawings.jsonl"
        loaded.value.save_as(path)
        return [(each.label, each.drawing) for each in stroke_files.read(path)]


def prepared(open_page: Callable[..., Page], app: str, script: str, **options: Any) -> Panel:
    """The page after a script that runs before its own."""
    page = open_page("about:blank", **options)
    page.add_init_script(script)
    page.goto(app)
    return Panel(page)


def test_what_was_kept_is_there_after_a_reload_and_in_the_file(
    app: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    panel = Panel(open_page(app))
    four = panel.put(4)
    place = panel.digit(4).bounding_box()
    asked: list[str] = []
    panel.page.on("request", lambda request: asked.append(request.url))
    panel.digit(4).click()
    panel.said.to_have_text("Kept as a 4. 1 drawing in this browser.")
    expect(panel.page.locator("#verdict")).to_have_text("Draw a digit")
    assert asked == [f"{app}/gradio_api/run/predict"]  # the pad's own, that it is empty
    assert panel.sent() == Drawing()
    assert panel.ink() == 0
    assert panel.digit(4).bounding_box() == place
    eight = panel.keep(8)
    panel.said.to_have_text("Kept as an 8. 2 drawings in this browser.")
    panel.page.reload()
    expect(panel.digit(4)).to_have_accessible_name("4, 1 kept")
    expect(panel.digit(5)).to_have_accessible_name("5")
    panel.open()
    expect(panel.page.locator("#teach .tally")).to_have_text("2 drawings in this browser.")
    assert panel.download(tmp_path / "drawings") == [(4, four), (8, eight)]


def test_a_slip_is_mended_by_undo_and_another_tap(app: str, open_page: Callable[..., Page]) -> None:
    panel = Panel(open_page(app))
    panel.keep(1)
    panel.put(9)
    panel.digit(4).click()
    panel.said.to_have_text("Kept as a 4. 2 drawings in this browser.")
    panel.button("Undo").click()
    expect(panel.page.locator("#teach .question")).to_be_visible()
    panel.digit(9).click()
    panel.said.to_have_text("Kept as a 9. 2 drawings in this browser.")
    expect(panel.digit(4).locator(".count")).to_be_empty()
    panel.open()
    panel.button("Take the last one back").click()
    panel.said.to_have_text("Took a 9 back. 1 drawing in this browser.")
    expect(panel.digit(1).locator(".count")).to_have_text("1")


def test_all_is_forgotten_at_a_second_tap_only(app: str, open_page: Callable[..., Page]) -> None:
    panel = Panel(open_page(app))
    panel.keep(2)
    drawn = panel.put(3)
    panel.open()
    panel.button("Forget all").dblclick()
    panel.said.to_have_text("Tap again, and all that is kept here is gone.")
    panel.page.keyboard.press("Escape")  # takes that back, and does not clear the pad
    assert panel.sent() == drawn
    panel.button("Forget all").click()
    panel.digit(3).focus()
    expect(panel.button("Forget all")).to_be_visible()
    expect(panel.digit(2).locator(".count")).to_have_text("1")
    panel.button("Forget all").click()
    panel.button("Tap again").click()
    panel.said.to_have_text("All forgotten.")
    expect(panel.page.locator("#teach .tally")).to_have_text("No drawing is kept yet.")
    assert panel.page.evaluate("localStorage.length") == 0
    panel.button("Download my drawings").click(force=True)  # "disabled" is said of it, and why when it is pressed
    panel.said.to_have_text("No drawing is kept yet.")


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
FULL = """
    localStorage.setItem("lenet-drawing-1", %r);
    Storage.prototype.setItem = () => { throw new DOMException("no", "QuotaExceededError"); };
"""


@pytest.mark.parametrize(
    ("script", "sentence", "before"),
    [
        (BLOCKED, "This browser stores nothing for this page", 0),
        (FULL % LINE, "The browser's storage is full: 1 of", 1),
    ],
    ids=["blocked", "full"],
)
def test_what_the_browser_does_not_store_is_said_and_can_be_downloaded(
    app: str, open_page: Callable[..., Page], tmp_path: Path, script: str, sentence: str, before: int
) -> None:
    panel = prepared(open_page, app, script)
    expect(panel.page.locator("#teach .trouble")).to_be_empty()
    seven = panel.keep(7)
    expect(panel.page.locator("#teach .trouble")).to_contain_text(sentence)
    file = panel.download(tmp_path / "drawings")
    assert len(file) == before + 1
    assert file[-1] == (7, seven)
    panel.button("Take the last one back").click()
    expect(panel.page.locator("#teach .trouble")).to_be_empty()


def test_what_cannot_be_read_is_said_and_stays(app: str, open_page: Callable[..., Page], tmp_path: Path) -> None:
    replaced = [
        ('"1"', '"x"'),
        ('"1"', "null"),
        ("280", "-1"),
        (',"pen":20', ""),
        ("[140,240]", "[140]"),
        ("240", "null"),
    ]
    damaged = ["{", "null", "[]", '{"strokes":1}', *(LINE.replace(*pair) for pair in replaced)]
    script = f"{json.dumps(damaged)}.forEach((line, i) => localStorage.setItem('lenet-drawing-' + i, line));"
    panel = prepared(open_page, app, script)
    expect(panel.page.locator("#teach .trouble")).to_contain_text("cannot be read. It stays as it is")
    six = panel.keep(6)
    panel.said.to_have_text("Kept as a 6. 1 drawing in this browser.")
    panel.open()
    assert panel.download(tmp_path / "drawings") == [(6, six)]
    kept = panel.page.evaluate("Object.values(localStorage)")
    assert set(damaged) < set(kept)


def test_two_tabs_keep_side_by_side(app: str, open_page: Callable[..., Page]) -> None:
    first = Panel(open_page(app))
    other = first.page.context.new_page()
    other.goto(app)
    second = Panel(other)
    first.keep(1)
    expect(second.digit(1).locator(".count")).to_have_text("1")
    second.keep(7)
    second.said.to_have_text("Kept as a 7. 2 drawings in this browser.")
    expect(first.digit(7).locator(".count")).to_have_text("1")


def test_when_no_more_fit_the_drawing_stays_on_the_pad(app: str, open_page: Callable[..., Page]) -> None:
    script = f"for (let i = 0; i < 500; i++) localStorage.setItem('lenet-drawing-' + i, {LINE!r}.replace(40, i));"
    panel = prepared(open_page, app, script)
    drawn = panel.put(5)
    panel.digit(5).click()
    panel.said.to_contain_text("500 drawings are as many as fit here. Download them")
    assert panel.sent() == drawn
    assert panel.ink() > 0.02
    assert panel.page.evaluate("localStorage.length") == 500


def test_it_is_done_by_keyboard_too_and_an_empty_pad_says_so(app: str, open_page: Callable[..., Page]) -> None:
    panel = Panel(open_page(app))
    panel.digit(3).focus()
    panel.page.keyboard.press("Enter")
    panel.said.to_have_text("Draw a digit first, then tap what it is.")
    expect(panel.digit(3)).to_have_attribute("aria-disabled", "true")
    panel.put(4)
    expect(panel.digit(3)).to_have_attribute("aria-disabled", "false")
    panel.digit(3).focus()
    panel.page.keyboard.press("Tab")
    panel.page.keyboard.press("Space")
    panel.said.to_have_text("Kept as a 4. 1 drawing in this browser.")
    expect(panel.digit(4)).to_be_focused()
    for _ in range(6):
        panel.page.keyboard.press("Tab")
    expect(panel.button("Teach it your hand")).to_be_focused()
    panel.page.keyboard.press("Enter")
    expect(panel.button("Teach it your hand")).to_have_attribute("aria-expanded", "true")
    panel.page.keyboard.press("Tab")
    expect(panel.button("Download my drawings")).to_be_focused()


def test_on_a_phone_it_is_below_the_bars_within_a_fingers_reach(app: str, open_page: Callable[..., Page]) -> None:
    panel = Panel(open_page(app, **PHONE, locale="zh-CN"), "touch")
    expect(panel.page.locator("#teach .question")).to_be_in_viewport(ratio=1)
    bars, last = panel.page.locator("#probabilities").bounding_box(), panel.digit(9).bounding_box()
    assert panel.digit(0).bounding_box()["y"] >= bars["y"] + bars["height"]
    # Scrolled to them, nearly all of the paper is still in view: drawing and tapping go on without scrolling.
    paper = panel.canvas.bounding_box()
    assert last["y"] + last["height"] - 844 <= paper["y"] + 0.1 * paper["height"]
    panel.put(4)
    panel.digit(4).tap()
    panel.said.to_have_text("已记为 4。本浏览器中有 1 份笔迹。")
    panel.page.get_by_role("button", name="教它认你的字").tap()
    sides = panel.page.locator("#teach button").evaluate_all(
        "buttons => buttons.map((button) => button.getBoundingClientRect()).flatMap((box) => [box.width, box.height])"
    )
    assert len(sides) == 2 * 15
    assert min(sides) >= 44
    assert panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_command_is_copied_or_where_that_is_not_allowed_marked(app: str, open_page: Callable[..., Page]) -> None:
    command = "python -m lenet.train --strokes my-drawings.jsonl --from weights --out runs/my-hand"
    panel = Panel(open_page(app, permissions=["clipboard-read", "clipboard-write"]))
    panel.open()
    panel.button("Copy").click()
    panel.said.to_have_text("Copied.")
    assert panel.page.evaluate("navigator.clipboard.readText()") == command
    panel.page.evaluate("delete Navigator.prototype.clipboard")
    panel.button("Copy").click()
    panel.said.to_have_text("Marked; now copy it.")
    assert panel.page.evaluate("String(getSelection())").split() == command.split()
