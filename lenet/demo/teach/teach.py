"""“Teach it your handwriting”: save drawings, each with the digit that it was meant as, to train with.

All of it happens in the browser: drawings are saved in the browser's own storage, and downloaded as a file that
`lenet.datasets.stroke_files` reads. No request is made, and the server stores nothing.

The pad's event `sketchpad:changed` tells the panel what is drawn; the panel's event `sketchpad:clear` empties the pad.
"""

import os
from html import escape
from pathlib import Path
from string import Template

import gradio as gr

from lenet.demo.teach.texts import TEXTS
from lenet.model.messages import Language, name

HERE = Path(__file__).parent
HTML = Template((HERE / "teach.html").read_text("utf-8"))
CSS = (HERE / "teach.css").read_text("utf-8")
JS = (HERE / "teach.js").read_text("utf-8")

FILE = "my-drawings.jsonl"
COMMAND = ("python -m lenet.train", f"--strokes {FILE}", "--from weights", "--out runs/my-hand")  # lines break between
ANCHOR = "teach-it-your-handwriting"  # of the README's section


def panel(language: Language) -> str:
    """Return the panel's HTML; the sentences that its script shows are in `data-` attributes, their {gaps} unfilled."""
    texts = {key: escape(text) for key, text in TEXTS[language].items()}
    return HTML.substitute(
        texts,
        digits="".join(_button(digit, texts, language) for digit in range(10)),
        file=FILE,
        command=" ".join(f"<span>{part}</span>" for part in COMMAND),
        train=texts["train"].replace("{readme}", _readme()),
    )


def add_teach(html: str | gr.i18n.I18nData) -> gr.HTML:
    """Add the panel to the Blocks being built.

    Args:
        html: `panel` in the visitor's language.
    """
    script = f"{JS}\nmountTeach(element, watch);\n"
    return gr.HTML(str(html), css_template=CSS, js_on_load=script, apply_default_css=False, elem_id="teach")


def _button(digit: int, texts: dict[str, str], language: Language) -> str:
    counted = texts["counted"].replace("{digit}", str(digit))
    saved, removed = (texts[key].replace("{digit}", name(digit, language)) for key in ("saved", "removed"))
    return (
        f'<button type="button" data-label="{digit}" aria-label="{digit}" aria-disabled="true" '
        f'data-counted="{counted}" data-saved="{saved}" data-removed="{removed}">'
        f'{digit}<span class="count" aria-hidden="true"></span></button>'
    )


def _readme() -> str:
    """Return the word README, on a Space as a link."""
    space = os.environ.get("SPACE_ID")
    if not space:
        return "README"
    url = f"https://huggingface.co/spaces/{escape(space)}/blob/main/README.md#{ANCHOR}"
    return f'<a href="{url}" target="_blank" rel="noopener">README</a>'
