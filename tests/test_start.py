"""How the page starts as a process: with its own weights and no warning, or not at all."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest
from servers import ROOT, Server
from tries import DRAWING, JSON, META, ask, function
from wrong_files import png

from lenet.demo import one_thread
from lenet.demo.page import MOST_WAITING
from lenet.weights import ARRAYS, FACTS, WEIGHTS, digest

# Gradio makes an event loop for each of its locks and leaves it, with its pair of sockets, to the garbage collector.
LEFT_BY_GRADIO = r"ResourceWarning: unclosed (event loop <_UnixSelectorEventLoop|<socket\.socket fd=\d+, family=1,)"

NEVER_LOADED = [
    sys.executable,
    "-c",
    "import runpy, threading; from lenet import classifier;"
    "classifier.DigitClassifier = lambda folder: threading.Event().wait();"
    "runpy.run_path('app.py', run_name='__main__')",
]


def another_shape(folder: Path) -> None:
    with h5py.File(folder / ARRAYS, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 32), np.float32)
    facts = json.loads((folder / FACTS).read_text())
    (folder / FACTS).write_text(json.dumps(facts | {"sha256": digest(folder)}))


def not_readable(folder: Path) -> None:
    (folder / ARRAYS).unlink()
    (folder / ARRAYS).mkdir()  # not by its rights: root may read any file


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: (folder / ARRAYS).unlink(), "No such file"),
    "truncated": (lambda folder: os.truncate(folder / ARRAYS, 1_000_000), "SHA-256 is not the one"),
    "of another shape": (another_shape, "does not hold the arrays of this network"),
    "of another hash": (lambda folder: shutil.copy(WEIGHTS / FACTS, folder / ARRAYS), "SHA-256 is not the one"),
    "not readable": (not_readable, "cannot be read"),
    "no facts": (lambda folder: (folder / FACTS).unlink(), "No such file"),
}


def started_with(damage: Callable[[Path], object], folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    for name in (ARRAYS, FACTS):
        shutil.copy(WEIGHTS / name, folder)
    damage(folder)
    env = os.environ | {"LENET_WEIGHTS": str(folder), "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SERVER_PORT": "0"}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def test_with_damaged_weights_it_ends_with_a_sentence_and_serves_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = {name: pool.submit(started_with, damage, tmp_path / name) for name, (damage, _) in DAMAGES.items()}
    for name, (_, sentence) in DAMAGES.items():
        ended = made[name].result()
        assert ended.returncode == 1, name
        assert ended.stdout == "", name
        assert sentence in ended.stderr, name
        assert "git checkout weights" in ended.stderr, name
        assert len(ended.stderr.splitlines()) == 1, name


def test_it_is_up_before_anything_is_loaded(start: Callable[..., Server]) -> None:
    server = start(NEVER_LOADED)
    answers = [ask(server.url, "/gradio_api/startup-events") for _ in range(2)]
    assert [each.status for each in answers] == [200, 200]
    assert answers[0].text in ("true", "false")  # true: it asked before Gradio did by itself
    assert answers[1].text == "false"
    libraries = Path(f"/proc/{server.process.pid}/maps")
    if libraries.exists():  # Linux says what a process has loaded
        assert "tensorflow" not in libraries.read_text()


def test_it_starts_and_reads_without_a_warning_and_on_one_thread(start: Callable[..., Server]) -> None:
    server = start([sys.executable, "-W", "error", "app.py"])
    body = {"data": [DRAWING, False], "fn_index": function(server.url, "show_1")}
    answer = ask(server.url, "/gradio_api/run/predict", json.dumps(body).encode(), JSON)
    assert 'data-digit="7"' in answer.text.replace("\\", "")
    warned = re.findall(r"^\w*Warning: .*", server.log.read_text(), re.MULTILINE)
    assert [line for line in warned if not re.match(LEFT_BY_GRADIO, line)] == []
    threads = [path.read_text().strip() for path in Path(f"/proc/{server.process.pid}/task").glob("*/comm")]
    # Linux says what a process computes with: TensorFlow's one thread, and one that the conversion to LiteRT has left.
    assert not threads or threads.count("tf_Compute") == 2


def test_more_calls_than_may_wait_are_refused_and_the_page_stays_up(start: Callable[..., Server]) -> None:
    server = start(NEVER_LOADED)
    picture = {"url": "data:image/png;base64," + base64.b64encode(png()).decode(), "meta": META}
    call = json.dumps({"data": [picture]}).encode()
    answers = [ask(server.url, "/gradio_api/call/predict", call, JSON) for _ in range(2 * MOST_WAITING)]
    accepted = [each.status for each in answers].index(503)
    assert MOST_WAITING <= accepted <= MOST_WAITING + 40  # some are begun and wait no longer
    assert {each.status for each in answers[accepted + 40 :]} == {503}
    assert "Queue is full" in answers[-1].text
    assert ask(server.url, "/gradio_api/startup-events").status == 200


def test_tensorflow_gets_one_thread_unless_the_environment_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"TF_NUM_INTRAOP_THREADS": "4"}
    monkeypatch.setattr(os, "environ", environment)
    one_thread()
    assert environment == {"TF_NUM_INTRAOP_THREADS": "4", "TF_NUM_INTEROP_THREADS": "1"}
