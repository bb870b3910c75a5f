"""The page on Gradio's own sketchpad, served: `python tests/browser/stock.py`."""

import gradio as gr

from lenet.demo import LAUNCH, build_demo

build_demo(pad=gr.Sketchpad).launch(**LAUNCH)
