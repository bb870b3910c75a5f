"""The usual page of a tutorial, for `benchmarks.page`: Gradio's sketchpad, `model.predict`, `gr.Label`.

The pad is configured at its best: 280 pixels instead of 800, with the brush selected from the start.
"""

import gradio as gr
import numpy as np
from PIL import Image

from lenet.image.strokes import BRUSH_WIDTH, CANVAS_SIZE
from lenet.model.verdict import softmax
from lenet.model.weights import load

model = load()


def predict(drawing: dict) -> dict[str, float]:
    """Return the probabilities of a drawing, the whole canvas shrunk to 28 × 28."""
    picture = Image.fromarray(255 - drawing["composite"]).resize((28, 28))
    outputs = model.predict(np.asarray(picture, np.float32)[None, ..., None] / 255, verbose=0)
    return {str(digit): float(probability) for digit, probability in enumerate(softmax(outputs)[0])}


with gr.Blocks() as demo:
    pad = gr.Sketchpad(
        value=np.full((CANVAS_SIZE, CANVAS_SIZE), 255, np.uint8),
        image_mode="L",
        canvas_size=(CANVAS_SIZE, CANVAS_SIZE),
        fixed_canvas=True,
        brush=gr.Brush(default_size=BRUSH_WIDTH // 2, colors=["#000000"], color_mode="fixed"),
        layers=False,
        transforms=(),
        elem_id="sketchpad",
    )
    label = gr.Label(num_top_classes=10, elem_id="answer")
    gr.on([pad.input, pad.change], predict, pad, label)  # `change` alone misses strokes, `input` alone the last one

if __name__ == "__main__":
    predict({"composite": np.full((CANVAS_SIZE, CANVAS_SIZE), 255, np.uint8)})  # warm, as ours is
    demo.launch()
