"""A small Gradio app with the pad: `python tests/helpers/pad_app.py`.

The attributes of #got describe what the pad's function received.
"""

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from lenet.demo.sketchpad import Sketchpad
from tests.helpers.pads import fingerprint


def tell(picture: NDArray[np.uint8] | None) -> str:
    if picture is None:
        return '<output id="got" data-hash="empty"></output>'
    return f'<output id="got" data-hash="{fingerprint(picture)}" data-shape="{picture.shape}"></output>'


with gr.Blocks(title="Pad") as demo, gr.Tabs():
    with gr.Tab("First"):
        pad = Sketchpad(elem_id="sketchpad", placeholder="Draw a house")
        got = gr.HTML()
        example, empty, hide, unhide = (gr.Button(name) for name in ("Example", "Empty", "Hide", "Unhide"))
        gr.Textbox(label="Notes")
        gr.HTML('<div id="beneath" style="height: 1500px">A long page</div>')
    with gr.Tab("Second"):
        Sketchpad(elem_id="second")
    pad.input(tell, pad, got, queue=False, trigger_mode="always_last", show_progress="hidden")
    example.click(lambda: {"w": 28, "h": 28, "pen": 2, "strokes": [[[4, 4], [24, 24]]]}, outputs=pad)
    empty.click(lambda: None, outputs=pad)
    hide.click(lambda: gr.update(visible=False), outputs=pad)
    unhide.click(lambda: gr.update(visible=True), outputs=pad)

if __name__ == "__main__":
    demo.launch(run_history=False)
