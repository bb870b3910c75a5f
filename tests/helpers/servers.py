"""Servers as processes on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 120  # importing Gradio on a cold disk


@dataclass
class Server:
    """A process that serves `url` and prints to `log`."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait_until_up(self) -> None:
        """Return when the server answers."""
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return
            except OSError:
                time.sleep(0.02)
        code = self.process.poll()
        state = f"does not answer after {START_SECONDS} s" if code is None else f"ended with {code}"
        raise RuntimeError(f"{self.process.args!r} {state}. It printed:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End the process and its children, if it still runs; Gradio leaves Node running."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise


def free_port() -> str:
    """Return a port on which no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def run(command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None) -> Server:
    """Start a server on a free port, in GRADIO_SERVER_PORT, and return it when it answers.

    If it ends before, the test fails with its output.
    """
    port = free_port()
    # The bin/ of the environment holds Node, for server-side rendering.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = {"GRADIO_SERVER_PORT": port, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": str(ROOT), "PATH": path}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **settings, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        server.wait_until_up()
    except BaseException:
        server.stop()
        raise
    return server
