"""Ten digits and a house drawn by hand for the tests, as strokes on a pad of 280 × 280."""

import math

Stroke = list[list[float]]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    """Points of an ellipse about (x, y), degrees clockwise on the pad from three o'clock; one every ten degrees."""
    steps = max(2, round(abs(end - start) / 10) + 1)
    turns = [math.radians(start + (end - start) * step / (steps - 1)) for step in range(steps)]
    return [[x + rx * math.cos(turn), y + ry * math.sin(turn)] for turn in turns]


DIGITS: dict[int, list[Stroke]] = {
    0: [arc(140, 140, 58, 85, -80, 285)],
    1: [[[140, 55], [138, 140], [137, 225]]],
    2: [[*arc(138, 102, 52, 47, -165, 35), [140, 172], [88, 222], [196, 220]]],
    3: [[*arc(132, 98, 48, 42, -150, 80), *arc(132, 182, 58, 44, -80, 145)]],
    4: [[[105, 60], [90, 150], [195, 148]], [[172, 70], [166, 225]]],
    5: [[[105, 66], [98, 132], *arc(134, 172, 56, 48, -125, 140)], [[105, 66], [186, 62]]],
    6: [[[172, 58], [126, 92], [96, 150], *arc(140, 182, 45, 42, 180, -190)]],
    7: [[[86, 70], [192, 68], [152, 142], [128, 226]]],
    8: [[*arc(140, 98, 40, 40, 40, -230), *arc(140, 184, 50, 45, -130, 230), [168, 128]]],
    9: [[*arc(136, 106, 46, 44, -10, -370), [184, 110], [178, 170], [164, 228]]],
}

HOUSE: list[Stroke] = [  # a non-digit
    [[70, 220], [70, 130], [140, 60], [210, 130], [210, 220], [70, 220]],
    [[120, 220], [120, 170], [160, 170], [160, 220]],
    [[60, 135], [220, 135]],
]


def placed(strokes: list[Stroke], size: float, x: float = 140, y: float = 140) -> list[Stroke]:
    """Scale strokes so that their longer side is `size` pixels and the middle of their box is at (x, y)."""
    across, down = zip(*(point for stroke in strokes for point in stroke), strict=True)
    scale = size / max(max(across) - min(across), max(down) - min(down))
    middle = (max(across) + min(across)) / 2, (max(down) + min(down)) / 2
    return [[[x + scale * (px - middle[0]), y + scale * (py - middle[1])] for px, py in stroke] for stroke in strokes]
