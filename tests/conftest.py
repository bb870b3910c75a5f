"""Fixtures for all tests: a cache of their own, the classifier, and servers."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from lenet.model.classifier import DigitClassifier
from tests.helpers.servers import Server, run

# Before any test imports TensorFlow: workers of pytest and servers share the cores, and threads that wait for each
# other made short trainings take three to six times as long.
for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(name, "1")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide this machine's MNIST, cache and proxy; return the folder of MNIST in an empty cache."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache" / "lenet-mnist"


@pytest.fixture(scope="session")
def classifier() -> DigitClassifier:
    """The committed weights."""
    return DigitClassifier()


@pytest.fixture(scope="session")
def page_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page as people start it; one server for all tests that take it as it is."""
    server = run([sys.executable, "app.py"], tmp_path_factory.mktemp("page") / "log.txt")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """`start(command, env)` runs a server and returns it once it answers; it ends after the module's last test."""
    with ExitStack() as servers:

        def start(command: Sequence[str | Path], env: dict[str, str] | None = None) -> Server:
            server = run(command, tmp_path_factory.mktemp("server") / "log.txt", env)
            servers.callback(server.stop)
            return server

        yield start
