"""What the page asks of its server while somebody draws, for the benchmarks that have no browser."""

import json
import urllib.request
from typing import Any

from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE


def event(url: str) -> dict[str, int]:
    """The event that reads what is drawn, as a request names it."""
    with urllib.request.urlopen(f"{url}/config") as answer:
        config = json.load(answer)
    pad = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "sketchpad")
    live = next(each["id"] for each in config["dependencies"] if [pad, "input"] in each["targets"])
    return {"fn_index": live, "trigger_id": pad}


def update(event: dict[str, int], strokes: list[Any], session: str = "benchmark") -> bytes:
    """A request's body: the drawing, and that the look inside is closed."""
    drawing = {"w": CANVAS_SIZE, "h": CANVAS_SIZE, "pen": BRUSH_WIDTH, "strokes": strokes}
    text = json.dumps(drawing, separators=(",", ":"))
    return json.dumps({"data": [text, False], "session_hash": session, **event}).encode()


def request(url: str, body: bytes) -> urllib.request.Request:
    """An update, to be opened."""
    return urllib.request.Request(f"{url}/gradio_api/run/predict", body, {"Content-Type": "application/json"})
