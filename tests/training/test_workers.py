"""Training on several machines, as several processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tensorflow as tf

from lenet import train
from lenet.training import workers
from tests.helpers.servers import free_port

ROOT = Path(__file__).parents[2]
FLAGS = [
    *("--recipe", "world", "--glyphs", "4", "--drawings", "0", "--outliers", "2", "--batch", "21", "--steps", "120"),
    *("--torn", "0", "--doodles", "0", "--warmup", "5", "--restart", "0", "--average", "0.9"),
    *("--checkpoint-every", "20", "--report-every", "20", "--validate-every", "60"),
]


class Pair:
    """Two workers that train together, each with a folder of its own for its files."""

    def __init__(self, folder: Path, *flags: list[str]) -> None:
        self.folder = folder
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        addresses = [f"127.0.0.1:{probe.getsockname()[1]}" for probe in probes]
        for probe in probes:
            probe.close()
        self.processes = []
        for index, more in enumerate(flags or ([], [])):
            config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            command = [sys.executable, "-m", "tests.helpers.small_training", *FLAGS, *more, "--strategy", "multiworker"]
            with (folder / f"{index}.out").open("w") as out, (folder / f"{index}.err").open("w") as err:
                env = {**os.environ, "TF_CONFIG": json.dumps(config)}
                command += ["--out", str(folder / str(index))]
                self.processes.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=err))

    def __enter__(self) -> "Pair":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def end(self) -> list[int]:
        return [process.wait(240) for process in self.processes]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()


def figures(out: Path) -> tuple[int, float]:
    """Misread test images, and the loss of the last steps."""
    metrics = json.loads((out / "metrics.json").read_text())
    return metrics["mnist_test"]["misses"], metrics["training"]["training"][-1][1]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_resume_after_one_was_killed_and_read_as_well_as_one_process(tmp_path: Path) -> None:
    with Pair(tmp_path) as pair:
        while not list((tmp_path / "0" / "checkpoints").glob("step-*20.npz")):
            assert [process.poll() for process in pair.processes] == [None, None], pair.text("0.err")
            time.sleep(0.1)
        pair.processes[1].kill()
        assert pair.end()[0] == 1
        last = pair.text("0.err").splitlines()[-1]
        assert last == "A worker disconnected. Rerun the same commands to resume."
    with Pair(tmp_path) as pair:
        assert pair.end() == [0, 0], pair.text("0.err") + pair.text("1.err")
        assert "Resuming from step" in pair.text("0.err")
        assert "step    120" in pair.text("0.out")
        assert pair.text("1.out") == ""
    assert not (tmp_path / "1").exists()
    subprocess.run(
        [sys.executable, "-m", "tests.helpers.small_training", *FLAGS, "--out", tmp_path / "one"], cwd=ROOT, check=True
    )
    (two_misses, two_loss), (one_misses, one_loss) = figures(tmp_path / "0"), figures(tmp_path / "one")
    assert max(two_misses, one_misses) <= 5  # of 50; guessing misreads 45
    assert two_loss == pytest.approx(one_loss, rel=0.1)


@pytest.mark.slow
def test_workers_with_different_settings_refuse_to_train(tmp_path: Path) -> None:
    with Pair(tmp_path, ["--seed", "1"], ["--seed", "2"]) as pair:
        assert pair.end() == [1, 1]
        assert all("The workers differ in" in pair.text(f"{index}.err") for index in (0, 1))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_worker_names_the_absent_ones_and_ends_on_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    own, absent = (f"127.0.0.1:{free_port()}" for _ in range(2))
    config = {"cluster": {"worker": [own, absent]}, "task": {"type": "worker", "index": 0}}
    command = [sys.executable, "-m", "lenet.train", "--strategy", "multiworker", "--out", str(tmp_path / "out")]
    env = {**os.environ, "TF_CONFIG": json.dumps(config)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == f"Waiting for the workers {absent}.\n"
        process.send_signal(number)
        assert process.wait(10) == (130 if number == signal.SIGINT else -number)
        assert process.stderr.read() in ("", "Stopped. Rerun the same command to resume.\n")
    assert not (tmp_path / "out").exists()


def test_a_worker_whose_port_is_taken_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("", 0)) as taken:
        own = f"127.0.0.1:{taken.getsockname()[1]}"
        config = {"cluster": {"worker": [own, "127.0.0.1:1"]}, "task": {"type": "worker", "index": 0}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))
        assert train.main(["--strategy", "multiworker"]) == 1
    assert f"the port of this worker, {own}, cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    "config",
    [
        "",
        "{",
        "{}",
        "[]",
        '{"cluster": {"worker": []}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["10.0.0.1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["10.0.0.1:99999"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": [7000]}, "task": {"type": "worker", "index": 0}}',
    ],
)
def test_without_a_valid_tf_config_the_command_shows_an_example(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    assert train.main(["--strategy", "multiworker", "--out", str(tmp_path / "out")]) == 1
    assert 'TF_CONFIG as {"cluster"' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_batch_with_fewer_pictures_than_workers_is_refused() -> None:
    pair = workers.Workers()
    pair.count = 2
    with pytest.raises(workers.WorkerError, match=r"A batch of 1 is too small for 2 workers; give a larger --batch\."):
        pair.check({}, 1)


@pytest.mark.parametrize("kind", workers.LOST)
def test_tensorflow_errors_mean_a_lost_worker_with_several_and_are_raised_unchanged_with_one(
    kind: type[tf.errors.OpError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*_: object) -> None:
        raise kind(None, None, "Connection reset by peer")

    monkeypatch.setattr(workers, "join", workers.Workers)
    monkeypatch.setattr(train, "_train", lost)
    flags = ["--recipe", "plain", "--out", str(tmp_path)]
    assert train.main([*flags, "--strategy", "multiworker"]) == 1
    assert "A worker disconnected. Rerun the same commands to resume." in capsys.readouterr().err
    with pytest.raises(kind, match="Connection reset by peer"):
        train.main(flags)
    assert "A worker disconnected" not in capsys.readouterr().err
