"""Rarer shapes of the digits, common in some countries and misread by networks that know only the usual ones.

Frame and arguments are those of `digit_shapes`.
"""

import math

from lenet.datasets.synthetic.digit_shapes import Knot, Span, Strokes, Uniform, arc


def crossed_zero(u: Uniform, angle: Span) -> Strokes:
    """A ring and a line through it that ends far outside, like a Φ or an Ø; `angle` in degrees, 90 is upright.

    Networks that know only short slashes read it as a 4, 6, 8 or 9.
    """
    wide, high, way, start = u(14, 36), u(22, 40), u(-1, 1), u(-150, -30)
    ring = arc(30, 50, wide, high, start, start + math.copysign(u(340, 400), way), u(0.92, 1.06))
    slope = math.radians(u(*angle))
    across, up = math.cos(slope), math.sin(slope)
    edge = 1 / math.hypot(across / wide, up / high)  # from the middle to the ring
    x, y, top, foot = 30 + u(-4, 4), 50 + u(-10, 10), edge * u(1.15, 2.2), edge * u(1.15, 2.1)
    line: list[Knot] = [(x + across * top, y - up * top), (x + u(-3, 3), y), (x - across * foot, y + up * foot)]
    if u(0, 1) < 0.12:  # without lifting the pen
        return [[*ring, *line]]
    return [ring, line]


def open_zero(u: Uniform) -> Strokes:
    """A ring that does not close: at the top, or at the lower left after starting on the left."""
    wide, high = u(26, 46), u(36, 50)
    if u(0, 1) < 0.6:
        start = u(-120, -60)
        return [arc(30, 50, wide, high, start, start - u(295, 335), u(0.9, 1.05))]
    start = u(150, 190)
    return [arc(30, 50, wide, high, start, start + u(300, 335), u(0.95, 1.1))]


def footed_one(u: Uniform) -> Strokes:
    """A hooked or curved flag, a stem and a wide uneven foot, which may be joined: networks read it as a 2."""
    x, lean, low = u(34, 44), u(-8, 10), u(88, 100)
    start: Knot = (x - u(14, 38), u(4, 36))
    flag: list[Knot] = [start, ((start[0] + x) / 2 + u(-5, 2), start[1] / 2 + u(-6, 3)), (x, 0, 1)]
    if u(0, 1) < 0.4:
        flag.insert(0, (start[0] + u(-2, 6), start[1] + u(6, 16)))
    stem: list[Knot] = [*flag, (x - lean / 2 + u(-2, 2), 50), (x - lean, low)]
    foot_x, rise = x - lean, u(-4, 20)
    foot: list[Knot] = [
        (foot_x - u(18, 46), 98 + rise / 3),
        (foot_x + u(-4, 4), 97 + u(-3, 3)),
        (foot_x + u(14, 56), 97 - rise),
    ]
    if u(0, 1) < 0.3:
        return [[*stem[:-1], (foot_x, low, 1), (foot[0][0], foot[0][1], 1), *foot[1:]]]
    return [stem, foot]


def flat_flagged_one(u: Uniform) -> Strokes:
    """An upright stem with a flag that slopes less than half, the longer the more, and may hook: networks read a 7."""
    x, lean, length = u(36, 44), u(-12, 12), u(16, 48)
    slope = math.radians(u(-4 if length < 26 else (length - 22) * 0.7, 42))
    start: Knot = (x - length * math.cos(slope), length * math.sin(slope))
    flag: list[Knot] = [start, ((start[0] + x) / 2, start[1] / 2 - u(-2, 5)), (x, 0, u(0, 1) < 0.8)]
    if u(0, 1) < 0.3:
        flag.insert(0, (start[0] + u(-3, 2), start[1] + u(-10, 16)))
    return [[*flag, (x - lean / 2 + u(-3, 3), 50), (x - lean, 100)]]


def narrow_three(u: Uniform) -> Strokes:
    """A flat roof, a notch instead of an upper bowl, and a shallow lower one: networks read it as a 7."""
    right, notch, belly, end = u(32, 48), u(34, 64), u(-3, 10), u(2, 22)
    left = right - u(3, 18)
    roof: list[Knot] = [(u(2, 14), u(2, 14)), (right / 2 + 4, u(-2, 3)), (right, u(3, 10), u(0, 1) < 0.6)]
    back: list[Knot] = [(right - u(0, 6), notch / 2), (left, notch, u(0, 1) < 0.4), (left + u(2, 9), notch + 7)]
    x, y = right - belly, notch + (100 - notch) * u(0.3, 0.5)
    return [[*roof, *back, (x, y), ((x + end) / 2 + u(0, 6), (y + 100) / 2 + u(0, 5)), (end, u(96, 100))]]


def angular_three(u: Uniform) -> Strokes:
    """A roof and two strokes with corners, like a Z over a bowl."""
    waist = u(34, 46)
    roof: list[Knot] = [(u(0, 8), u(0, 6)), (u(44, 54), u(0, 4), 1), (u(16, 26), waist, 1)]
    return [[*roof, *arc(u(22, 28), waist + (100 - waist) / 2, u(24, 30), (100 - waist) / 2, u(-75, -50), u(120, 170))]]


def curled_three(u: Uniform) -> Strokes:
    """The end of the lower bowl turns up, or back to the right in a loop: networks read it as a 2."""
    top: list[Knot] = [*arc(28, 24, u(16, 24), 24, u(-170, -125), 60), (u(20, 28), 47, 1)]
    end: list[Knot] = [(48, 66), (36, 88), (14, 98), (4, u(88, 94)), (u(12, 18), u(80, 86)), (u(56, 72), u(74, 90))]
    if u(0, 1) < 0.4:
        end = [(52, 68), (42, 92), (18, 100), (u(-2, 4), 86), (u(6, 14), u(66, 78))]
    return [[*top, *end]]


def hatted_five(u: Uniform, apart: bool) -> Strokes:
    """A body like the lower half of an S, and a hat that overhangs it on both sides, or rises `apart` from it."""
    neck_x, neck = u(16, 46), u(32, 48)
    left = neck_x - u(2, 16)
    right = left + u(32, 52)
    bowl: list[Knot] = [(left + u(14, 22), neck + u(-3, 8)), (right - 5, neck + 16), (right, u(64, 76))]
    bowl += [(right - 12, u(88, 94)), (left + u(-4, 8), u(97, 101)), (left - u(6, 30), u(94, 101))]
    rise, y = (u(8, 24), u(-14, -2)) if apart else (u(-3, 5), u(-4, 3))
    hat: list[Knot] = [(u(0, 12), y + rise / 2), (neck_x + 8, y + u(-2, 2)), (u(52, 74), y - rise / 2)]
    if apart:
        hat = [(x + u(4, 14), y) for x, y in hat]
    top: Knot = (neck_x + u(4, 28), u(8, 20)) if apart else (neck_x, 4)
    return [[top, (left, neck, u(0, 1) < 0.7), *bowl], hat]


def flat_five(u: Uniform) -> Strokes:
    """One stroke with corners: a short hat, a steep neck and a flat wide bowl."""
    left, neck = u(6, 18), u(32, 46)
    head: list[Knot] = [(u(40, 58), u(-4, 6)), (left + u(8, 16), u(0, 8), 1), (left, neck, 1)]
    bowl: list[Knot] = [(u(34, 44), neck + u(0, 10)), (u(56, 72), u(62, 74)), (u(40, 56), u(88, 96)), (u(-4, 10), 99)]
    return [[*head, *bowl]]


def wide_six(u: Uniform) -> Strokes:
    """A long stem and a wide flat loop that may stay open: networks doubt it as a 0, 5 or 8."""
    wide, high = u(24, 36), u(13, 22)
    stem: list[Knot] = [(u(26, 52), 0), (u(12, 22), u(26, 36)), (u(2, 7), 64)]
    end = u(-250, -170) if u(0, 1) < 0.7 else u(-150, -90)
    return [stem + arc(4 + wide * u(0.95, 1.1), 100 - high, wide, high, 160, end, u(0.7, 1))]


def joined_six(u: Uniform) -> Strokes:
    """One stroke like a joined "lc": the bow does not close but rises to a loop on its right; networks read a 4."""
    tip, right, low = u(12, 50), u(54, 70), u(64, 78)
    bow: list[Knot] = [(u(18, 40), 0), (u(4, 14), 32), (u(0, 4), 68), (u(10, 18), 94), (u(24, 32), u(94, 100))]
    up: list[Knot] = [(right - 8, low + u(0, 8)), (right + u(2, 8), (tip + low) / 2), (right + u(-4, 4), tip)]
    down: list[Knot] = [(right - u(2, 15), tip + u(0, 8)), (right - u(10, 20), low)]
    end: list[Knot] = [(right - u(4, 14), u(92, 100)), (right + u(2, 16), u(76, 94))]
    if u(0, 1) < 0.25:
        end = [(right - u(16, 28), low + u(10, 20))]
    return [[*bow, *up, *down, *end]]


def low_barred_seven(u: Uniform) -> Strokes:
    """A roof with a tick or a curl, a short leaning stem and a long low bar: networks read it as a 4."""
    right, foot, bar = u(46, 66), u(14, 34), u(50, 70)
    head: list[Knot] = [(u(0, 10), u(2, 8)), (right / 2, u(2, 8)), (right, u(-2, 4), u(0, 1) < 0.8)]
    if u(0, 1) < 0.6:
        head.insert(0, (u(-4, 8), u(14, 26)))
    stem: list[Knot] = [((right + foot) / 2 - u(0, 6), 50), (foot, u(92, 100))]
    if u(0, 1) < 0.25:
        stem.append((foot - u(6, 14), u(88, 96)))  # a curled end
    x = right + (foot - right) * bar / 100
    return [[*head, *stem], [(x - u(18, 34), bar - u(-2, 12)), (x, bar + u(-2, 4)), (x + u(18, 36), bar + u(-8, 4))]]


def ticked_seven(u: Uniform) -> Strokes:
    """A stroke down at the left, then a roof that rises to the stem's corner."""
    left, right, foot = u(-2, 6), u(44, 66), u(8, 34)
    start: list[Knot] = [(left + u(-2, 46), u(-4, 6)), (left, u(22, 38), 1)]
    return [[*start, (right, u(-4, 16), 1), ((right + foot) / 2 + u(-2, 4), 50), (foot, 100)]]


def waist_eight(u: Uniform) -> Strokes:
    """One stroke that starts and ends at the waist, like a 3 that closes."""
    small, big = u(15, 24), u(19, 28)
    upper = arc(30, 25, small, 25, 80, -260)
    lower = arc(30, 75, big, 25, -90, u(225, 275))
    return [[(30 + u(-6, 8), 50), *upper[1:], (30, 50), *lower[1:]]]


def angular_eight(u: Uniform) -> Strokes:
    """Two triangles that meet at the tips, like an hourglass."""
    top, low = u(16, 24), u(20, 28)
    knots: list[Knot] = [(30 + top, u(0, 6)), (30 - top, u(0, 8), 1), (30 + u(-4, 4), 50)]
    return [[*knots, (30 + low, u(92, 100), 1), (30 - low, u(92, 100), 1), (30, 50), (30 + top, u(-2, 8))]]


def angular_nine(u: Uniform) -> Strokes:
    """A loop with corners and a straight tail."""
    x, low = u(46, 54), u(34, 48)
    loop: list[Knot] = [(x, u(2, 10)), (u(20, 30), u(-2, 4), u(0, 1) < 0.5), (u(2, 10), low / 2, 1)]
    back: list[Knot] = [(u(12, 24), low, u(0, 1) < 0.5), (x - 2, low - u(4, 12), u(0, 1) < 0.5)]
    return [[*loop, *back, (x, u(4, 12), 1), (x - u(-2, 6), 60), (x - u(2, 14), 100)]]


def waist_nine(u: Uniform) -> Strokes:
    """A loop that starts at the waist on the right, then a straight or hooked tail."""
    ry, x = u(20, 28), u(46, 54)
    loop = arc(x - 22, ry, u(18, 24), ry, u(40, 70), -u(325, 350))
    tail: list[Knot] = [(x, 60), (x - u(0, 8), 100)]
    if u(0, 1) < 0.4:
        tail = [(x + 1, 60), (x - 3, 90), (x - 18, 100), (u(4, 14), u(88, 96))]
    return [[*loop, *tail]]


def one_or_seven(u: Uniform) -> Strokes:
    """An upright stem with a flag too flat for a 1 and too short for the roof of a 7."""
    x, lean, length, slope = u(36, 44), u(-6, 14), u(28, 48), math.radians(u(-2, 16))
    flag: Knot = (x - length * math.cos(slope), length * math.sin(slope))
    return [[flag, (x - length / 2, flag[1] / 2 + u(-3, 3)), (x, 0, 1), (x - lean / 2, 50), (x - lean, 100)]]


def four_or_nine(u: Uniform) -> Strokes:
    """A stem and a loop on its left, too pointed for a 9 and too round for a 4."""
    x, low = u(42, 50), u(42, 56)
    loop: list[Knot] = [
        (x, u(0, 6)),
        (x - 16, u(4, 10)),
        (u(4, 12), low - u(8, 16)),
        (u(12, 20), low),
        (x, low - u(0, 6)),
    ]
    return [loop, [(x + u(-1, 2), u(-4, 6)), (x - u(0, 4), 50), (x - u(0, 10), 100)]]
