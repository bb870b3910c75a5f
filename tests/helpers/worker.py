"""One of several workers, on a small training: `TF_CONFIG=… python tests/worker.py CHECKPOINTS WEIGHTS.npz [SEED]`."""

import dataclasses
import sys
from pathlib import Path

import numpy as np

from lenet.training import fit as training
from lenet.training import mixture
from lenet.training.checkpoint import Checkpoints
from lenet.training.workers import WorkerError, Workers, join
from tests.training.test_train import DATA, MIXED, PEOPLE

# All that a part of a batch has to get right: dropout, distortions, not-digits, an average, weight decay.
RECIPE = dataclasses.replace(MIXED, steps=12, checkpoint_every=4, report_every=4, validate_every=12)
FEW = {"GLYPHS": 50, "OUTLIERS": 30}


def fit(checkpoints: Path, seed: int = 1, workers: Workers | None = None) -> tuple[list[np.ndarray], dict]:
    people = mixture.People(PEOPLE[:8], PEOPLE[8:])
    model, history = training.fit(RECIPE, DATA, seed, Checkpoints(checkpoints), people, None, workers)
    return [variable.numpy() for variable in model.trainable_variables], history


if __name__ == "__main__":
    for name, count in FEW.items():
        setattr(mixture, name, count)
    folder, out, *seed = sys.argv[1:]
    try:
        weights, history = fit(Path(folder), int((seed or "1")[0]), join("multiworker"))
    except WorkerError as error:
        sys.exit(str(error))
    np.savez(out, *weights, history=history["training"])
