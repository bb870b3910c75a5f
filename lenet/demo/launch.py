"""Arguments of `launch`, and the limits that the page is built with."""

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from lenet.demo.examples import examples
from lenet.demo.picture import picture
from lenet.demo.picture.input import MOST_BYTES
from lenet.demo.reading import reading_html
from lenet.demo.server.cleanup import lifespan
from lenet.demo.server.limits import RequestLimits
from lenet.demo.teach import teach
from lenet.demo.texts.texts import TEXTS

# Gradio keeps 100 kB per visitor until an hour after the visit. The page needs none of it: a visitor who was evicted
# and comes back costs some milliseconds.
SESSIONS = 500
# Calls that wait for their turn; `limits` bounds their bytes.
MOST_WAITING = 100

# Translated in the browser. A text may be the whole HTML of a component.
I18N = gr.I18n(
    **{
        language: texts
        | {
            "reading": reading_html(language=language),
            "buttons": examples.buttons(language),
            "teach": teach.panel(language),
            "picture_answer": picture.answer(language=language),
        }
        for language, texts in TEXTS.items()
    }
)

# Gradio 6 takes the look in launch(), so whatever launches the page uses these, tests and benchmarks too.
LAUNCH: dict[str, Any] = {
    # System fonts: nothing to download, and no request to a font service.
    "theme": gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(  # the default's contrast is 2.6 : 1
        body_text_color_subdued="*neutral_500", body_text_color_subdued_dark="*neutral_400"
    ),
    "css_paths": Path(__file__).with_name("page.css"),
    "footer_links": ["api", "gradio", "settings"],
    "run_history": False,  # would record every live update in the visitor's browser
    "i18n": I18N,
    # Limits for hostile clients: see SECURITY.md.
    "app_kwargs": {"middleware": [Middleware(RequestLimits)], "lifespan": lifespan},
    "max_file_size": MOST_BYTES,
    "enable_monitoring": False,
    "state_session_capacity": SESSIONS,
}
