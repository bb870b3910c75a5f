"""What is said to a person of a drawing, in the languages of the page. Pure: no TensorFlow, no page.

>>> say("torn", (4, 9))
'A 4 or a 9? Draw it once more, clearer.'
"""

from typing import Literal

Message = Literal["empty", "little", "digit", "several", "torn", "perhaps", "none"]
Language = Literal["en", "zh"]

# {first} and {second} are digits with what the language puts before them, {row} is all of them.
SENTENCES: dict[Language, dict[Message, str]] = {
    "en": {
        "empty": "Draw a digit",
        "little": "Keep drawing: too little ink to read yet.",
        "digit": "This looks like {first}.",
        "several": "This looks like {row}: draw one digit at a time.",
        "torn": "{first} or {second}? Draw it once more, clearer.",
        "perhaps": "{first}, perhaps? Draw it once more, clearer.",
        "none": "Not like any digit: draw one from 0 to 9.",
    },
    "zh": {
        "empty": "请写一个数字",
        "little": "请继续写：笔迹还太少，无法识别。",
        "digit": "看起来是 {first}。",
        "several": "看起来是 {row}：请一次只写一个数字。",
        "torn": "是 {first} 还是 {second}？请再写一遍，写清楚些。",
        "perhaps": "也许是 {first}？请再写一遍，写清楚些。",
        "none": "不像任何数字：请写 0 到 9 中的一个。",
    },
}

# The same of a photo or a scan, which nobody is drawing.
OF_PICTURES: dict[Language, dict[Message, str]] = {
    "en": {
        "empty": "No ink found: show one digit, dark on light or light on dark.",
        "little": "Too little ink to read: go closer to the digit.",
        "digit": "This looks like {first}.",
        "several": "This looks like {row}: show one digit at a time.",
        "torn": "{first} or {second}? A clearer picture may tell.",
        "perhaps": "{first}, perhaps? A clearer picture may tell.",
        "none": "Not like any digit from 0 to 9.",
    },
    "zh": {
        "empty": "没有找到笔迹：请用一张只有一个数字的图片，深底浅字或浅底深字均可。",
        "little": "笔迹太少，无法识别：请离数字近一些。",
        "digit": "看起来是 {first}。",
        "several": "看起来是 {row}：请一次只用一个数字。",
        "torn": "是 {first} 还是 {second}？换一张更清楚的图片试试。",
        "perhaps": "也许是 {first}？换一张更清楚的图片试试。",
        "none": "不像 0 到 9 中的任何数字。",
    },
}


def say(
    message: Message,
    digits: tuple[int, ...] = (),
    language: Language = "en",
    sentences: dict[Language, dict[Message, str]] = SENTENCES,
) -> str:
    """A verdict as a sentence.

    Args:
        message: which of them.
        digits: those that it names, from 0 to 9: two when torn, two or more when several, one when a digit or perhaps.
        language: of the sentence.
        sentences: of a drawing, or `OF_PICTURES`.
    """
    names = [name(digit, language) for digit in digits]
    comma, last = (", ", " and ") if language == "en" else ("、", " 和 ")
    row = last.join([comma.join(map(str, digits[:-1])), *map(str, digits[-1:])])
    first, second = (*names, "", "")[:2]
    sentence = sentences[language][message].format(first=first, second=second, row=row)
    return sentence[:1].upper() + sentence[1:]


def name(digit: int, language: Language = "en") -> str:
    """A digit as sentences name it: with its article, where the language has one."""
    if language == "en":
        return f"an {digit}" if digit == 8 else f"a {digit}"
    return str(digit)
