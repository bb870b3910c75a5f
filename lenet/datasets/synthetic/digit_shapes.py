"""The shapes of the synthetic digits, a few knots each, varied within the limits that keep the digit readable.

Every function takes `u`, which returns a random number between two, and returns strokes in a frame of its own: 100 high
and about 60 wide, y down. A line of the pad's pen is 11 units wide, so a gap or a hole must be wider to be visible.
"""

import math
from collections.abc import Callable

Knot = tuple[float, ...]  # (x, y): the line passes near, smoothly; (x, y, 1): it turns a corner here
Strokes = list[list[Knot]]
Span = tuple[float, float]  # a number between these
Uniform = Callable[[float, float], float]


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, grow: float = 1.0) -> list[Knot]:
    """Knots on an ellipse about (x, y), degrees clockwise from three o'clock; its radius ends `grow` times as long."""
    steps = max(2, round(abs(end - start) / 36))
    knots: list[Knot] = []
    for step in range(steps + 1):
        angle, radius = math.radians(start + (end - start) * step / steps), 1 + (grow - 1) * step / steps
        knots.append((x + rx * radius * math.cos(angle), y + ry * radius * math.sin(angle)))
    return knots


def zero(u: Uniform, thin: float, wide: float, inside: str = "") -> Strokes:
    """A ring between `thin` and `wide` across, open or lapped over at its ends, with a "slash" or a "dot" `inside`."""
    start, width = u(-150, -30), u(thin, wide)
    sweep = u(330 if wide > 25 else 345, 400)  # a narrow one with a gap would be two lines
    ring = arc(30, 50, width, 50, start, start - sweep, u(0.9, 1.06))
    if inside == "slash":  # 40 to 60 degrees steep: flatter it is a theta
        reach, rise = u(0.55, 1.25) * width, u(0.9, 1.5)
        return [ring, [(30 + reach, 50 - reach * rise), (30 + u(-3, 3), 50), (30 - reach, 50 + reach * rise)]]
    if inside == "dot":
        x, y = 30 + u(-5, 5), 50 + u(-8, 8)
        return [ring, [(x, y), (x + u(-2, 2), y + u(-2, 2))]]
    return [ring]


def spiral_zero(u: Uniform) -> Strokes:
    """A ring that starts with a tail at the top right, or ends in a curl inside."""
    width = u(28, 40)
    if u(0, 1) < 0.5:
        tail: list[Knot] = [(30 + width * u(0.5, 0.75), u(-8, 3)), (30 + width * 0.35, u(-3, 2))]
        return [tail + arc(30, 50, width, 50, -95, -u(400, 440), u(0.92, 1))]
    ring = arc(30, 50, width, 50, u(-110, -70), -430)
    return [ring + arc(30 - width * 0.25, 20, width * 0.35, u(14, 20), -100, -u(230, 290))]


def one(u: Uniform, flag: Span | None = None, foot: bool = False) -> Strokes:
    """A stem, a `flag` of a length within the span, and a `foot`."""
    stem: list[Knot] = [(40, 0), (40 + u(-3, 3), 50), (40, 100)]
    if flag:  # at most 50 degrees off the stem: more is the roof of a 7
        length = u(*flag)
        angle = math.radians(u(26, 52 - length / 6))
        across, down, sag = length * math.sin(angle), length * math.cos(angle), u(-0.08, 0.13) * length
        stem = [(40 - across, down), (40 - across / 2 + sag, down / 2 + sag), (40, 0, 1), *stem[1:]]
    left, right = u(12, 32), u(12, 32)
    return [stem, [(40 - left, 100 + u(-3, 3)), (40 + right, 100 + u(-3, 3))]] if foot else [stem]


def hooked_one(u: Uniform) -> Strokes:
    """A long flag that curves into the stem without a corner: networks that know only corners read it as a 7."""
    length, angle = u(34, 78), math.radians(u(28, 48))
    across, down, bulge = length * math.sin(angle), length * math.cos(angle), length * u(0.02, 0.14)
    return [
        [
            (40 - across, down),
            (40 - across / 2 - bulge * 0.7, down / 2 - bulge),
            (40 - u(6, 12), -1),
            (40 + u(0, 5), u(2, 6)),
            (40 + u(-3, 3), 50),
            (40 - u(0, 8), 100),
        ]
    ]


def two(u: Uniform, foot: str, curl: bool = False) -> Strokes:
    """A hook, round or begun with a curl, that ends in a "corner" and a base, in a "loop" or in a "wave"."""
    low = u(93, 99)
    top: list[Knot] = arc(28, 27, u(20, 28), 27, u(-185, -140), u(15, 40))
    if curl:
        top = arc(12, 22, 9, 9, u(0, 90), u(180, 230)) + arc(30, 27, 25, 27, -130, u(20, 40))
    if foot == "loop":
        return [[*top, (34, 66), *arc(10, low - 8, u(9, 14), u(7, 11), 50, 290), (32, low - 6), (62, low + u(-8, 5))]]
    if foot == "wave":
        return [[*top, (24, 74), (8, 90), (4, low), (18, low - 2), (38, low + 3), (54, low + 3), (64, low - u(2, 14))]]
    return [[*top, (32, 68), (u(0, 8), low, 1), (32, low + u(-4, 2)), (u(52, 66), low + u(-5, 4))]]


def z_two(u: Uniform) -> Strokes:
    """Three straight lines, like a Z."""
    roof, low = u(-3, 6), u(94, 99)
    return [[(u(0, 8), u(2, 8)), (28, roof - 1), (u(50, 58), roof, 1), (u(-2, 4), low, 1), (u(52, 64), low + u(-4, 4))]]


def three(u: Uniform, middle: str, flat: bool = False) -> Strokes:
    """Two bowls, the upper one round or `flat`, and between them a "corner", a "soft" turn or a "loop"."""
    top: list[Knot] = arc(26, 25, u(20, 26), 25, u(-170, -125), 60)
    waist: list[Knot] = [(u(14, 26), 48, 1)]
    if flat:
        top, waist = [(u(0, 8), u(0, 5)), (28, u(-2, 3)), (u(46, 54), 2, 1)], [(u(18, 28), u(36, 44), 1)]
    elif middle == "soft":
        waist = [(u(24, 40), 48), (u(24, 38), 50)]
    elif middle == "loop":
        waist = arc(u(12, 20), 48, u(7, 11), u(5, 8), 70, 280)
    return [[*top, *waist, *arc(27, 73, u(23, 30), 27, -65, u(120, 165))]]


def closed_three(u: Uniform) -> Strokes:
    """The upper bowl starts inside and is half closed: networks read it as an 8 or a 9."""
    top = arc(26, 25, u(20, 26), 25, u(-235, -200), 60)
    top[0] = (top[0][0] + u(2, 8), top[0][1] - u(0, 4))
    return [[*top, (u(12, 22), 48, 1), *arc(27, 73, u(25, 32), 27, -65, u(130, 180))]]


def four(u: Uniform, top: float, stem: Span, strokes: int = 2) -> Strokes:
    """Arm, bar and stem: the arm starts at `top` across, 42 on the stem; `stem` spans how deep that starts."""
    bar, head, left, end = u(56, 68), u(*stem), u(0, 6), u(58, 71)
    arm: list[Knot] = [(top, u(-2, 5)), ((top + left) / 2 + u(-4, 2), bar / 2), (left, bar, 1), (end, bar + u(-8, 4))]
    foot: Knot = (42 + u(-6, 2), 100)
    if strokes == 1:  # up the stem first
        return [[foot, (42, 50), (top, 0, 1), *arm[2:]]]
    return [arm, [(42 + u(-2, 4), head), (42, (head + 100) / 2), foot]]


def short_four(u: Uniform) -> Strokes:
    """A long arm, a low bar and a short stem, often in a narrow round corner: MNIST's networks read it as a 6."""
    bar, left, x = u(60, 74), u(2, 8), u(32, 44)
    arm: list[Knot] = [
        (u(18, 36), 0),
        (left + 8, bar * 0.55),
        (left, bar, u(0, 1) < 0.6),
        (x, bar),
        (x + u(8, 24), bar),
    ]
    return [arm, [(x + u(-1, 4), bar - u(12, 28)), (x, bar), (x + u(-8, 2), 100)]]


def cup_four(u: Uniform) -> Strokes:
    """A cup and a stem on its right, in one stroke or two, like an Ч."""
    low = u(46, 60)  # the top stays open, or it is a 9
    join = (u(46, 52), low - u(-2, 8))
    cup: list[Knot] = [(u(2, 10), u(-2, 12)), (u(2, 6), low / 2), (8, low, u(0, 1) < 0.5), (28, low), join]
    stem: list[Knot] = [(50, u(-4, 14)), (48, 50), (46 + u(-8, 2), 100)]
    return [cup, stem] if u(0, 1) < 0.5 else [[*cup[:-1], (46, low - 8), (*stem[0], 1), *stem[1:]]]


def lightning_four(u: Uniform) -> Strokes:
    """A long slanted arm, a bar and a short stem: two strokes like a ϟ, or one with a loop on the right."""
    bar = u(54, 64)
    arm: list[Knot] = [(u(38, 52), 0), (u(20, 26), bar / 2), (u(0, 4), bar, 1)]
    if u(0, 1) < 0.25:
        return [[*arm, (60, bar - 2), (62, bar - 16), (46, bar - u(22, 30)), (40, bar), (u(28, 38), 100)]]
    x = u(34, 44)
    return [[*arm, (u(56, 68), bar - u(0, 8))], [(x + u(0, 6), bar - u(14, 26)), (x, bar), (x - u(2, 10), 100)]]


def bolt_four(u: Uniform) -> Strokes:
    """One stroke with two corners, like a bolt of lightning: networks read it as a 5."""
    bar, right, lean = u(50, 66), u(40, 54), u(-2, 14)
    arm: list[Knot] = [(u(26, 44), 0), (u(14, 22), bar / 2), (u(-2, 6), bar, 1)]
    return [[*arm, (right, bar + u(-12, 0), 1), (right - lean / 2, (bar + 100) / 2), (right - lean, 100)]]


def five(u: Uniform, gap: Span | None = None, square: bool = False) -> Strokes:
    """Roof, neck and bowl; with `gap` the roof is a stroke of its own and starts that far from the neck."""
    left, neck, end, lean = u(8, 16), u(34, 48), u(46, 62), u(-2, 8)
    bowl = arc(26, 70, u(24, 30), 30, u(-120, -95), u(115, 160))
    if square:
        bowl = [(34, neck - 2), (54, neck + 8), (56, 72), (46, 94), (24, 100), (u(-2, 6), 96)]
    down: list[Knot] = [(left + lean, 2), (left - u(0, 5), neck, 1), *bowl]
    if gap is None:
        return [[(end, u(-3, 4)), (32, u(0, 3)), (left, 2, 1), *down[1:]]]
    start, y = left + lean + u(*gap), u(-6, 5)
    end += start - left
    return [down, [(start, y), (start / 2 + end / 2, y + u(-2, 2)), (end, y + u(-4, 2))]]


def s_five(u: Uniform) -> Strokes:
    """One stroke without a corner, like an S."""
    top: list[Knot] = [(u(50, 60), u(-2, 6)), (36, 1), (18, u(2, 6)), (10, 18), (11, 36), (26, 44)]
    return [top + arc(28, 71, u(22, 28), 29, -70, u(115, 160))]


def six(u: Uniform, stem: list[Knot], bowl: float, turn: Span, grow: float = 1) -> Strokes:
    """A stem into the left of a bowl, whose end turns to `turn` degrees; -180 is back at the stem."""
    high = bowl * u(0.95, 1.25)
    x = stem[-1][0]
    return [stem + arc(x + bowl * u(0.85, 1.1), 100 - high, bowl, high, 165, u(*turn), grow)]


def crossed_six(u: Uniform) -> Strokes:
    """A long straight stem, and a small loop whose end crosses it: networks read it as a 1 or an 8."""
    bowl, x = u(10, 17), u(10, 18)
    high = bowl * u(0.9, 1.3)
    stem: list[Knot] = [(u(38, 60), 0), (u(22, 32), 45), (x, 100 - high)]
    end: Knot = (x - u(8, 20), 100 - high * u(1.1, 1.7))
    return [stem + arc(x + bowl * u(0.9, 1.1), 100 - high, bowl, high, 150, u(-130, -95)) + [end]]


def seven(u: Uniform, serif: bool = False, bar: Span | None = None, curved: bool = False) -> Strokes:
    """Roof and stem, and a bar at a depth within `bar`; a short rising roof on an upright stem would be a 1."""
    right, lean, roof = u(50, 64), u(16, 34), u(-2, 5)
    head: list[Knot] = [(0, u(-1, 4)), (right / 2, roof + u(-1, 4)), (right, roof, 1)]
    if curved:
        head = [(0, u(2, 9)), (right * 0.25, 0), (right * 0.6, u(3, 7)), (right, roof, u(0, 1) < 0.4)]
    if serif:
        head = [(u(-4, 4), u(14, 28)), (0, 2, 1), *head[1:]]
    bow = u(4, 14) if curved else u(-2, 3)
    strokes = [[*head, (right - lean * 0.5 - bow, 50), (right - lean - bow / 2, 100)]]
    if bar:
        y = u(*bar)
        x = right - lean * y / 100 - bow * 0.9
        strokes.append([(x - u(14, 28), y + u(-2, 6)), (x + u(14, 26), y + u(-6, 3))])
    return strokes


def looped_seven(u: Uniform) -> Strokes:
    """A bar without lifting the pen, from the foot back up and across: networks read it as a 2."""
    head, foot = seven(u, curved=u(0, 1) < 0.6)[0][:-2], u(14, 34)
    y = u(38, 58)
    x = foot + (100 - y) * 0.25
    back: list[Knot] = [(foot, 100, u(0, 1) < 0.5), (x - u(16, 30), y + u(2, 10), u(0, 1) < 0.4)]
    return [[*head, (x + u(4, 10), y - 6), *back, (x + u(14, 28), y + u(-5, 3))]]


def eight(u: Uniform, first: Span, gap: Span, mirrored: bool = False, ribbon: bool = False) -> Strokes:
    """Down as an S from `first` degrees of the upper loop, up again to `gap` degrees from there; below 0: across."""
    small, big, start = u(15, 25), u(20, 29), u(*first)
    knots = arc(30, 25, small, 25, start, -205) + arc(29, 75, big, 25, -40, 200)
    end = start + u(*gap)
    knots += [(30 + small * 1.1, 22), (30 + small, 2)] if ribbon else arc(30, 25, small, 25, 35, end)
    return [[(60 - x, y) for x, y in knots] if mirrored else knots]


def ring_eight(u: Uniform) -> Strokes:
    """Two rings, one on the other: overlapping, touching or a little apart."""
    high, apart, top, low = u(19, 25), u(-6, 15), u(-120, -60), u(-120, -60)
    upper = arc(30 + u(-4, 4), high, u(17, 23), high, top, top - u(345, 385), u(0.94, 1.06))
    tall = 50 - high + u(-2, 4)
    lower = arc(30, 2 * high + apart + tall, u(21, 28), tall, low, low - u(345, 385), u(0.94, 1.06))
    return [upper, lower]


def nine(u: Uniform, tail: str, strokes: int = 1) -> Strokes:
    """A loop, then a stem down from its right side."""
    rx, ry, x, round_turn = u(18, 26), u(17, 29), u(48, 54), u(0, 1) < 0.5
    stem: list[Knot] = [(x - 1, 55), (x - u(0, 8), 100)]
    if tail == "hook":
        stem = [(x, 60), (x - 2, 88), (x - 16, 100), (u(2, 14), u(88, 96))]
    elif tail == "g":
        stem = [(x, 70), (x - 1, 94), (28, 102), (6, 96), (u(-6, 0), u(72, 84))]
    elif tail == "flat":
        stem = [(x, 60), (x - 2, 97, round_turn), (u(2, 14), u(94, 102))]
    loop = arc(x - rx - 1, ry, rx, ry, u(-50, -15), u(-350, -325))
    if strokes == 2:
        return [[*loop, (x, ry)], [(x + u(-2, 3), u(-4, 8)), *stem]]
    return [[*loop, (x, u(6, 16), 1), *stem]]


def curved_nine(u: Uniform) -> Strokes:
    """A 6 upside down: one bow from the tail into the loop."""
    ry = u(15, 29)
    stem: list[Knot] = [(u(4, 30), 100), (u(34, 46), 78), (54, 48)]
    return [stem + arc(30, ry, u(20, 25), ry, -5, u(-365, -330))]


def curled_nine(u: Uniform) -> Strokes:
    """A small flat loop over a belly and a long tail: MNIST's networks read it as a 3."""
    rx, ry, belly = u(17, 23), u(13, 19), u(50, 60)
    loop = arc(48 - rx, ry, rx, ry, u(-35, 0), -320)
    return [[*loop, (47, ry + u(-4, 8), 1), (belly, 60), (belly - 3, 86), (belly - 22, 100), (u(-6, 6), u(92, 100))]]
