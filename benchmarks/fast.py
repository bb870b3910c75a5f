"""How soon recipe `fast` reads MNIST's test images, seed by seed, from fresh weights.

    $ python -m benchmarks.fast

The tutorial of 2015 says 99.2 % after 10,000 steps of 100 pictures; how long those take here, `benchmarks.train` says.
"""

import tempfile
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import spread
from lenet import evaluate
from lenet.checkpoint import Checkpoints
from lenet.datasets import mnist
from lenet.datasets.mixture import People
from lenet.recipes import FAST
from lenet.train import fit


def main() -> None:
    """The command."""
    given = harness.options("fast", "Train recipe `fast` with some seeds.", seeds=5)
    data = mnist.load()
    runs = []
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            model, history = fit(FAST, data, seed, Checkpoints(Path(folder)), People())
        read = evaluate.logits(model, data.test.pictures).argmax(1)
        runs.append({"seed": seed, "seconds": history["seconds"], "misses": int((read != data.test.labels).sum())})
        print(f"seed {seed}: {runs[-1]['misses']} of {len(data.test.labels):,} wrong, {history['seconds']:.0f} s")
    count = len(data.test.labels)
    mean = sum(1 - run["misses"] / count for run in runs) / len(runs)
    seconds = spread(run["seconds"] for run in runs)
    print(f"mean {mean:.2%}, {FAST.steps:,} steps of {FAST.batch}, {seconds['median']:.0f} s")
    figures = {"runs": runs, "count": count, "mean": mean, "seconds": seconds, "steps": FAST.steps, "batch": FAST.batch}
    harness.write(given.out, "fast", figures)


if __name__ == "__main__":
    main()
