"""The page. Only this package imports Gradio."""

from lenet.demo.page import LAUNCH, build_demo

__all__ = ["LAUNCH", "build_demo"]
