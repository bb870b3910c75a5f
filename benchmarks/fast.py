"""How soon recipe `fast` reads MNIST's test images, seed by seed, from fresh weights, and how long the original takes.

    $ python -m benchmarks.fast
    $ python -m benchmarks.fast --steps 10000      runs all of the original's steps instead of extrapolating

The accuracy to reach is the 99.2 % of TensorFlow's tutorial *Deep MNIST for Experts*, 2015. The original trains for
10,000 steps of 100 pictures. Some of them, --steps, are timed before every seed; all of them only once.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.harness import spread
from benchmarks.train import original
from lenet.datasets import mnist
from lenet.training.checkpoint import Checkpoints
from lenet.training.fit import fit
from lenet.training.mixture import People
from lenet.training.recipes import FAST
from lenet.training.trainer import logits

ORIGINAL = 10_000  # steps
GOALS = (0.99, 0.992)  # of the validation images, at one of the recipe's readings


def seconds_to(goal: float, history: dict[str, Any]) -> float | None:
    """When so many of the validation images were read right for the first time; None: never."""
    count = history["validation_counts"][0]
    steps = (step for step, wrong, *_ in history["validation"] if wrong <= round((1 - goal) * count))
    step = next(steps, None)
    return step and history["seconds"] * step / history["recipe"]["steps"]


def main() -> None:
    """The command."""
    given = harness.options("fast", "Train recipe `fast` with some seeds.", seeds=5, steps=100)
    data = mnist.load()
    count = len(data.test.labels)
    step = original(data.train)
    step(0)
    runs, originals = [], []
    for seed in range(1, given.seeds + 1):
        if given.steps < ORIGINAL or not originals:
            started = time.perf_counter()
            for number in range(given.steps):
                step(number)
            originals.append((time.perf_counter() - started) / given.steps * ORIGINAL)
        with tempfile.TemporaryDirectory() as folder:
            model, history = fit(FAST, data, seed, Checkpoints(Path(folder)), People())
        read = logits(model, data.test.pictures).argmax(1)
        runs.append(
            {
                "seed": seed,
                "seconds": history["seconds"],
                "misses": int((read != data.test.labels).sum()),
                "seconds_to": {f"{goal:.1%}": seconds_to(goal, history) for goal in GOALS},
                "original": originals[-1],
            }
        )
        print(f"seed {seed}: {runs[-1]['misses']} of {count:,} wrong, {history['seconds']:.0f} s", flush=True)
    mean = sum(1 - run["misses"] / count for run in runs) / len(runs)
    figures = {"seconds": spread(run["seconds"] for run in runs), "original": spread(originals)}
    ratio = figures["original"]["median"] / figures["seconds"]["median"]
    print(
        f"mean {mean:.2%} after {FAST.steps:,} steps of {FAST.batch}, {figures['seconds']['median']:.0f} s; "
        f"{ORIGINAL:,} steps of the original: {figures['original']['median']:.0f} s, {ratio:.1f} times as long"
    )
    facts = {"count": count, "mean": mean, "ratio": ratio, "steps": FAST.steps, "batch": FAST.batch}
    harness.write(given.out, "fast", {"runs": runs} | figures | facts | {"original_steps": given.steps})


if __name__ == "__main__":
    main()
