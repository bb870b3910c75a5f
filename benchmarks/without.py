"""The page without *Inside the network*, for `benchmarks.visit`, which measures the cost of that accordion."""

from unittest.mock import patch

import gradio as gr

from lenet.demo import LAUNCH, build_demo
from lenet.demo.inside.inside import InsidePanel


def add_nothing(*_: object) -> InsidePanel:
    """Return the components that the live event needs, invisible."""
    return InsidePanel(gr.Checkbox(False, visible=False), gr.HTML(visible=False))


with patch("lenet.demo.page.add_inside", add_nothing):
    demo = build_demo()

if __name__ == "__main__":
    demo.launch(**LAUNCH)
