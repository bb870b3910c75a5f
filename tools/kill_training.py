"""Kill a small training at random moments, resume it each time, and compare it with an uninterrupted one.

$ python -m tools.kill_training --kills 20

Every training is a process that gets SIGKILL. About every other time, the newest of two checkpoints is cut in half,
too. Data and recipe are small, so that kills hit every phase: the first step, a checkpoint or the weights half written.
"""

import dataclasses
import json
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from lenet.command import LARGEST_SEED, Parser, add_number, command

# Everything that draws random numbers: synthetic digits, non-digits, distortions, dropout; an average, a second cosine.
RECIPE = ["--recipe", "world", "--batch", "12", "--glyphs", "4", "--drawings", "0", "--outliers", "2", "--warmup", "5"]
RECIPE += ["--torn", "0", "--doodles", "0"]
EVERY = ["--restart", "20", "--checkpoint-every", "5", "--report-every", "5", "--validate-every", "20"]

# A fork server imports the modules once; otherwise half of the kills would hit TensorFlow's import. Windows has none.
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclasses.dataclass
class Kill:
    """One SIGKILL.

    Attributes:
        checkpoint: step and modification time of the newest whole checkpoint, zeros without one.
        writing: a file was half written.
        cut: a newer checkpoint was cut in half.
        survived: the training resumed from `checkpoint` and ended as the uninterrupted one.
    """

    checkpoint: tuple[int, int]
    writing: bool
    cut: bool
    survived: bool = False


@dataclasses.dataclass
class Killed:
    """The trainings that were killed."""

    kills: list[Kill] = dataclasses.field(default_factory=list)
    finished: int = 0  # trainings that finished
    lost: list[str] = dataclasses.field(default_factory=list)  # differences from the uninterrupted training


def train(out: Path, steps: int, seed: int) -> None:
    """Train into `out` and exit with the command's code."""
    from tests.helpers import small_training

    with (out.parent / "log.txt").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.exit(small_training.main([*RECIPE, *EVERY, "--steps", str(steps), "--seed", str(seed), "--out", str(out)]))


def start(out: Path, steps: int, seed: int) -> BaseProcess:
    """Start a training in a process of its own."""
    process = multiprocessing.get_context(METHOD).Process(target=train, args=(out, steps, seed))
    process.start()
    return process


def results(folder: Path) -> dict[str, object]:
    """Return the results of a training that must be reproducible: hashes of the weights, thresholds and metrics."""
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    facts = json.loads((folder / "lenet5.json").read_text("utf-8"))
    curves = {name: metrics["training"][name] for name in ("training", "validation")}
    return {"weights": facts["sha256"], "thresholds": facts["thresholds"], "test": metrics["mnist_test"], **curves}


def differences(out: Path, unbroken: Path) -> list[str]:
    """Return the names of the files and results in which two finished trainings differ."""
    names = {path.name for path in out.iterdir()} ^ {path.name for path in unbroken.iterdir()}
    expected = results(unbroken)
    different = [name for name, value in results(out).items() if value != expected[name]]
    return [f"{out.name}: {name}" for name in (*sorted(names), *different)]


def newest(out: Path) -> tuple[int, int]:
    """Return step and modification time of the newest whole checkpoint, zeros without one."""
    whole = filter(zipfile.is_zipfile, out.glob("checkpoints/step-*.npz"))
    return max(((int(path.stem.removeprefix("step-")), path.stat().st_mtime_ns) for path in whole), default=(0, 0))


def damage(out: Path, cut: bool) -> Kill:
    """Describe the state that a kill left, after cutting the newest of two checkpoints in half if `cut`."""
    checkpoints = sorted(out.glob("checkpoints/step-*.npz"))
    cut = cut and len(checkpoints) > 1
    if cut:
        os.truncate(checkpoints[-1], checkpoints[-1].stat().st_size // 2)
    return Kill(newest(out), any(out.rglob(".partial-*")), cut)


def kill(kills: int, folder: Path, steps: int = 60, seed: int = 1, verbose: bool = False) -> Killed:
    """Train without interruption once, then kill trainings at random until there were `kills` and the last finished.

    Args:
        kills: how many.
        folder: an empty folder to work in.
        steps: steps of each training.
        seed: seed of the trainings and of the moments.
        verbose: print every kill.
    """
    context = multiprocessing.get_context(METHOD)
    context.set_forkserver_preload(["tests.helpers.small_training", "lenet.training.fit", "lenet.evaluation.plots"])
    first = context.Process(target=os.getpid)  # waits for the imports, where there is a fork server
    first.start()
    first.join()
    began = time.monotonic()
    process = start(folder / "unbroken", steps, seed)
    process.join()
    log = folder / "log.txt"
    if process.exitcode:
        raise RuntimeError(log.read_text())
    duration = time.monotonic() - began
    result, moments = Killed(), random.Random(seed)
    pending: list[Kill] = []  # kills of the training that has not finished yet
    while len(result.kills) < kills or pending:
        out, logged = folder / f"killed{result.finished}", log.stat().st_size
        process = start(out, steps, seed)
        process.join(moments.uniform(0, duration) if len(result.kills) < kills else None)
        if killed := process.exitcode is None:
            process.kill()
            process.join()
        step, written = pending[-1].checkpoint if pending else (0, 0)
        if match := re.search(rb"Resuming from step (\d+)", log.read_bytes()[logged:]):
            resumed = int(match[1]) == step
        else:  # it started over, or was killed before it could resume
            resumed = step == 0 or (killed and newest(out) == (step, written))
        if not resumed:
            result.lost.append(f"{out.name}: did not resume from step {step}")
        if killed:
            pending.append(damage(out, cut=2 * sum(hit.cut for hit in result.kills) <= len(result.kills)))
            result.kills.append(pending[-1])
            if verbose:
                print(f"kill {len(result.kills):3}: {pending[-1]}", flush=True)
            continue
        if process.exitcode:
            result.lost.append(f"{out.name}: exit code {process.exitcode}, {' '.join(log.read_text()[-500:].split())}")
        else:
            result.lost += differences(out, folder / "unbroken")
        survived = not any(loss.startswith(f"{out.name}:") for loss in result.lost)
        for hit in pending:
            hit.survived = survived
        result.finished += 1
        pending = []
    return result


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser("python -m tools.kill_training", __doc__)
    add_number(parser, "--kills", 1, 1_000, "of trainings", 20)
    add_number(parser, "--seed", 0, LARGEST_SEED, "of the moments", 1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = kill(options.kills, Path(folder), seed=options.seed, verbose=True)
    kills = result.kills
    print(
        f"{len(kills)} kills, {sum(kill.survived for kill in kills)} survived; {sum(kill.writing for kill in kills)} "
        f"while a file was being written, {sum(kill.cut for kill in kills)} with a checkpoint cut; {result.finished} "
        f"trainings finished; lost: {'; '.join(result.lost) or 'nothing'}"
    )
    return int(bool(result.lost))


if __name__ == "__main__":
    sys.exit(main())
