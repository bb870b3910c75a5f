"""Kill a training at random moments, going on from there each time, and compare what it ends with.

$ python -m tools.kill_training --kills 20

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
import re
import sys
import tempfile
import time
import zipfile
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.helpers import small_mnist

ARRAYS = "lenet5.weights.h5"
# Digits by rule, not-digits, distortions, a running average and a second cosine: all that draws at random.
RECIPE = ["--recipe", "world", "--batch", "12", "--glyphs", "4", "--drawings", "0", "--outliers", "2", "--warmup", "5"]
EVERY = ["--restart", "20", "--checkpoint-every", "5", "--report-every", "5", "--validate-every", "20"]

# Modules are imported once, and each training is a fork of who did it: else half of the kills would hit TensorFlow's
# import. Windows has no fork.
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclasses.dataclass
class Kill:
    """One SIGKILL.

    Attributes:
        checkpoint: the newest whole one that is left, see `newest`.
        writing: a file was half written.
        cut: the checkpoint after that one was cut in half besides.
        survived: the training resumed from `checkpoint` and ended as the unbroken one did.
    """

    checkpoint: tuple[int, int]
    writing: bool
    cut: bool
    survived: bool = False


@dataclasses.dataclass
class Killed:
    """Trainings that were killed."""

    kills: list[Kill] = dataclasses.field(default_factory=list)
    endings: int = 0  # trainings that ended
    lost: list[str] = dataclasses.field(default_factory=list)  # differences from the unbroken training


def train(mnist: Path, out: Path, steps: int, seed: int) -> None:
    """One training, as `python -m lenet.train` does it; the process ends with its exit code."""
    from lenet import train as command
    from lenet.datasets import mnist as dataset
    from lenet.evaluation import calibration
    from lenet.training import mixture

    with (out.parent / "log.txt").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    mixture.GLYPHS, mixture.OUTLIERS, calibration.COUNT, calibration.ROWS = 40, 20, 20, 5
    dataset.load = functools.partial(dataset.load, dataset=small_mnist.dataset())
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


def differences(out: Path, unbroken: Path) -> list[str]:
    """Files that one of two finished trainings has and the other has not, and results that are not the same."""
    names = {path.name for path in out.iterdir()} ^ {path.name for path in unbroken.iterdir()}
    wanted = ended(unbroken)
    different = [name for name, value in ended(out).items() if value != wanted[name]]
    return [f"{out.name}: {name}" for name in (*sorted(names), *different)]


def newest(out: Path) -> tuple[int, int]:
    """Step of the newest whole checkpoint, and when it was written; zeros if there is none."""
    whole = filter(zipfile.is_zipfile, out.glob("checkpoints/step-*.npz"))
    return max(((int(path.stem.removeprefix("step-")), path.stat().st_mtime_ns) for path in whole), default=(0, 0))


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
    whole = time.monotonic() - began
    log, result, moments = folder / "log.txt", Killed(), random.Random(seed)
    last: Kill | None = None  # of the training that has not ended yet
    resumed: list[Kill] = []  # its kills after which it resumed from the newest whole checkpoint
    while len(result.kills) < kills or last:
        out, logged = folder / f"killed{result.endings}", log.stat().st_size
        process = start(folder, out.name, steps, seed)
        process.join(moments.uniform(0, whole) if len(result.kills) < kills else None)
        if killed := process.exitcode is None:
            process.kill()
            process.join()
        step, written = last.checkpoint if last else (0, 0)
        if said := re.search(rb"Going on from step (\d+)", log.read_bytes()[logged:]):
            intact = int(said[1]) == step
        else:  # it started over, or was killed before it could resume
            intact = step == 0 or (killed and newest(out) == (step, written))
        if not intact:
            result.lost.append(f"{out.name}: did not resume from step {step}")
        elif last:
            resumed.append(last)
        if killed:
            last = met(out, cut=sum(each.cut for each in result.kills) <= (len(result.kills) + 1) // 2)
            result.kills.append(last)
            if verbose:
                facts = ["a file half written"] * last.writing + ["the checkpoint after it cut"] * last.cut
                print(f"kill {len(result.kills):3}: checkpoint {last.checkpoint[0]}", *facts, sep=", ", flush=True)
            continue
        if process.exitcode:
            lost = [f"exit code {process.exitcode}: {' '.join(log.read_text()[-500:].split())}"]
        else:
            lost = differences(out, folder / "unbroken")
        for each in resumed:
            each.survived = not lost
        result.lost += lost
        result.endings += 1
        last, resumed = None, []
    return result


def met(out: Path, cut: bool) -> Kill:
    """Record what a kill left.

    Args:
        out: the training's folder.
        cut: cut the newest checkpoint in half, if there are two.
    """
    checkpoints = sorted(out.glob("checkpoints/step-*.npz"))
    cut = cut and len(checkpoints) > 1
    if cut:
        os.truncate(checkpoints[-1], checkpoints[-1].stat().st_size // 2)
    return Kill(newest(out), any(out.rglob(".partial-*")), cut)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = kill(options.kills, Path(folder), seed=options.seed, verbose=True)
    kills = result.kills
    print(
        f"{len(kills)} kills, {sum(each.survived for each in kills)} survived; "
        f"{sum(each.writing for each in kills)} while a file was being written, {sum(each.cut for each in kills)} with "
        f"a checkpoint cut; {result.endings} trainings ended; lost: {'; '.join(result.lost) or 'nothing'}"
    )
    return int(bool(result.lost))


if __name__ == "__main__":
    sys.exit(main())
