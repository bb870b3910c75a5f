"""Several processes train as one does."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from lenet import train
from lenet.training import mixture
from lenet.training.workers import LOST, Part, Workers
from tests.helpers import worker
from tests.training.test_train import ctrl_c, in_step

ROOT = Path(__file__).parents[2]


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def workers(*arguments: list[object]) -> list[subprocess.CompletedProcess[str]]:
    """Run tests/worker.py with each of the arguments, all together."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(len(arguments))]
    processes = []
    for index, given in enumerate(arguments):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        env = {**os.environ, "TF_CONFIG": json.dumps(config), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.helpers.worker", *map(str, given)]
        processes.append(
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    try:
        return [
            subprocess.CompletedProcess(process.args, process.wait(120), *process.communicate())
            for process in processes
        ]
    finally:
        for process in processes:
            process.kill()


@pytest.fixture(autouse=True)
def few_are_drawn_by_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in worker.FEW.items():
        monkeypatch.setattr(mixture, name, count)


def test_two_processes_go_on_from_where_one_stopped_and_end_with_its_weights(tmp_path: Path) -> None:
    whole, history = worker.fit(tmp_path / "whole")
    with in_step(4, ctrl_c), pytest.raises(KeyboardInterrupt):
        worker.fit(tmp_path / "first")
    outs = [tmp_path / "0.npz", tmp_path / "1.npz"]
    # The second has no checkpoint: what it has to know the first tells it.
    ended = workers([tmp_path / "first", outs[0]], [tmp_path / "nothing", outs[1]])
    assert [each.returncode for each in ended] == [0, 0], ended
    assert not (tmp_path / "nothing").exists()
    assert "Going on from step 5 of 12" in ended[0].stderr
    assert "step     12" in ended[0].stdout
    assert ended[1].stdout == ""
    first, second = (np.load(out) for out in outs)
    for i, alone in enumerate(whole):
        np.testing.assert_array_equal(first[f"arr_{i}"], second[f"arr_{i}"])
        # Steps are of some 1e-3; where a gradient is near 0, Adam makes much of the order of a sum.
        np.testing.assert_allclose(first[f"arr_{i}"], alone, rtol=0, atol=1e-4)
        assert np.abs(first[f"arr_{i}"] - alone).mean() < 1e-6
    np.testing.assert_allclose(first["history"][-1], history["training"][-1], rtol=1e-4)  # of the whole batch


def test_workers_with_different_settings_refuse_each_other(tmp_path: Path) -> None:
    ended = workers([tmp_path / "0", tmp_path / "0.npz", 1], [tmp_path / "1", tmp_path / "1.npz", 2])
    assert [each.returncode for each in ended] == [1, 1]
    assert all("The workers differ in" in each.stderr for each in ended)


def test_a_batch_has_parts_that_make_the_whole() -> None:
    rows = np.arange(12)
    parts = [Part(index * 4, 4, 12).of(rows) for index in range(3)]
    assert np.concatenate(parts).tolist() == rows.tolist()


@pytest.mark.parametrize(
    "config", ["", "{", "{}", '{"cluster": {"worker": []}, "task": {"type": "worker", "index": 0}}']
)
def test_without_the_others_addresses_it_says_where_they_belong(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    assert train.main(["--strategy", "multiworker", "--out", str(tmp_path / "out")]) == 1
    assert 'TF_CONFIG as {"cluster"' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", LOST)
def test_an_error_of_tensorflow_is_another_workers_absence_among_workers_and_alone_is_what_it_is(
    kind: type[tf.errors.OpError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*_: object) -> None:
        raise kind(None, None, "Connection reset by peer")

    monkeypatch.setattr(train, "join", lambda _: Workers())
    monkeypatch.setattr(train, "_train", lost)
    flags = ["--recipe", "plain", "--out", str(tmp_path)]
    assert train.main([*flags, "--strategy", "multiworker"]) == 1
    assert "Another worker is gone. The same commands go on from the last checkpoint." in capsys.readouterr().err
    with pytest.raises(kind, match="Connection reset by peer"):
        train.main(flags)
    assert "Another worker" not in capsys.readouterr().err
