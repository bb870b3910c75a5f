"""The page with Gradio's own sketchpad: `python tests/helpers/stock.py`."""

import gradio as gr

from lenet.demo import LAUNCH, build_demo

build_demo(pad=gr.Sketchpad).launch(**LAUNCH)
