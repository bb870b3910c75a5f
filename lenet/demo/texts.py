"""What the page says, in English and Chinese; which of the two follows the browser.

Fixed texts are translated in the browser by `gr.I18n`. What a function answers is written in the language that the
browser's request asks for.
"""

from typing import get_args

import gradio as gr

from lenet.sentences import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"

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


def both(key: str) -> dict[str, str]:
    """A text in every language, for a component that chooses in the browser."""
    return {each: texts[key] for each, texts in TEXTS.items()}
