"""The page starts as a process without a warning, or ends with a sentence when its weights are damaged."""

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

import pytest

from lenet.demo.launch import MOST_WAITING
from lenet.image.strokes import render
from lenet.model.weights import ARRAYS, FACTS, FILES, NETWORK, WEIGHTS
from tests.helpers.digits import DIGITS
from tests.helpers.picked import picked
from tests.helpers.servers import ROOT, Server
from tests.helpers.tries import DRAWING, JSON, META, Try, ask, run_event, send
from tests.helpers.wrong_files import png

# Gradio opens an event loop for each of its locks and leaves it, with its two sockets, to the garbage collector.
LEFT_BY_GRADIO = r"ResourceWarning: unclosed (event loop <_UnixSelectorEventLoop|<socket\.socket fd=\d+, family=1,)"

RUN = "runpy.run_path('app.py', run_name='__main__')"
LIST_MODULES = (
    "import atexit, runpy, sys;"
    "atexit.register(lambda: print('imported:', *{name.partition('.')[0] for name in sys.modules}));" + RUN
)
NEVER_ANSWERS = (
    "import runpy, threading; from lenet.model.classifier import DigitClassifier;"
    f"DigitClassifier.__call__ = lambda self, drawing: threading.Event().wait(); {RUN}"
)


def replace_network(folder: Path) -> None:
    """Replace the network by another file, with its hash in lenet5.json."""
    shutil.copy(folder / ARRAYS, folder / NETWORK)
    facts = json.loads((folder / FACTS).read_text())
    facts["sha256"][NETWORK] = facts["sha256"][ARRAYS]
    (folder / FACTS).write_text(json.dumps(facts))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda folder: (folder / NETWORK).unlink(), "No such file"),
    "truncated": (lambda folder: os.truncate(folder / ARRAYS, 1_000_000), "SHA-256 is not the one"),
    "of another network": (replace_network, "does not contain this network"),
    "of another hash": (lambda folder: shutil.copy(WEIGHTS / FACTS, folder / NETWORK), "SHA-256 is not the one"),
    "no facts": (lambda folder: (folder / FACTS).unlink(), "No such file"),
}


def start_with(damage: Callable[[Path], object], folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    for name in FILES:
        shutil.copy(WEIGHTS / name, folder)
    damage(folder)
    env = os.environ | {"LENET_WEIGHTS": str(folder), "GRADIO_ANALYTICS_ENABLED": "False"}
    return subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_damaged_weights_end_the_start_with_one_sentence(tmp_path: Path) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {name: pool.submit(start_with, damage, tmp_path / name) for name, (damage, _) in DAMAGES.items()}
    for name, (_, sentence) in DAMAGES.items():
        process = runs[name].result()
        assert process.returncode == 1, name
        assert process.stdout == "", name
        assert sentence in process.stderr, name
        assert "`python -m lenet.train`" in process.stderr or "lenet.export" in process.stderr, name
        assert len(process.stderr.splitlines()) == 1, name


def test_everything_on_the_page_works_without_tensorflow(start: Callable[..., Server]) -> None:
    server = start([sys.executable, "-c", LIST_MODULES])

    def event(name: str, *data: object, **body: object) -> str:
        answer = run_event(server.url, name, *data, **body)
        assert answer.status == 200, answer.text
        return answer.text.replace("\\", "")

    assert 'data-digit="7"' in event("draw", DRAWING, False)
    assert "pool2" in event("draw", DRAWING, True)  # with Inside open
    assert "pool2" in event("look_inside", DRAWING)
    assert "supports a 7" in event("explain_ink", DRAWING)
    value = {"layer": "pool1", "number": 3, "row": 6, "column": 6}
    assert "Map 4, row 7, column 7" in event("explain_value", DRAWING, event_data=value)
    assert "This looks like a 7" in event("read_picture", picked(render(DIGITS[7])))
    picture = {"url": "data:image/png;base64," + base64.b64encode(png(7)).decode(), "meta": META}
    call = json.dumps({"data": [picture]}).encode()
    assert '"digit": 7' in send(server.url, Try("", "", "/gradio_api/call/read", call, 200, "")).text
    server.process.terminate()
    assert server.process.wait(20) == 0
    [modules] = re.findall("^imported: (.*)$", server.log.read_text(), re.MULTILINE)
    assert "gradio" in modules.split()
    assert not {"tensorflow", "keras", "h5py"} & set(modules.split())


def test_the_page_starts_and_reads_without_a_warning(start: Callable[..., Server]) -> None:
    server = start([sys.executable, "-W", "error", "app.py"])
    assert 'data-digit=\\"7\\"' in run_event(server.url, "draw", DRAWING, False).text
    warned = re.findall(r"^\w*Warning: .*", server.log.read_text(), re.MULTILINE)
    assert [line for line in warned if not re.match(LEFT_BY_GRADIO, line)] == []


def test_calls_beyond_the_limit_of_waiting_calls_are_rejected_and_the_page_stays_up(
    start: Callable[..., Server],
) -> None:
    server = start([sys.executable, "-c", NEVER_ANSWERS])
    picture = {"url": "data:image/png;base64," + base64.b64encode(png()).decode(), "meta": META}
    call = json.dumps({"data": [picture]}).encode()
    answers = [ask(server.url, "/gradio_api/call/predict", call, JSON) for _ in range(2 * MOST_WAITING)]
    accepted = [answer.status for answer in answers].index(503)
    assert MOST_WAITING <= accepted <= MOST_WAITING + 40  # some have begun and no longer wait
    assert {answer.status for answer in answers[accepted + 40 :]} == {503}
    assert "Queue is full" in answers[-1].text
    assert 'data-digit=\\"7\\"' in run_event(server.url, "draw", DRAWING, False).text
    assert ask(server.url, "/gradio_api/startup-events").status == 200
