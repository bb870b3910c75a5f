"""The texts of “Teach it your handwriting” in English and Chinese.

The script fills {count} and {tally}; the server fills {digit} and {readme}.
"""

from lenet.model.messages import Language

TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Teach it your handwriting",
        "question": "Not right? Tap what you drew.",
        "counted": "{digit}, {count} saved",
        "saved": "Saved as {digit}. {tally}",
        "removed": "Removed {digit}. {tally}",
        "none": "No drawings saved yet.",
        "one": "1 drawing saved in this browser.",
        "many": "{count} drawings saved in this browser.",
        "empty": "Draw a digit first, then tap what it is.",
        "limit": "There is no room for more than {count} drawings. Download them, then delete them all to continue.",
        "blocked": "This browser does not let the page save anything: your drawings will be lost when you leave. "
        "Download them first.",
        "full": "The browser’s storage is full: {count} of your drawings will be lost when you leave. "
        "Download them first.",
        "damaged": "Some saved data cannot be read. It stays as it is, and is left out of the download, until you "
        "delete all.",
        "explain": "Draw a digit and tap what it is, whether it was read correctly or not; five of each are a good "
        "start. The drawings are saved in this browser, not on the server.",
        "download": "Download my drawings",
        "remove": "Remove the last one",
        "delete": "Delete all",
        "again": "Tap again",
        "confirm": "Tap again to delete all saved drawings.",
        "deleted": "All drawings deleted.",
        "train": "To train with them, follow the {readme} in a copy of this project:",
        "copy": "Copy",
        "copied": "Copied.",
        "selected": "Selected. Copy it now.",
    },
    "zh": {
        "title": "教它认你的字",
        "question": "不对？点一下你写的数字。",
        "counted": "{digit}，已保存 {count} 个",
        "saved": "已保存为 {digit}。{tally}",
        "removed": "已删除一个 {digit}。{tally}",
        "none": "还没有保存任何字。",
        "one": "本浏览器已保存 1 个字。",
        "many": "本浏览器已保存 {count} 个字。",
        "empty": "请先写一个数字，再点它是几。",
        "limit": "最多只能保存 {count} 个字。请先下载，再全部删除，然后继续。",
        "blocked": "浏览器不允许本页保存数据：离开后，你写的字就会丢失。请先下载。",
        "full": "浏览器的存储空间已满：离开后，其中 {count} 个字就会丢失。请先下载。",
        "damaged": "有些已保存的数据无法读取。它们会原样保留，但不包含在下载的文件中，直到全部删除。",
        "explain": "写一个数字，再点它是几，识别得对不对都可以；每个数字写五遍就是好的开始。"
        "写的字只保存在这个浏览器里，不会上传到服务器。",
        "download": "下载我写的字",
        "remove": "删除最后一个",
        "delete": "全部删除",
        "again": "再点一次",
        "confirm": "再点一次，即可删除所有已保存的字。",
        "deleted": "已全部删除。",
        "train": "要用它们训练，请在本项目的副本中按 {readme} 操作：",
        "copy": "复制",
        "copied": "已复制。",
        "selected": "已选中，请复制。",
    },
}
