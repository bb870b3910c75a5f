"""Several replicas of the page on this machine, behind one address: `python app.py` so many times, and nginx.

    $ python -m deploy.replicas --count 2 --port 7860
    2 replicas and nginx: http://127.0.0.1:7860

Ctrl-C ends them all. It is deploy/nginx.conf that nginx is given, with other addresses.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
START_SECONDS = 120  # TensorFlow on a cold disk, and others beside it

# What Debian's own nginx.conf says otherwise: here nothing is outside of one folder, and it need not be root's.
MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
    log_format tried '$request_method $uri $status $upstream_status $upstream_addr $request_time';
    access_log {folder}/access.log tried;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/other;
    uwsgi_temp_path {folder}/other;
    scgi_temp_path {folder}/other;
    include lenet.conf;
}}
"""


class StartError(Exception):
    """A replica or nginx did not start; the text says what it printed."""


def nginx() -> str | None:
    """Its program; Debian's is not in the PATH of everybody."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


class Replicas:
    """Replicas and nginx on loopback; as a context manager it ends them.

    Args:
        count: of replicas.
        port: of nginx; 0: a free one.
        env: for the replicas, above what this process has.
    """

    def __init__(self, count: int, port: int = 0, env: dict[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lenet-replicas-"))
        self.env = {**os.environ, "GRADIO_TEMP_DIR": str(self.folder / "uploads"), **(env or {})}
        self.ports = [_free_port() for _ in range(count)]
        self.url = f"http://127.0.0.1:{port or _free_port()}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Replicas":
        with ExitStack() as failed:
            failed.callback(self.stop)
            for number in range(len(self.ports)):
                self.start(number)
            for number in range(len(self.ports)):
                self.wait(number)
            self._start_nginx()
            failed.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def start(self, number: int) -> None:
        """Start a replica; it opens its port when it can answer."""
        env = {**self.env, "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(self.ports[number])}
        self._run(f"replica {number}", [sys.executable, "app.py"], env)

    def wait(self, number: int) -> None:
        """Return when a replica answers."""
        self._wait(f"replica {number}", f"http://127.0.0.1:{self.ports[number]}/gradio_api/startup-events")

    def kill(self, number: int) -> None:
        """End a replica as a crash would, with no word to anybody."""
        process = self.processes[f"replica {number}"]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> str:
        """What "nginx", "access" or "replica 0" printed."""
        path = self.folder / f"{name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def stop(self) -> None:
        """End them, and remove their folder."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_nginx(self) -> None:
        program = nginx()
        if program is None:
            raise StartError("There is no nginx; Debian's is installed by `apt install nginx`.")
        shipped = (HERE / "nginx.conf").read_text("utf-8")
        address = f"listen {self.url.removeprefix('http://')};"
        (self.folder / "lenet.conf").write_text(shipped.replace("listen 80;", address), "utf-8")
        line = (HERE / "lenet-replicas.conf").read_text("utf-8").splitlines()[-1]
        lines = [line.replace("127.0.0.1:7862", f"127.0.0.1:{port}") for port in self.ports]
        (self.folder / "lenet-replicas.conf").write_text("\n".join(lines) + "\n", "utf-8")
        user = "user root;" if os.geteuid() == 0 else ""  # else nginx takes nobody, who may not write here
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user), "utf-8")
        self._run("nginx", [program, "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "nginx.log")])
        self._wait("nginx", f"{self.url}/gradio_api/startup-events")

    def _run(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=HERE.parent, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def _wait(self, name: str, url: str) -> None:
        process, deadline = self.processes[name], time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise StartError(f"The {name} does not answer. It printed:\n{self.log(name)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.replicas", description="Replicas behind nginx.")
    parser.add_argument("--count", type=int, default=os.cpu_count() or 1, help="of replicas; default: %(default)s")
    parser.add_argument("--port", type=int, default=7860, help="of nginx; default: %(default)s")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Replicas(options.count, options.port) as replicas:
            print(f"{options.count} replicas and nginx: {replicas.url}", flush=True)
            signal.pause()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
