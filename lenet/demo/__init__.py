"""The Gradio page; no other package imports Gradio."""

from lenet.demo.launch import LAUNCH
from lenet.demo.page import build_demo

__all__ = ["LAUNCH", "build_demo"]
