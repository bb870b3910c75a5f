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
        "picture": "Read a picture",
        "picture_hint": "A photo or a scan of a digit goes the same way as a drawing. So does a surprise: one of "
        "MNIST’s 10,000 test images, with its true label.",
        "surprise": "Surprise me",
        "fetching": "Downloading MNIST’s test images once (1.7 MB)…",
        "unfetched": "MNIST’s test images could not be had.",
        "test_image": "Test image {index} of MNIST, labelled {label}.",
        "unknown": "This file is no picture that can be read: take a PNG, JPEG, WebP or GIF.",
        "damaged": "This picture is damaged and cannot be read to its end: take another copy.",
        "large": "This picture has more than 80 million pixels: take a smaller copy.",
        "steps": "From the picture to the answer",
        "step_1": "Find the ink",
        "step_1_alt": "The picture in grey, with a box around its ink",
        "step_2": "Crop to it",
        "step_2_alt": "The ink in its box, white on black",
        "step_3": "Scale the longer side to 20 pixels",
        "step_3_alt": "The ink in {width} by {height} pixels",
        "step_4": "Centre its mass in 28 × 28",
        "step_4_alt": "The ink in 28 by 28 pixels, its centre of mass on a cross in the middle",
        "step_5": "Read it",
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
        "picture": "识别图片",
        "picture_hint": "照片或扫描件中的数字，与手写的走同一条路。“随机一张”则取自 MNIST 的 10,000 张测试图像，"
        "并附真实标签。",
        "surprise": "随机一张",
        "fetching": "正在下载 MNIST 测试图像，只需一次（1.7 MB）…",
        "unfetched": "无法取得 MNIST 测试图像。",
        "test_image": "MNIST 测试图像第 {index} 号，标签是 {label}。",
        "unknown": "这个文件不是可以识别的图片：请使用 PNG、JPEG、WebP 或 GIF。",
        "damaged": "这张图片已损坏，无法完整读取：请换一份。",
        "large": "这张图片超过 8000 万像素：请换一张小一些的。",
        "steps": "从图片到答案",
        "step_1": "找到笔迹",
        "step_1_alt": "灰度图片，笔迹外有一个方框",
        "step_2": "裁剪",
        "step_2_alt": "方框内的笔迹，黑底白字",
        "step_3": "长边缩放到 20 像素",
        "step_3_alt": "{width} × {height} 像素的笔迹",
        "step_4": "质心移到 28 × 28 的中央",
        "step_4_alt": "28 × 28 像素的笔迹，质心在中央的十字上",
        "step_5": "识别",
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
