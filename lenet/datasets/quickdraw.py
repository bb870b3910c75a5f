"""Quick, Draw!: doodles of 345 kinds, drawn with mouse or finger in 20 seconds each, as non-digits.

    $ python -m lenet.train --strokes owl.ndjson

A file holds a JSON line per drawing, in the original form (coordinates in pixels of any canvas, with times) or
simplified (255 × 255, without); a stroke is a list of x, a list of y and, in the original form, a list of times:

    {"word": "owl", "countrycode": "SE", "recognized": true, "drawing": [[[130, 128, …], [72, 71, …]], …]}

Drawings that the game did not recognize are skipped: many are unfinished, and some are digits.

Source: Google's Quick, Draw! dataset, https://github.com/googlecreativelab/quickdraw-dataset (CC BY 4.0).
"""

from typing import Any

from lenet.image.strokes import CANVAS_SIZE, Drawing, DrawingError

MARGIN = 20  # pixels of the pad around the ink


def is_quickdraw(value: Any) -> bool:
    """Return True for a line's JSON value if it is a drawing of Quick, Draw!."""
    return isinstance(value, dict) and "word" in value and "drawing" in value


def parse(value: dict[str, Any]) -> tuple[str, Drawing] | None:
    """Convert a line's JSON value.

    Returns:
        The kind, as in "owl", and the drawing, centred on a pad of 280 × 280 pixels; None for a drawing that was not
        recognized.

    Raises:
        DrawingError: it is not a drawing.
    """
    if not value.get("recognized", True):
        return None
    try:
        strokes = [list(zip(stroke[0], stroke[1], strict=True)) for stroke in value["drawing"]]
        xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
        scale = (CANVAS_SIZE - 2 * MARGIN) / max(max(xs) - min(xs), max(ys) - min(ys), 1)
        left, top = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        placed = [
            [[(x - left) * scale + CANVAS_SIZE / 2, (y - top) * scale + CANVAS_SIZE / 2] for x, y in stroke]
            for stroke in strokes
        ]
    except (TypeError, ValueError, LookupError):
        raise DrawingError(
            "A drawing of Quick, Draw! is a list of strokes [[x, …], [y, …]] with at least a point."
        ) from None
    return str(value["word"]), Drawing.from_json({"w": CANVAS_SIZE, "h": CANVAS_SIZE, "strokes": placed})
