"""The page's texts in English and Chinese.

`gr.I18n` translates fixed texts in the browser. Answers are written in the language that the request asks for.
"""

from pathlib import Path
from typing import get_args

import gradio as gr
from gradio.i18n import I18nData

from lenet.model.messages import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"

# The function `translate`, for components that choose a text in the browser.
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
        "inside_hint": "<p>Hover over a value, or tap it, to see how it was computed.</p>",
        "examples": "Or watch one being drawn",
        "harder": "Harder ones",
        "draw": "Draw {digit}",
        "draw_flagged": "Draw a 1 with a flag",
        "draw_barred": "Draw a 7 with a bar",
        "draw_slashed": "Draw a 0 with a slash",
        "draw_cat": "Draw a cat",
        "picture": "Read a picture",
        "picture_hint": "Choose a photo or scan of a digit; it is processed like a drawing. Or take a surprise: one of "
        "MNIST’s 10,000 test images, with its true label.",
        "surprise": "Surprise me",
        "fetching": "Downloading MNIST’s test images once (1.7 MB)…",
        "unfetched": "MNIST’s test images are not available.",
        "test_image": "MNIST test image {index}, labelled {label}.",
        "picker_hint": "Choose, drop or paste a picture",
        "picker_camera": "Take a photo",
        "picker_remove": "Remove picture",
        "picker_alt": "The picture to read",
        "unknown": "I can’t read this file as a picture. Use a PNG, JPEG or WebP file.",
        "damaged": "This picture is damaged or incomplete. Use another copy.",
        "large": "This picture is too large. Use a smaller copy.",
        "canvas": "Your browser hides the picture’s pixels from this page, to protect you against fingerprinting. "
        "Allow the page to read canvas data, then choose the picture again.",
        "busy": "I am reading other visitors’ pictures. Try again in a moment.",
        "steps": "From the picture to the answer",
        "step_1": "Find the ink",
        "step_1_alt": "The picture in grey, with a box around its ink",
        "step_2": "Crop to the ink",
        "step_2_alt": "The ink in its box, white on black",
        "step_3": "Scale the longer side to 20 pixels",
        "step_3_alt": "The ink in {width} by {height} pixels",
        "step_4": "Centre its mass in 28\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}28",
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
        "inside_hint": "<p>将鼠标悬停在某个值上，或点按它，即可查看它的计算过程。</p>",
        "examples": "或者看它自动书写",
        "harder": "难一些的",
        "draw": "写一个 {digit}",
        "draw_flagged": "写一个带钩的 1",
        "draw_barred": "写一个带横线的 7",
        "draw_slashed": "写一个带斜线的 0",
        "draw_cat": "画一只猫",
        "picture": "识别图片",
        "picture_hint": "选择一张数字的照片或扫描件，处理方式与手写相同。也可以“随机一张”："
        "从 MNIST 的 10,000 张测试图像中选取，并显示真实标签。",
        "surprise": "随机一张",
        "fetching": "正在下载 MNIST 测试图像，只需一次（1.7 MB）…",
        "unfetched": "无法取得 MNIST 测试图像。",
        "test_image": "MNIST 测试图像第 {index} 号，标签是 {label}。",
        "picker_hint": "选择、拖入或粘贴一张图片",
        "picker_camera": "拍照",
        "picker_remove": "移除图片",
        "picker_alt": "要识别的图片",
        "unknown": "无法将这个文件识别为图片。请使用 PNG、JPEG 或 WebP 文件。",
        "damaged": "这张图片已损坏或不完整。请换一份。",
        "large": "这张图片太大。请换一张小一些的。",
        "canvas": "浏览器为防止指纹识别，向本页面隐藏了图片的像素。请允许本页面读取画布数据，然后重新选择图片。",
        "busy": "正在识别其他访客的图片，请稍后再试。",
        "steps": "从图片到答案",
        "step_1": "找到笔迹",
        "step_1_alt": "灰度图片，笔迹外有一个方框",
        "step_2": "裁剪到笔迹",
        "step_2_alt": "方框内的笔迹，黑底白字",
        "step_3": "长边缩放到 20 像素",
        "step_3_alt": "{width} × {height} 像素的笔迹",
        "step_4": "质心移到 28 × 28 的中央",
        "step_4_alt": "28 × 28 像素的笔迹，质心在中央的十字上",
        "step_5": "识别",
    },
}


def language(request: gr.Request | None) -> Language:
    """Return the first language of a request's `Accept-Language` that the page has, `DEFAULT` without one."""
    header = request.headers.get("accept-language", "") if request else ""
    for name in header.split(","):
        code = name.strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT


def translated(key: str) -> I18nData:
    """Return a text that Gradio translates in the browser; a component's property may hold it, as `str` or as it is."""
    return I18nData(key)


def both(key: str) -> dict[str, str]:
    """Return a text in every language, for a component that chooses in the browser."""
    return {code: texts[key] for code, texts in TEXTS.items()}
