"""The drawing pad, a Gradio component."""

from lenet.demo.sketchpad.sketchpad import Sketchpad

__all__ = ["Sketchpad"]
