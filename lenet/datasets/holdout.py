"""The drawings of a stroke file that are trained on, and those that are kept for validation.

One digit in ten is kept, the last ones, as files are in the order of their writers. Of non-digits, one kind in ten is
kept, by a hash of its name, so that a kind is kept whichever file it is in. Non-digits of a kind that is drawn like a
digit are left out of both: as non-digits they would cost zeros and ones.
"""

import zlib
from collections.abc import Iterable

from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing

VALIDATION = 10  # one in this many
KEPT = 7  # remainder of a kind's hash; "", the kind of non-digits without one, has 0

# Kinds that are drawn like a digit, chosen by looking at drawings of every kind. Some drawings of other kinds look like
# digits too, as a pear or a streetlight; most do not.
WORDS = {  # of Quick, Draw!
    "baseball bat",
    "circle",
    "donut",
    "golf club",
    "hockey stick",
    "hurricane",
    "line",
    "nose",
    "peanut",
    "potato",
    "snake",
    "snowman",
    "squiggle",
    "string bean",
    "zigzag",
}
CHARACTERS = {  # of Omniglot's small sets, by alphabet
    "Balinese": (5, 14),
    "Early_Aramaic": (2, 3, 4, 6, 10, 12, 14, 16, 17, 19, 20),
    "Greek": (4, 6, 8, 9, 15, 18, 20, 21),  # δ ζ θ ι ο σ υ φ
    "Japanese_(katakana)": (2, 24, 27, 43),  # イ ノ フ ワ
    "Korean": (21, 22, 33, 37),  # ㅣ ㄱ ㅇ ㅋ
    "Latin": (1, 2, 3, 7, 9, 12, 15, 17, 19, 21, 26),  # a b c g i l o q s u z
    "Tagalog": (3, 4, 16),
}

DIGIT_LIKE = WORDS | {f"{alphabet}/character{n:02}" for alphabet, numbers in CHARACTERS.items() for n in numbers}


def split(drawings: Iterable[LabelledDrawing]) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
    """Split a file's drawings into those to train on and those to keep; of equal drawings only the first is used."""
    distinct = list(dict.fromkeys(drawings))
    digits = [drawing for drawing in distinct if drawing.label != NOT_A_DIGIT]
    count = len(digits) - len(digits) // VALIDATION
    learned, kept = digits[:count], digits[count:]
    for drawing in distinct:
        if drawing.label == NOT_A_DIGIT and drawing.kind not in DIGIT_LIKE:
            (kept if is_kept(drawing.kind) else learned).append(drawing)
    return learned, kept


def is_kept(kind: str) -> bool:
    """Return True for a kind of non-digits that is kept for validation."""
    return zlib.crc32(kind.encode()) % VALIDATION == KEPT and kind not in DIGIT_LIKE
