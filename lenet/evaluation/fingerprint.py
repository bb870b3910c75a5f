"""Fingerprint of the whole pipeline: its answers to 300 fixed drawings, from strokes to verdict.

`lenet.evaluate` writes it to metrics.json with the figures. When a change to the code changes an answer, the figures
are stale, and `python -m lenet.report --check` detects that without any data set. The drawings are made here because
the generators of `lenet.datasets` may change independently of the pipeline.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.evaluation.schema import Conditions, Fingerprint, Metrics
from lenet.image.preprocess import SIDE, preprocess
from lenet.image.strokes import CANVAS_SIZE, render
from lenet.model.classifier import DigitClassifier
from lenet.model.weights import digest

COUNT = 300
SEED = 6  # with it, no centre of mass is within 0.001 pixels of a rounding boundary
TOLERANCE = 0.025  # of a logit, which is kept to 0.01

# The ten digits and five non-digits: one a line, strokes of x,y points in a square of 100, y down.
SHAPES = """
52,0 25,15 10,50 22,85 50,100 78,85 90,48 75,14 52,0
30,20 52,0 52,100
14,25 30,4 62,2 80,22 70,45 10,98 92,96
15,10 50,0 80,18 70,42 40,48 72,55 88,78 60,100 12,92
30,0 10,62 90,60 | 66,30 62,100
85,2 25,4 20,45 55,38 85,62 70,95 12,94
72,0 35,25 12,65 30,98 68,96 82,72 60,54 16,64
8,4 92,2 60,50 40,100
50,48 22,28 45,0 78,14 70,36 20,68 30,98 66,100 84,78 50,48
84,28 56,2 22,18 24,46 60,50 84,28 80,70 66,100
42,44 54,56 57,46
10,100 10,40 50,0 90,40 90,100 10,100 | 40,100 40,65 62,65 62,100
0,0 100,100 | 100,0 0,100 | 50,0 50,100 | 0,50 100,50
0,60 15,20 30,80 45,15 60,85 75,20 90,80 100,40
50,55 60,45 45,35 30,55 50,75 80,55 65,15 25,15 5,60 40,98 95,85
"""


def pictures() -> Iterator[NDArray[np.uint8]]:
    """Yield the fixed drawings: each shape at random slant, size, place and pen width.

    One in four is like MNIST, light on dark in 28 × 28 pixels, and paler on one side; one in four is a row of shapes.
    """
    random = np.random.default_rng(SEED)
    shapes = [
        [np.array([point.split(",") for point in stroke.split()], float) - 50 for stroke in line.split("|")]
        for line in SHAPES.strip().splitlines()
    ]
    for i in range(COUNT):
        length = 2 + i // 4 % 4 if i % 4 == 1 else 1
        step = np.array([100 + random.uniform(0, 50), 0])
        strokes = [stroke + step * j for j in range(length) for stroke in shapes[(i + j) % len(shapes)]]
        side = SIDE if i % 4 == 0 else CANVAS_SIZE
        scale = side / 100 * random.uniform(0.15, 0.6) / length
        lean = np.eye(2) + random.uniform(-0.2, 0.2, (2, 2))
        middle = side * random.uniform(0.35, 0.65, 2) - scale * step * (length - 1) / 2
        points = [(scale * stroke @ lean + middle).tolist() for stroke in strokes]
        picture = render(points, (side, side), 100 * scale * random.uniform(0.06, 0.2))
        yield ((255 - picture) * np.linspace(0.1, 1, side)).astype(np.uint8) if side == SIDE else picture


def fingerprint(classifier: DigitClassifier) -> Fingerprint:
    """Read the fixed drawings; the results are two strings because a list would take 300 lines in metrics.json."""
    answers, logits = [], []
    for picture in pictures():
        prediction, activations = classifier.look(preprocess(picture))
        digits = "" if prediction.verdict == "unsure" else "".join(map(str, prediction.digits))
        answers.append(prediction.verdict + digits)
        logits.append(f"{activations.logits.max():.2f}")
    return {"answers": " ".join(answers), "logits": " ".join(logits)}


def count_changes(before: Fingerprint, after: Fingerprint) -> int:
    """Return how many drawings have another answer, or a largest logit that differs by more than rounding."""
    answers = zip_longest(before["answers"].split(), after["answers"].split())
    logits = zip_longest(before["logits"].split(), after["logits"].split())
    return sum(
        answer != answer_now or abs(float(logit) - float(logit_now)) > TOLERANCE
        for (answer, answer_now), (logit, logit_now) in zip(answers, logits, strict=True)
    )


def conditions(folder: Path) -> Conditions:
    """Return the hash of the weights, the thresholds and the fingerprint, on which the figures depend.

    Raises:
        WeightsError: if the weights cannot be used.
    """
    classifier = DigitClassifier(folder)
    return {
        "weights": digest(folder),
        "thresholds": classifier.thresholds.to_json(),
        "fingerprint": fingerprint(classifier),
    }


def find_change(metrics: Metrics, now: Conditions) -> str:
    """Return the reason why figures no longer hold, as a clause, or an empty string if they hold."""
    if metrics.get("weights") != now["weights"]:
        return "the weights have changed"
    if metrics.get("thresholds") != now["thresholds"]:
        return "the thresholds have changed"
    if "fingerprint" not in metrics:
        return "metrics.json has no fingerprint"
    changes = count_changes(metrics["fingerprint"], now["fingerprint"])
    return f"{changes} of {COUNT} fixed drawings are read differently" if changes else ""
