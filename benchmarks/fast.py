"""Train recipe `fast` from fresh weights, seed by seed: time and accuracy, beside the time of the original.

    $ python -m benchmarks.fast
    $ python -m benchmarks.fast --steps 10000      runs all of the original's steps instead of extrapolating

The target is the 99.2 % of TensorFlow's tutorial *Deep MNIST for Experts*, 2015. The original trains for 10,000 steps
of 100 pictures: --steps of them are timed before every seed, all of them only once.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import harness, table
from benchmarks.harness import spread
from benchmarks.table import ORIGINAL
from benchmarks.train import original
from lenet.datasets import mnist
from lenet.training.checkpoint import Checkpoints
from lenet.training.fit import fit
from lenet.training.mixture import People
from lenet.training.recipes import FAST
from lenet.training.trainer import logits

GOALS = (0.99, 0.992)  # validation accuracies


def seconds_to(goal: float, history: dict[str, Any]) -> float | None:
    """Return the seconds until the validation accuracy first reached `goal`; None if it never did."""
    count = history["validation_counts"][0]
    steps = (step for step, wrong, *_ in history["validation"] if wrong <= round((1 - goal) * count))
    step = next(steps, None)
    return step and history["seconds"] * step / history["recipe"]["steps"]


def main() -> None:
    """Run the command."""
    options = harness.options("fast", "Train recipe `fast` with some seeds.", seeds=5, steps=100)
    data = mnist.load()
    count = len(data.test.labels)
    step = original(data.train)
    step(0)
    runs, originals = [], []
    for seed in range(1, options.seeds + 1):
        if options.steps < ORIGINAL or not originals:
            started = time.perf_counter()
            for number in range(options.steps):
                step(number)
            originals.append((time.perf_counter() - started) / options.steps * ORIGINAL)
        with tempfile.TemporaryDirectory() as folder:
            model, history = fit(FAST, data, seed, Checkpoints(Path(folder)), People())
        digits = logits(model, data.test.pictures).argmax(1)
        runs.append(
            {
                "seed": seed,
                "seconds": history["seconds"],
                "misses": int((digits != data.test.labels).sum()),
                "seconds_to": {f"{goal:.1%}": seconds_to(goal, history) for goal in GOALS},
                "original": originals[-1],
            }
        )
        print(f"seed {seed}: {runs[-1]['misses']} of {count:,} wrong, {history['seconds']:.0f} s", flush=True)
    mean = sum(1 - run["misses"] / count for run in runs) / len(runs)
    figures = {"seconds": spread(run["seconds"] for run in runs), "original": spread(originals)}
    ratio = figures["original"]["median"] / figures["seconds"]["median"]
    facts = {"count": count, "mean": mean, "ratio": ratio, "steps": FAST.steps, "batch": FAST.batch}
    table.save("fast", {"runs": runs} | figures | facts | {"original_steps": options.steps}, options.out)


if __name__ == "__main__":
    main()
