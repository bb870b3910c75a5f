"""Example drawings: a click makes the pad draw one, stroke by stroke.

A stroke is defined by a few points and smoothed when this module is imported. The picture on a button consists of the
strokes that the pad draws, so a click makes no request of its own.
"""

import math
from html import escape
from itertools import pairwise
from pathlib import Path

import gradio as gr

from lenet.demo.texts.texts import DEFAULT, TEXTS
from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE
from lenet.model.messages import Language, name

HERE = Path(__file__).parent
CSS = (HERE / "examples.css").read_text("utf-8")
JS = (HERE / "examples.js").read_text("utf-8")

Stroke = tuple[tuple[float, float], ...]

STEP = 5  # units between points: with a pen of 20 the bends look round, with steps of 7 they show corners

# Points in the pad's units, 280 × 280, y down, in writing order. A | makes the point before it a corner.
ZERO = "156,57 120,60 94,98 86,150 101,204 138,228 174,209 193,160 190,108 174,70 150,56 132,57"
SEVEN = "82,70 110,68 152,68 196,62 | 168,112 146,166 130,230"

DIGITS: dict[str, list[str]] = {
    "0": [ZERO],
    "1": ["149,50 146,108 141,170 136,230"],
    "2": ["90,96 104,66 138,52 172,66 181,100 164,142 128,184 86,224 | 124,219 160,222 200,217"],
    "3": ["92,74 116,55 150,54 174,75 167,106 126,132 | 166,140 189,172 178,210 140,230 104,223 82,200"],
    "4": ["116,54 104,98 84,154 | 124,157 164,153 206,148", "170,92 166,138 161,184 158,230"],
    "5": [
        "112,60 107,94 100,132 | 132,119 168,130 186,165 174,206 136,228 100,220 80,198",
        "112,60 148,59 190,54",
    ],
    "6": ["172,52 134,82 104,128 92,178 107,219 144,231 178,208 180,170 150,149 114,164 96,192"],
    "7": [SEVEN],
    "8": [
        "176,76 152,54 118,60 104,88 121,118 152,142 180,176 171,214 136,230 102,212 100,178 126,146 160,120 179,95 "
        "175,74 168,67"
    ],
    "9": ["178,82 154,56 118,62 95,98 107,136 142,140 170,114 182,72 | 180,128 171,184 158,230"],
}

# Three digits that simpler networks misread, and a drawing that is not a digit.
HARD: dict[str, list[str]] = {
    "flagged": ["92,118 124,88 152,52 | 150,110 147,170 145,230"],
    "barred": [SEVEN, "108,150 148,147 192,146"],
    "slashed": [ZERO, "206,56 140,140 74,224"],
    "cat": [
        "109,86 140,81 171,86 | 192,68 219,52 | "
        "222,97 220,144 207,187 178,217 140,227 102,217 73,187 60,144 58,97 61,52 | 88,68 109,86",
        "108,131 108,144",
        "172,131 172,144",
        "106,171 121,189 140,174 | 159,189 174,171",
        "41,151 81,162",
        "38,192 77,187",
        "199,162 239,151",
        "203,187 242,192",
    ],
}


def smooth(stroke: str) -> Stroke:
    """Return a Catmull-Rom curve through points, broken at corners.

    Args:
        stroke: points as `x,y` in the pad's units, with a | after each corner.

    Returns:
        Points about `STEP` apart, rounded to a tenth of a unit.
    """
    line: list[tuple[float, float]] = []
    corner: list[list[float]] = []
    for piece in stroke.split("|"):
        points = corner + [[float(value) for value in point.split(",")] for point in piece.split()]
        line = line or [(points[0][0], points[0][1])]
        for i, (start, end) in enumerate(pairwise(points)):
            before, after = points[max(0, i - 1)], points[min(len(points) - 1, i + 2)]
            steps = max(1, round(math.dist(start, end) / STEP))
            for t in (step / steps for step in range(1, steps + 1)):
                x, y = (
                    (1 - t) ** 2 * ((1 + 2 * t) * p1 + t * (p2 - p0) / 2)
                    + t**2 * ((3 - 2 * t) * p2 - (1 - t) * (p3 - p1) / 2)
                    for p0, p1, p2, p3 in zip(before, start, end, after, strict=True)
                )
                line.append((round(x, 1), round(y, 1)))
        corner = points[-1:]
    return tuple(line)


DRAWINGS: dict[str, tuple[Stroke, ...]] = {
    key: tuple(smooth(stroke) for stroke in strokes) for key, strokes in (DIGITS | HARD).items()
}
POINTS = [point for strokes in DRAWINGS.values() for stroke in strokes for point in stroke]
MARGIN = min(min(*point, CANVAS_SIZE - max(point)) for point in POINTS) - BRUSH_WIDTH / 2
# The part of the paper that a button shows: all the drawings, and as much margin on each side.
VIEW = f"{MARGIN:g} {MARGIN:g} {CANVAS_SIZE - 2 * MARGIN:g} {CANVAS_SIZE - 2 * MARGIN:g}"


def buttons(language: Language = DEFAULT) -> str:
    """Return the HTML of the drawings as buttons: the ten digits, and below them the harder ones."""
    texts = TEXTS[language]
    digits = "".join(_button(key, texts["draw"].format(digit=name(int(key), language))) for key in DIGITS)
    hard = "".join(_button(key, texts[f"draw_{key}"]) for key in HARD)
    return (
        f'<div class="drawings"><p class="caption">{escape(texts["examples"])}</p>'
        f'<div class="digits" role="group" aria-label="{escape(texts["examples"])}">{digits}</div>'
        f'<p class="harder">{escape(texts["harder"])}</p>'
        f'<div class="hard" role="group" aria-label="{escape(texts["harder"])}">{hard}</div></div>'
    )


def _button(key: str, text: str) -> str:
    lines = "".join(f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in stroke)}"/>' for stroke in DRAWINGS[key])
    return (
        f'<button type="button" aria-label="{escape(text)}" title="{escape(text)}">'
        f'<svg viewBox="{VIEW}" stroke-width="{BRUSH_WIDTH}" aria-hidden="true">{lines}</svg></button>'
    )


def add_examples(value: str, pad: str) -> gr.HTML:
    """Add the buttons to the Blocks being built.

    Args:
        value: `buttons()`, or a key that Gradio translates into it.
        pad: the `elem_id` of the `Sketchpad` that draws.
    """
    return gr.HTML(
        value,
        elem_id="examples",
        css_template=CSS,
        js_on_load=f'{JS}\nmountExamples(element, "{pad}");\n',
        apply_default_css=False,
    )
