"""Kill a training at random moments, going on from there each time, and compare what it ends with.

$ python tests/kill_training.py --kills 20

Each training is a process of its own and gets SIGKILL, which nothing can catch. Every other time the newest of two
checkpoints is cut in half besides. Data and recipe are small, so that all of a training is hit: its first step, a
checkpoint half written, the weights half saved.
"""

import argparse
import dataclasses
import functools
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import small_mnist

ARRAYS = "lenet5.weights.h5"
# Digits by rule, not-digits, distortions, a running average and a second cosine: all that draws at random.
RECIPE = ["--recipe", "world", "--batch", "12", "--glyphs", "4", "--drawings", "0", "--outliers", "2", "--warmup", "5"]
EVERY = ["--restart", "20", "--checkpoint-every", "5", "--report-every", "5", "--validate-every", "20"]

# Modules are imported once, and each training is a fork of who did it: else half of the kills would hit TensorFlow's
# import. Windows has no fork.
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclasses.dataclass
class Killed:
    """What became of the trainings that were killed."""

    kills: int = 0
    writing: int = 0  # of them while a file was half written
    cut: int = 0  # checkpoints damaged
    endings: int = 0  # trainings that came to their end
    lost: list[str] = dataclasses.field(default_factory=list)  # what differs from the unbroken one


def train(mnist: Path, out: Path, steps: int, seed: int) -> None:
    """One training, as `python -m lenet.train` does it; the process ends with its exit code."""
    from lenet import calibrate
    from lenet import train as command
    from lenet.datasets import mixture
    from lenet.datasets import mnist as dataset

    with (out.parent / "log.txt").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    mixture.GLYPHS, mixture.OUTLIERS, calibrate.COUNT, calibrate.ROWS = 40, 20, 20, 5
    dataset.load = functools.partial(dataset.load, source=small_mnist.source())
    sys.exit(
        command.main([*RECIPE, *EVERY, *map(str, ("--steps", steps, "--seed", seed, "--mnist", mnist, "--out", out))])
    )


def start(folder: Path, name: str, steps: int, seed: int) -> BaseProcess:
    """A training into `folder / name`, running."""
    process = multiprocessing.get_context(METHOD).Process(
        target=train, args=(folder / "mnist", folder / name, steps, seed)
    )
    process.start()
    return process


def preload() -> None:
    """Return when the modules are imported, where they can be."""
    context = multiprocessing.get_context(METHOD)
    context.set_forkserver_preload(["lenet.train"])
    process = context.Process(target=os.getpid)
    process.start()
    process.join()


def ended(folder: Path) -> dict[str, object]:
    """What a training leaves that has to be the same each time: the weights bit for bit, thresholds and figures."""
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    facts = json.loads((folder / "lenet5.json").read_text("utf-8"))
    curves = {name: metrics["training"][name] for name in ("training", "validation")}
    return {"weights": facts["sha256"], "thresholds": facts["thresholds"], "test": metrics["mnist_test"], **curves}


def kill(kills: int, folder: Path, steps: int = 60, seed: int = 1, verbose: bool = False) -> Killed:
    """Train once unbroken; then train, killed at random, as often as it takes for `kills` kills.

    Args:
        kills: how many.
        folder: an empty one to work in.
        steps: of each training.
        seed: of the trainings and of the moments.
        verbose: say what each kill met.
    """
    small_mnist.fill(folder / "mnist")
    preload()
    began = time.monotonic()
    process = start(folder, "unbroken", steps, seed)
    process.join()
    assert process.exitcode == 0, (folder / "log.txt").read_text()
    whole, wanted = time.monotonic() - began, ended(folder / "unbroken")
    found, moments = Killed(), random.Random(seed)
    while found.kills < kills or not found.endings:
        out = folder / f"killed{found.endings}"
        process = start(folder, out.name, steps, seed)
        process.join(moments.uniform(0, whole) if found.kills < kills else None)
        if process.exitcode is None:
            process.kill()
            process.join()
            found.kills += 1
            met(found, out, verbose)
        elif process.exitcode:
            found.lost.append(f"exit code {process.exitcode}: {(folder / 'log.txt').read_text()[-500:]}")
            found.endings += 1
        else:
            left = {path.name for path in out.iterdir()} ^ {path.name for path in (folder / "unbroken").iterdir()}
            different = [name for name, value in ended(out).items() if value != wanted[name]]
            found.lost += [f"{out.name}: {name}" for name in (*sorted(left), *different)]
            found.endings += 1
    return found


def met(found: Killed, out: Path, verbose: bool) -> None:
    """Count what a kill met, and of two checkpoints cut the newest in half every other time."""
    writing = [path.name for path in out.rglob(".partial-*")]
    checkpoints = sorted(out.glob("checkpoints/step-*.npz"))
    found.writing += bool(writing)
    if len(checkpoints) > 1 and found.cut <= found.kills // 2:
        os.truncate(checkpoints[-1], checkpoints[-1].stat().st_size // 2)
        found.cut += 1
    if verbose:
        newest = checkpoints[-1].stem if checkpoints else "no checkpoint"
        print(f"kill {found.kills:3}: {newest}", *(f"half written: {name}" for name in writing), sep="  ", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = kill(options.kills, Path(folder), seed=options.seed, verbose=True)
    print(
        f"{found.kills} kills, {found.writing} of them while a file was being written, {found.cut} checkpoints cut; "
        f"{found.endings} trainings ended; lost: {'; '.join(found.lost) or 'nothing'}"
    )
    return int(bool(found.lost))


if __name__ == "__main__":
    sys.exit(main())
