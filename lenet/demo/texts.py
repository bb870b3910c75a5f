"""What the page says, in English and Chinese; which of the two follows the browser.

Fixed texts are translated in the browser by `gr.I18n`. What a function answers is written in the language that the
browser's request asks for.
"""

from pathlib import Path
from typing import get_args

import gradio as gr
from gradio.i18n import I18nData

from lenet.sentences import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"

# For components that choose a text in the browser: the function `translate`.
TRANSLATE = Path(__file__).with_name("language.js").read_text("utf-8")

TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Draw a digit, LeNet-5 reads it",
        "pad": "Drawing pad",
        "placeholder": "Draw a digit",
        "undo": "Undo",
        "clear": "Clear",
        "seen": "What the network sees",
        "seen_alt": "What the network sees: your drawing in 28 by 28 pixels",
        "probabilities": "Probability of each digit",
        "inside": "Inside the network",
        "inside_hint": "<p>Point at a value in one of the maps, or tap it, to see the sum that it is.</p>",
        "examples": "Or watch one being drawn",
        "harder": "Harder ones",
        "draw": "Draw {digit}",
        "draw_flagged": "Draw a 1 with a flag",
        "draw_barred": "Draw a 7 with a bar",
        "draw_slashed": "Draw a 0 with a slash",
        "draw_cat": "Draw a cat",
    },
    "zh": {
        "title": "写一个数字，看 LeNet-5 识别",
        "pad": "画板",
        "placeholder": "在这里写一个数字",
        "undo": "撤销",
        "clear": "清除",
        "seen": "网络看到的图像",
        "seen_alt": "网络看到的图像：你写的字，28 × 28 像素",
        "probabilities": "每个数字的概率",
        "inside": "网络内部",
        "inside_hint": "<p>把鼠标指向某张特征图中的一个值，或点按它，看看它是怎样算出来的。</p>",
        "examples": "或者看它自动书写",
        "harder": "难一些的",
        "draw": "写一个 {digit}",
        "draw_flagged": "写一个带钩的 1",
        "draw_barred": "写一个带横线的 7",
        "draw_slashed": "写一个带斜线的 0",
        "draw_cat": "画一只猫",
    },
}


def language(request: gr.Request | None) -> Language:
    """The language that a request asks for, of those that the page has; a browser names them in its user's order."""
    header = request.headers.get("accept-language", "") if request else ""
    for name in header.split(","):
        code = name.strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT


def translated(key: str) -> I18nData:
    """A text that Gradio puts in the browser's language; a component's property may hold one, as `str` or as it is."""
    return I18nData(key)


def both(key: str) -> dict[str, str]:
    """A text in every language, for a component that chooses in the browser."""
    return {each: texts[key] for each, texts in TEXTS.items()}
