"""Sentences of the verdict, in the languages of the page.

>>> say("torn", (4, 9))
'Is it a 4 or a 9? Try drawing it more clearly.'
"""

from typing import Literal

Message = Literal["empty", "little", "digit", "several", "skipped", "many", "torn", "perhaps", "none"]
Language = Literal["en", "zh"]

# Sentences about a drawing. {first} and {second} are digits with their articles, {lines} lists the lines of digits.
SENTENCES: dict[Language, dict[Message, str]] = {
    "en": {
        "empty": "Draw a digit",
        "little": "Keep drawing. Too little ink to read yet.",
        "digit": "This looks like {first}.",
        "several": "I read {lines}.",
        "skipped": "I read {lines}, and left out what is not a digit.",
        "many": "I read {lines}. There is more here than I read at once.",
        "torn": "Is it {first} or {second}? Try drawing it more clearly.",
        "perhaps": "This might be {first}. Try drawing it more clearly.",
        "none": "Not a digit I know. Draw one from 0 to 9.",
    },
    "zh": {
        "empty": "请写一个数字",
        "little": "请继续写，笔迹太少，还无法识别。",
        "digit": "看起来是 {first}。",
        "several": "我读到的是 {lines}。",
        "skipped": "我读到的是 {lines}，其余不是数字，未计入。",
        "many": "我读到的是 {lines}。内容太多，无法一次读完。",
        "torn": "可能是 {first}，也可能是 {second}。请写得更清楚一些。",
        "perhaps": "可能是 {first}。请写得更清楚一些。",
        "none": "看起来不像数字。请写一个 0 到 9 的数字。",
    },
}

# Sentences about a photo or a scan.
OF_PICTURES: dict[Language, dict[Message, str]] = {
    "en": {
        "empty": "No digit found. Use a picture of digits, dark on light or light on dark.",
        "little": "There is too little ink to read. Try a picture taken closer to the digit.",
        "digit": "This looks like {first}.",
        "several": "I read {lines}.",
        "skipped": "I read {lines}, and left out what is not a digit.",
        "many": "I read {lines}. There is more here than I read at once.",
        "torn": "This could be {first} or {second}. Try a clearer picture.",
        "perhaps": "This might be {first}. Try a clearer picture.",
        "none": "This doesn't look like a digit from 0 to 9.",
    },
    "zh": {
        "empty": "没有找到数字。请使用写有数字的图片，深底浅字或浅底深字均可。",
        "little": "笔迹太少，无法识别。请靠近数字再拍一张。",
        "digit": "看起来是 {first}。",
        "several": "我读到的是 {lines}。",
        "skipped": "我读到的是 {lines}，其余不是数字，未计入。",
        "many": "我读到的是 {lines}。内容太多，无法一次读完。",
        "torn": "可能是 {first}，也可能是 {second}。请换一张更清晰的图片试试。",
        "perhaps": "可能是 {first}。请换一张更清晰的图片试试。",
        "none": "看起来不像 0 到 9 中的任何一个数字。",
    },
}

# Between the digits of a list, and before its last one.
SEPARATORS: dict[Language, tuple[str, str]] = {"en": (", ", " and "), "zh": ("、", " 和 ")}


def say(
    message: Message,
    digits: tuple[int | str, ...] = (),
    language: Language = "en",
    sentences: dict[Language, dict[Message, str]] = SENTENCES,
) -> str:
    """Return the sentence of a verdict.

    Args:
        message: the kind of sentence.
        digits: the digits that it names: two if torn, one if a digit or perhaps; the lines of digits if several.
        language: of the sentence.
        sentences: `SENTENCES` or `OF_PICTURES`.
    """
    comma, conjunction = SEPARATORS[language]
    lines = conjunction.join(filter(None, (comma.join(map(str, digits[:-1])), "".join(map(str, digits[-1:])))))
    first, second = (*(name(digit, language) for digit in digits), "", "")[:2]
    return sentences[language][message].format(first=first, second=second, lines=lines)


def name(digit: int | str, language: Language = "en") -> str:
    """Return a digit as sentences name it, in English with its article."""
    if language == "en":
        return f"an {digit}" if str(digit) == "8" else f"a {digit}"
    return str(digit)
