"""“Teach it your hand”: keep drawings with the digit that they were meant as, to train with.

All of it happens in the browser: a drawing that is kept goes into the browser's own storage, and from there into a
file as `lenet.datasets.stroke_files` reads it. No request is made for it, and the server keeps nothing.

It hears of what is drawn by the pad's event `sketchpad:changed`, and empties the pad by `sketchpad:clear`.
"""

import os
from html import escape
from pathlib import Path
from string import Template

import gradio as gr

from lenet.demo.texts.texts import TEXTS
from lenet.model.messages import Language, name

HERE = Path(__file__).parent
HTML = Template((HERE / "teach.html").read_text("utf-8"))
CSS = (HERE / "teach.css").read_text("utf-8")
JS = (HERE / "teach.js").read_text("utf-8")

FILE = "my-drawings.jsonl"
COMMAND = ("python -m lenet.train", f"--strokes {FILE}", "--from weights", "--out runs/my-hand")  # lines break between
ANCHOR = "teach-it-your-hand"  # of README's section


def panel(language: Language) -> str:
    """Its HTML, what the script says included: sentences with {gaps} in data- attributes."""
    texts = {key[6:]: escape(text) for key, text in TEXTS[language].items() if key.startswith("teach_")}
    return HTML.substitute(
        texts,
        digits="".join(_button(digit, texts, language) for digit in range(10)),
        file=FILE,
        command=" ".join(f"<span>{part}</span>" for part in COMMAND),
        train=texts["train"].replace("{readme}", _readme()),
    )


def add_teach(html: str | gr.i18n.I18nData) -> gr.HTML:
    """Put it on the page.

    Args:
        html: `panel` in the visitor's language.
    """
    script = f"{JS}\nmountTeach(element, watch);\n"
    return gr.HTML(str(html), css_template=CSS, js_on_load=script, apply_default_css=False, elem_id="teach")


def _button(digit: int, texts: dict[str, str], language: Language) -> str:
    said = {key: texts[key].replace("{digit}", name(digit, language)) for key in ("kept", "taken")}
    counted = texts["counted"].replace("{digit}", str(digit))
    return (
        f'<button type="button" data-label="{digit}" aria-label="{digit}" aria-disabled="true" '
        f'data-counted="{counted}" data-kept="{said["kept"]}" data-taken="{said["taken"]}">'
        f'{digit}<span class="count" aria-hidden="true"></span></button>'
    )


def _readme() -> str:
    """README, as a link where there is one to give: on a Space."""
    space = os.environ.get("SPACE_ID")
    if not space:
        return "README"
    address = f"https://huggingface.co/spaces/{escape(space)}/blob/main/README.md#{ANCHOR}"
    return f'<a href="{address}" target="_blank" rel="noopener">README</a>'
