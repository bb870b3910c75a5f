"""The usual page of a tutorial, for `benchmarks.page`: Gradio's sketchpad, `model.predict`, `gr.Label`."""

import gradio as gr
import numpy as np
from PIL import Image

from lenet.demo.page import GRADIO_PAD
from lenet.model.verdict import softmax
from lenet.model.weights import load

model = load()


def predict(drawing: dict) -> dict[str, float]:
    """Return the probabilities of a drawing, the whole canvas shrunk to 28 × 28."""
    picture = Image.fromarray(255 - drawing["composite"]).resize((28, 28))
    outputs = model.predict(np.asarray(picture, np.float32)[None, ..., None] / 255, verbose=0)
    return {str(digit): float(probability) for digit, probability in enumerate(softmax(outputs)[0])}


with gr.Blocks() as demo:
    pad = gr.Sketchpad(**GRADIO_PAD)
    label = gr.Label(num_top_classes=10, elem_id="answer")
    gr.on([pad.input, pad.change], predict, pad, label)  # `change` alone misses strokes, `input` alone the last one

if __name__ == "__main__":
    predict({"composite": GRADIO_PAD["value"]})  # warm, as ours is
    demo.launch()
