"""“Teach it your handwriting”: a tap on a digit saves the drawing, and the download contains it unchanged."""

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
    """The page with its pad and the panel that saves drawings."""

    @property
    def message(self) -> Any:
        return expect(self.page.locator("#teach .message"))

    def digit(self, label: int) -> Any:
        return self.page.locator(f"#teach [data-label='{label}']")

    def put(self, digit: int) -> Drawing:
        """Draw a digit and return what the pad sent."""
        self.draw(DIGITS[digit], steps=1)
        expect(self.page.locator("#verdict")).not_to_have_attribute("data-verdict", "blank")
        end = DIGITS[digit][-1][-1]
        self.until(lambda: len(self.sent().strokes) == len(DIGITS[digit]))
        self.until(lambda: math.dist(self.sent().strokes[-1][-1], end) < 2)
        return self.sent()

    def save(self, digit: int) -> Drawing:
        """Draw a digit, save it, and return what the pad sent."""
        drawn = self.put(digit)
        self.digit(digit).click()
        self.message.to_contain_text("Saved as")
        return drawn

    def open(self) -> None:
        self.button("Teach it your handwriting").click()

    def download(self, path: Path) -> list[tuple[int, Drawing]]:
        with self.page.expect_download() as loaded:
            self.button("Download my drawings").click()
        assert loaded.value.suggested_filename == "my-drawings.jsonl"
        loaded.value.save_as(path)
        return [(sample.label, sample.drawing) for sample in stroke_files.read(path)]


@pytest.fixture
def panel(page: Page) -> Panel:
    return Panel(page)


def prepared(open_page: Callable[..., Page], app: str, script: str, **options: Any) -> Panel:
    """Return the page after a script that runs before its own."""
    page = open_page("about:blank", **options)
    page.add_init_script(script)
    page.goto(app)
    return Panel(page)


def test_a_saved_drawing_survives_a_reload_and_is_in_the_download(app: str, panel: Panel, tmp_path: Path) -> None:
    four = panel.put(4)
    place = panel.digit(4).bounding_box()
    requests: list[str] = []
    panel.page.on("request", lambda request: requests.append(request.url))
    panel.digit(4).click()
    panel.message.to_have_text("Saved as a 4. 1 drawing saved in this browser.")
    expect(panel.page.locator("#verdict")).to_have_attribute("data-verdict", "blank")
    assert requests == [f"{app}/gradio_api/run/predict"]  # of the pad, which is empty now
    assert panel.sent() == Drawing()
    assert panel.ink() == 0
    assert panel.digit(4).bounding_box() == place
    eight = panel.save(8)
    panel.message.to_have_text("Saved as an 8. 2 drawings saved in this browser.")
    panel.page.reload()
    expect(panel.digit(4)).to_have_accessible_name("4, 1 saved")
    expect(panel.digit(5)).to_have_accessible_name("5")
    panel.open()
    expect(panel.page.locator("#teach .tally")).to_have_text("2 drawings saved in this browser.")
    assert panel.download(tmp_path / "drawings") == [(4, four), (8, eight)]


def test_undo_and_another_tap_correct_a_wrong_label(panel: Panel) -> None:
    panel.save(1)
    panel.put(9)
    panel.digit(4).click()
    panel.message.to_have_text("Saved as a 4. 2 drawings saved in this browser.")
    panel.button("Undo").click()
    expect(panel.page.locator("#teach .question")).to_be_visible()
    panel.digit(9).click()
    panel.message.to_have_text("Saved as a 9. 2 drawings saved in this browser.")
    expect(panel.digit(4).locator(".count")).to_be_empty()
    panel.open()
    panel.button("Remove the last one").click()
    panel.message.to_have_text("Removed a 9. 1 drawing saved in this browser.")
    expect(panel.digit(1).locator(".count")).to_have_text("1")


def test_all_drawings_are_deleted_only_at_a_second_tap(panel: Panel) -> None:
    panel.save(2)
    drawn = panel.put(3)
    panel.open()
    panel.button("Delete all").dblclick()
    panel.message.to_have_text("Tap again to delete all saved drawings.")
    panel.page.keyboard.press("Escape")  # cancels, and does not clear the pad
    assert panel.sent() == drawn
    panel.button("Delete all").click()
    panel.digit(3).focus()
    expect(panel.button("Delete all")).to_be_visible()
    expect(panel.digit(2).locator(".count")).to_have_text("1")
    panel.button("Delete all").click()
    panel.button("Tap again").click()
    panel.message.to_have_text("All drawings deleted.")
    expect(panel.page.locator("#teach .tally")).to_have_text("No drawings saved yet.")
    assert panel.page.evaluate("localStorage.length") == 0
    panel.button("Download my drawings").click(force=True)  # aria-disabled: pressing it explains why
    panel.message.to_have_text("No drawings saved yet.")


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
FULL = """
    localStorage.setItem("lenet-drawing-1", %r);
    Storage.prototype.setItem = () => { throw new DOMException("no", "QuotaExceededError"); };
"""


@pytest.mark.parametrize(
    ("script", "sentence", "before"),
    [
        (BLOCKED, "This browser does not let the page save anything", 0),
        (FULL % LINE, "The browser’s storage is full: 1 of", 1),
    ],
    ids=["blocked", "full"],
)
def test_a_drawing_that_the_browser_does_not_store_can_be_downloaded_with_a_warning(
    app: str, open_page: Callable[..., Page], tmp_path: Path, script: str, sentence: str, before: int
) -> None:
    panel = prepared(open_page, app, script)
    expect(panel.page.locator("#teach .trouble")).to_be_empty()
    seven = panel.save(7)
    expect(panel.page.locator("#teach .trouble")).to_contain_text(sentence)
    file = panel.download(tmp_path / "drawings")
    assert len(file) == before + 1
    assert file[-1] == (7, seven)
    panel.button("Remove the last one").click()
    expect(panel.page.locator("#teach .trouble")).to_be_empty()


def test_unreadable_entries_are_reported_and_left_as_they_are(
    app: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
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
    six = panel.save(6)
    panel.message.to_have_text("Saved as a 6. 1 drawing saved in this browser.")
    panel.open()
    assert panel.download(tmp_path / "drawings") == [(6, six)]
    assert set(damaged) < set(panel.page.evaluate("Object.values(localStorage)"))


def test_two_tabs_save_without_overwriting_each_other(app: str, page: Page) -> None:
    first = Panel(page)
    other = first.page.context.new_page()
    other.goto(app)
    second = Panel(other)
    first.save(1)
    expect(second.digit(1).locator(".count")).to_have_text("1")
    second.save(7)
    second.message.to_have_text("Saved as a 7. 2 drawings saved in this browser.")
    expect(first.digit(7).locator(".count")).to_have_text("1")


def test_beyond_500_drawings_the_drawing_stays_on_the_pad(app: str, open_page: Callable[..., Page]) -> None:
    script = f"for (let i = 0; i < 500; i++) localStorage.setItem('lenet-drawing-' + i, {LINE!r}.replace(40, i));"
    panel = prepared(open_page, app, script)
    drawn = panel.put(5)
    panel.digit(5).click()
    panel.message.to_contain_text("There is no room for more than 500 drawings. Download them")
    assert panel.sent() == drawn
    assert panel.ink() > 0.02
    assert panel.page.evaluate("localStorage.length") == 500


def test_the_panel_works_by_keyboard_and_an_empty_pad_is_explained(panel: Panel) -> None:
    panel.digit(3).focus()
    panel.page.keyboard.press("Enter")
    panel.message.to_have_text("Draw a digit first, then tap what it is.")
    expect(panel.digit(3)).to_have_attribute("aria-disabled", "true")
    panel.put(4)
    expect(panel.digit(3)).to_have_attribute("aria-disabled", "false")
    panel.digit(3).focus()
    panel.page.keyboard.press("Tab")
    panel.page.keyboard.press("Space")
    panel.message.to_have_text("Saved as a 4. 1 drawing saved in this browser.")
    expect(panel.digit(4)).to_be_focused()
    for _ in range(6):
        panel.page.keyboard.press("Tab")
    expect(panel.button("Teach it your handwriting")).to_be_focused()
    panel.page.keyboard.press("Enter")
    expect(panel.button("Teach it your handwriting")).to_have_attribute("aria-expanded", "true")
    panel.page.keyboard.press("Tab")
    expect(panel.button("Download my drawings")).to_be_focused()


def test_on_a_phone_the_panel_is_below_the_bars_and_large_enough_for_fingers(
    app: str, open_page: Callable[..., Page]
) -> None:
    panel = Panel(open_page(app, **PHONE, locale="zh-CN"), "touch")
    expect(panel.page.locator("#teach .question")).to_be_in_viewport(ratio=1)
    bars, last = panel.page.locator("#probabilities").bounding_box(), panel.digit(9).bounding_box()
    assert panel.digit(0).bounding_box()["y"] >= bars["y"] + bars["height"]
    # With the panel in view, nearly all of the paper is too: no scrolling between drawing and tapping.
    paper = panel.canvas.bounding_box()
    assert last["y"] + last["height"] - 844 <= paper["y"] + 0.1 * paper["height"]
    panel.put(4)
    panel.digit(4).tap()
    panel.message.to_have_text("已保存为 4。本浏览器已保存 1 个字。")
    panel.page.get_by_role("button", name="教它认你的字").tap()
    sides = panel.page.locator("#teach button").evaluate_all(
        "buttons => buttons.map((button) => button.getBoundingClientRect()).flatMap((box) => [box.width, box.height])"
    )
    assert len(sides) == 2 * 15
    assert min(sides) >= 44
    assert panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_command_is_copied_or_selected_where_copying_is_not_allowed(
    app: str, open_page: Callable[..., Page]
) -> None:
    command = "python -m lenet.train --strokes my-drawings.jsonl --from weights --out runs/my-hand"
    panel = Panel(open_page(app, permissions=["clipboard-read", "clipboard-write"]))
    panel.open()
    panel.button("Copy").click()
    panel.message.to_have_text("Copied.")
    assert panel.page.evaluate("navigator.clipboard.readText()") == command
    panel.page.evaluate("delete Navigator.prototype.clipboard")
    panel.button("Copy").click()
    panel.message.to_have_text("Selected. Copy it now.")
    assert panel.page.evaluate("String(getSelection())").split() == command.split()
