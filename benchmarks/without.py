"""The page without the look inside the network: what that costs, the benchmark of a visit measures against it."""

from unittest.mock import patch

import gradio as gr

from lenet.demo import LAUNCH, build_demo
from lenet.demo.inside.inside import InsidePanel


def nothing(*_: object) -> InsidePanel:
    """What the live event needs, and nothing to see."""
    return InsidePanel(gr.Checkbox(False, visible=False), gr.HTML(visible=False))


with patch("lenet.demo.page.add_inside", nothing):
    demo = build_demo()

if __name__ == "__main__":
    demo.launch(**LAUNCH)
