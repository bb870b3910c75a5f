"""What the page says, in English and Chinese; which of the two follows the browser.

Fixed texts are translated in the browser by `gr.I18n`. What a function answers is written in the language that the
browser's request asks for.
"""

from pathlib import Path
from typing import get_args

import gradio as gr
from gradio.i18n import I18nData

from lenet.model.messages import Language

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
        "large": "This picture has more than 80 million pixels, or 30,000 in a row: take a smaller copy.",
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
        "teach_title": "Teach it your hand",
        "teach_question": "Not right? Tap what you drew.",
        "teach_counted": "{digit}, {count} kept",
        "teach_kept": "Kept as {digit}. {tally}",
        "teach_taken": "Took {digit} back. {tally}",
        "teach_none": "No drawing is kept yet.",
        "teach_one": "1 drawing in this browser.",
        "teach_many": "{count} drawings in this browser.",
        "teach_empty": "Draw a digit first, then tap what it is.",
        "teach_limit": "{count} drawings are as many as fit here. Download them, then forget them all to go on.",
        "teach_blocked": "This browser stores nothing for this page: your drawings are gone when you leave it. "
        "Download them first.",
        "teach_full": "The browser's storage is full: {count} of your drawings will be gone when you leave this page. "
        "Download them first.",
        "teach_damaged": "Something that was kept here cannot be read. It stays as it is, outside your download, until "
        "you forget all.",
        "teach_explain": "Draw a digit and tap what it is, read right or wrong; five of each are a good start. "
        "The drawings are kept in this browser, not on the server.",
        "teach_download": "Download my drawings",
        "teach_back": "Take the last one back",
        "teach_forget": "Forget all",
        "teach_sure": "Tap again",
        "teach_confirm": "Tap again, and all that is kept here is gone.",
        "teach_forgotten": "All forgotten.",
        "teach_train": "Then train with them, in a copy of this project; its {readme} has the steps:",
        "teach_copy": "Copy",
        "teach_copied": "Copied.",
        "teach_marked": "Marked; now copy it.",
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
        "large": "这张图片超过 8000 万像素，或一边超过 3 万像素：请换一张小一些的。",
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
        "teach_title": "教它认你的字",
        "teach_question": "不对？点一下你写的数字。",
        "teach_counted": "{digit}，已保存 {count} 份",
        "teach_kept": "已记为 {digit}。{tally}",
        "teach_taken": "已撤回一份 {digit}。{tally}",
        "teach_none": "还没有保存任何笔迹。",
        "teach_one": "本浏览器中有 1 份笔迹。",
        "teach_many": "本浏览器中有 {count} 份笔迹。",
        "teach_empty": "请先写一个数字，再点它是几。",
        "teach_limit": "这里最多放得下 {count} 份笔迹。请先下载，再全部删除，然后继续。",
        "teach_blocked": "浏览器不让本页保存数据：离开本页，笔迹就没有了。请先下载。",
        "teach_full": "浏览器的存储空间已满：离开本页，其中 {count} 份笔迹就没有了。请先下载。",
        "teach_damaged": "以前保存在这里的内容有一部分无法读取。它会原样保留，不在下载的文件中，直到全部删除。",
        "teach_explain": "写一个数字，再点它是几，识别得对不对都可以；每个数字写五遍就是好的开始。"
        "笔迹只保存在这个浏览器里，不留在服务器上。",
        "teach_download": "下载我的笔迹",
        "teach_back": "撤回最后一份",
        "teach_forget": "全部删除",
        "teach_sure": "再点一次",
        "teach_confirm": "再点一次，保存的笔迹就全部删除。",
        "teach_forgotten": "已全部删除。",
        "teach_train": "然后在本项目的副本里用它们训练，步骤见 {readme}：",
        "teach_copy": "复制",
        "teach_copied": "已复制。",
        "teach_marked": "已选中，请复制。",
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
