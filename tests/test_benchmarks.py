"""The benchmarks measure the page as it is, and the table of docs/speed.md is what they wrote."""

import asyncio
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import fast, predict, server, table, train
from benchmarks.harness import RESULTS
from benchmarks.live import Crowd
from lenet.datasets.mnist import Mnist, Split
from lenet.model.weights import load
from tests.helpers.servers import Server

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs/speed.md").read_text(encoding="utf-8")


def test_the_table_of_docs_speed_is_what_was_measured(tmp_path: Path) -> None:
    assert table.main(["--check"]) == 0
    stale = tmp_path / "speed.md"
    stale.write_text(DOCUMENT.replace(" ms (", " s (", 1), encoding="utf-8")
    assert table.main(["--check"], stale) == 1
    assert table.main([], stale) == 0
    assert stale.read_text(encoding="utf-8") == DOCUMENT


def test_every_result_names_the_hardware_and_versions_that_it_was_measured_on() -> None:
    written = list(RESULTS.glob("*.json"))
    assert {path.stem for path in written} <= set(table.PARTS)
    for path in written:
        figures = json.loads(path.read_text(encoding="utf-8"))
        assert figures["hardware"]["cores"] > 0
        assert set(figures["versions"]) >= {"python", "tensorflow", "keras", "numpy", "gradio"}


def test_the_benchmarks_that_the_table_names_exist() -> None:
    names = set(re.findall(r"`benchmarks\.(\w+)`", DOCUMENT))
    assert names
    for name in names:
        assert f"$ python -m benchmarks.{name}" in (ROOT / f"benchmarks/{name}.py").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.visit", "--help"]
    assert subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0


def test_clients_without_a_browser_get_right_answers_and_wrong_ones_are_errors(page_server: Server) -> None:
    crowd = Crowd(page_server.url)
    assert all("data-verdict" in json.dumps(answer) for answer in crowd.expected.values())
    record = asyncio.run(server.load(crowd, 2, 1.0))
    assert record.errors == []
    assert record.updates >= 2
    crowd.expected = {drawing: ["another answer"] for drawing in crowd.expected}
    record = asyncio.run(server.load(crowd, 2, 0.1))
    assert record.answers == []
    assert all(reason.startswith("wrong answer: ") for _, reason in record.errors)
    assert record.updates >= 2


def test_the_networks_arithmetic_and_bytes_are_counted() -> None:
    assert load().count_params() * 4 == predict.BYTES
    # Each weight of a convolution is used at every place, each of a dense layer once.
    assert predict.FLOPS == 2 * (28 * 28 * 25 * 32 + 14 * 14 * 25 * 32 * 64 + 3136 * 1024 + 1024 * 10)


def test_the_original_that_is_timed_starts_as_the_program_of_2016_did() -> None:
    data = Split(np.zeros((100, 28, 28), np.uint8), np.zeros(100, np.uint8))
    session = inspect.getclosurevars(train.original(data)).nonlocals["session"]
    with session.graph.as_default():
        arrays = session.run(tf.compat.v1.trainable_variables())
    biases = [array for array in arrays if array.ndim == 1]
    assert [(bias.min(), bias.max()) for bias in biases] == [
        pytest.approx((start, start)) for start in (0, 0, 0.1, 0.1)
    ]


@pytest.mark.parametrize(("steps", "taken"), [(3, 2 * 3), (10_000, 10_000)])
def test_the_originals_steps_are_timed_before_every_seed_and_all_of_them_once(
    steps: int, taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[int] = []
    split = Split(np.zeros((10, 28, 28), np.uint8), np.zeros(10, np.uint8))
    history = {"seconds": 2.0, "recipe": {"steps": 4}, "validation_counts": [10, 0], "validation": [[2, 0, 0]]}
    monkeypatch.setattr(fast.mnist, "load", lambda: Mnist(split, split, split))
    monkeypatch.setattr(fast, "original", lambda data: numbers.append)
    monkeypatch.setattr(fast, "fit", lambda *_: (None, history))
    monkeypatch.setattr(fast, "logits", lambda *_: np.eye(10)[[0] * 10])
    monkeypatch.setattr(sys, "argv", ["fast", "--seeds", "2", "--steps", str(steps), "--out", str(tmp_path)])
    fast.main()
    assert len(numbers) == 1 + taken  # the first traces and warms
    figures = json.loads((tmp_path / "fast.json").read_text(encoding="utf-8"))
    assert figures["original_steps"] == steps
    assert figures["original"]["count"] == taken / steps
    assert figures["ratio"] == figures["original"]["median"] / 2


@pytest.mark.parametrize(("steps", "how"), [(100, "extrapolated from 100 steps"), (10_000, "measured")])
def test_the_table_says_if_the_originals_time_was_measured_or_extrapolated(steps: int, how: str) -> None:
    figures = json.loads((RESULTS / "fast.json").read_text(encoding="utf-8"))
    [(_, _, against)] = table.fast(figures | {"original_steps": steps})
    assert re.search(rf"^the original: 10,000 steps of 100, \d+ s here, {how}, \*\*\d+ ×", against)
