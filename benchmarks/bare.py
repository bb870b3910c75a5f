"""The page without anything beneath the bars, served: what the accordions are measured against."""

import gradio as gr

from lenet.classifier import DigitClassifier
from lenet.demo import LAUNCH, meters
from lenet.demo.inside import LIVE
from lenet.demo.sketchpad import Sketchpad
from lenet.demo.texts import language
from lenet.preprocess import Picture

classifier = DigitClassifier()


def show(drawing: Picture, request: gr.Request) -> str:
    return meters.reading(classifier(drawing), language(request))


with gr.Blocks() as demo:
    pad = Sketchpad(elem_id="sketchpad")
    reading = gr.HTML(meters.reading(), elem_id="reading")
    pad.input(show, pad, reading, **LIVE)

if __name__ == "__main__":
    demo.launch(**LAUNCH)
