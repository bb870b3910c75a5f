"""Draw on a pad with a mouse, a finger or a stylus, by the input events of a device.

    Pen(page, "touch").draw([[(60, 60), (220, 60), (120, 240)]])

Points are in the pad's units, (0, 0) top left and (280, 280) bottom right, independent of its place and size.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from playwright.sync_api import FloatRect, Locator, Page

Point = Sequence[float]


class Pen:
    """A pointer over a pad.

    Args:
        page: the page; for "touch" opened with `has_touch=True`.
        kind: a mouse, a finger, or a stylus.
        pad: the canvas, by default that in `#sketchpad`; in an iframe pass its locator.
        pad_units: width of the pad in its units.
    """

    def __init__(
        self,
        page: Page,
        kind: Literal["mouse", "touch", "pen"] = "mouse",
        pad: Locator | None = None,
        pad_units: float = 280,
    ):
        self.page = page
        self.kind = kind
        self.pad = pad or page.locator("#sketchpad canvas").first
        self.pad_units = pad_units
        self.ready = False
        self.fingers: dict[int, dict[str, float]] = {}  # currently down, by id
        self._devtools = page.context.new_cdp_session(page)

    def draw(self, strokes: Iterable[Iterable[Point]], steps: int = 4, lift: bool = True) -> None:
        """Draw strokes of points, moving in `steps` equal steps to each; `lift=False` leaves the last one down."""
        for i, stroke in enumerate(strokes):
            if i and not lift:
                self.up()
            first, *points = stroke
            self.down(first)
            last = first
            for point in points:
                for step in range(1, steps + 1):
                    self.move([a + (b - a) * step / steps for a, b in zip(last, point, strict=True)])
                last = point
            if lift:
                self.up()

    def down(self, point: Point, finger: int = 0) -> None:
        """Put the pen, or one finger, on a point."""
        if not self.ready:  # Gradio's "Loading" may still cover the pad
            self.pad.hover(trial=True)
            self.ready = True
        if not self.fingers:
            self.pad.scroll_into_view_if_needed()
            self._box = self._measure()
        x, y = self._place(point)
        if self.kind == "touch":
            self.fingers[finger] = {"x": x, "y": y, "id": finger}
            self._touch("touchStart")
        else:
            self._point("mouseMoved", x, y)
            self._point("mousePressed", x, y, button="left", buttons=1, clickCount=1)

    def move(self, point: Point, finger: int = 0) -> None:
        """Move the pen, or one finger, to a point, on the pad or outside it."""
        x, y = self._place(point)
        if self.kind == "touch":
            self.fingers[finger].update(x=x, y=y)
            self._touch("touchMove")
        else:
            self._point("mouseMoved", x, y, button="left", buttons=1)

    def up(self, finger: int = 0) -> None:
        """Lift the pen, or one finger, where it is."""
        if self.kind == "touch":
            del self.fingers[finger]
            self._touch("touchMove" if self.fingers else "touchEnd")
        else:
            self._point("mouseReleased", *self._last, button="left", buttons=0, clickCount=1)

    def cancel(self) -> None:
        """Cancel all fingers, as a notification or an edge swipe does."""
        self.fingers.clear()
        self._touch("touchCancel")

    def on_screen(self, point: Point) -> tuple[float, float]:
        """Return the current place of a point in the window, in CSS pixels."""
        self._box = self._measure()
        return self._place(point)

    def _measure(self) -> FloatRect:
        box = self.pad.bounding_box()
        assert box, "The pad is not shown."
        return box

    def _place(self, point: Point) -> tuple[float, float]:
        scale = self._box["width"] / self.pad_units
        return self._box["x"] + point[0] * scale, self._box["y"] + point[1] * scale

    def _touch(self, event: str) -> None:
        self._devtools.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": list(self.fingers.values())})

    def _point(self, event: str, x: float, y: float, **more: Any) -> None:
        self._last = (x, y)
        values = {"type": event, "x": x, "y": y, "pointerType": "pen" if self.kind == "pen" else "mouse", **more}
        self._devtools.send("Input.dispatchMouseEvent", values)
