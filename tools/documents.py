"""Run every fenced command of the documents in a fresh clone, as a reader would.

    $ python -m tools.documents
    README.md: ran: python -m lenet.predict examples/seven.png examples/scans --json
    README.md: not run (needs an account of Hugging Face): hf auth login
    …

The clone has this environment as its .venv; with --fresh, README's first two commands install one, which takes minutes.
Commands of the trainings, evaluations and calibrations run on a few digits and steps instead of MNIST: see SMALL. Pages
are served at a free port of loopback instead of 7860. The exit code is 1 if a command fails.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lenet.command import Parser, command
from tests.helpers.servers import ROOT, Server, free_port

DOCUMENTS = (  # the model card last: it replaces the weights
    *("README.md", "docs/api.md", "docs/teaching.md", "docs/training.md", "deploy/README.md", "docs/speed.md"),
    *("docs/gradio.md", "SECURITY.md", "CONTRIBUTING.md", "weights/MODEL_CARD.md"),
)
SHELL, PYTHON, DATA = "sh", "python", ("json",)
NOT_RUN = {  # by the beginning of a command, or the language of a block
    "hf ": "needs an account of Hugging Face",
    "docker ": "needs Docker's daemon",
    "sudo ": "changes the system; tests/browser/test_deploy.py runs nginx with the same files",
    "python -m deploy.trial": "measures for minutes; tests/browser/test_deploy.py runs the same replicas",
    "pip install": "downloads; CI installs the same package from its lock",
    "js": "needs the npm package @gradio/client",
    "export TF_CONFIG": "needs a second machine; tests/training/test_workers.py runs two processes",
}
INSTALLS = ("python3 -m venv", ".venv/bin/pip install")  # run with --fresh only
# In place of commands that would need MNIST and hours.
SMALL = "python -m tests.helpers.small_command"
FEW_STEPS = "--steps 4 --batch 100 --warmup 1 --restart 0 --validate-every 4"
MISSING = {  # files that a reader downloads or draws, by commands that write such files
    "pendigits-orig.tra": "python -m tools.odd_hand pendigits-orig.tra --count 40",
    "pendigits-orig.tes": "python -m tools.odd_hand pendigits-orig.tes --count 20 --seed 2",
    "my-drawings.jsonl": "python -m tools.odd_hand my-drawings.jsonl --count 20 --seed 3",
    "other-drawings.jsonl": "python -m tools.odd_hand other-drawings.jsonl --count 20 --seed 4",
    "doodles-train.jsonl.gz": "python -m tools.odd_hand doodles-train.jsonl.gz --count 20 --seed 5",
    "strokes_background_small1.zip": "python -m tools.odd_hand strokes_background_small1.zip --count 20 --seed 6",
    "strokes_background_small2.zip": "python -m tools.odd_hand strokes_background_small2.zip --count 20 --seed 7",
    "runs/start": "cp -r weights runs/start",
}


@dataclass(frozen=True)
class Command:
    """A command of a document."""

    document: str
    language: str
    text: str


def commands(document: str) -> Iterator[Command]:
    """Yield the commands in a document's fenced blocks: every line of a shell, every other block as a whole."""
    text = (ROOT / document).read_text("utf-8")
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if language in DATA:
            continue
        # A line that ends in |, && or \ continues on the next; comments are no part of a command.
        lines = re.findall(r"(?:.*(?:\||&&|\\)\n)*.+", block) if language == SHELL else [block]
        for line in lines:
            plain = re.sub(r"(^|\s+)# .*$", "", line, flags=re.MULTILINE) if language == SHELL else line
            if plain.strip():
                yield Command(document, language, plain.strip())


def reason(line: Command) -> str | None:
    """Return why a command is not run; None: it is run."""
    key = line.text if line.language == SHELL else line.language
    for beginning, text in NOT_RUN.items():
        if key.startswith(beginning):
            return text
    if "-m pytest" in key:
        return "installs and tests; CI does both"
    return NOT_RUN["export TF_CONFIG"] if "--strategy multiworker" in key else None


class Reader:
    """Someone who types the commands of the documents, in a clone.

    Args:
        clone: the folder of the clone.
        fresh: install an environment instead of using this one.
    """

    def __init__(self, clone: Path, fresh: bool) -> None:
        self.clone, self.fresh = clone, fresh
        self.port = free_port()
        self.page: Server | None = None  # which answers the documents' clients
        self.variables = ""  # assignments that the next command reads
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
        if not fresh:
            (clone / ".venv").symlink_to(sys.prefix)

    def run(self, line: Command) -> str:
        """Run a command; return what it printed if it failed, otherwise nothing."""
        text = re.sub("786[01]", self.port, line.text).replace("/var/tmp", str(self.clone.parent))
        if line.language == PYTHON:
            printed = re.findall(r"print\(.*\)  # ([^;\n]*)", text)
            return self._end([".venv/bin/python", "-c", text], "\n".join(printed))
        if re.match(r"[A-Z_]+=\$\(", text):
            self.variables += f"{text}\n"
            return ""
        *installs, text = text.split(" && ")
        for install in installs:
            if self.fresh and (failure := self._end(install.split())):
                return failure
        for name, writes in MISSING.items():
            if name in text and not (self.clone / name).exists() and "tools." not in text:
                subprocess.run(writes.split(), cwd=self.clone, env=self._environment(), check=True)
        text = re.sub(r"python -m (lenet\.(train|evaluate|calibrate|predict$))", rf"{SMALL} \1", text)
        if "lenet.train" in text:
            text += f" {FEW_STEPS}"
        if "python app.py" in text:
            return self._serve(text)
        script, self.variables = self.variables + text, ""
        return self._end(["bash", "-euo", "pipefail", "-c", script])

    def _environment(self) -> dict[str, str]:
        """Return the environment of a shell in which `. .venv/bin/activate` was typed."""
        path = os.pathsep.join([str(self.clone / ".venv" / "bin"), os.environ["PATH"]])
        dropped = ("TF_CONFIG", "LENET_WEIGHTS", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | {"PATH": path, "GRADIO_SERVER_PORT": self.port, "GRADIO_ANALYTICS_ENABLED": "False"}

    def _end(self, words: Sequence[str], expected: str = "") -> str:
        """Run a program to its end; return what it printed if it failed or did not print what is expected."""
        ended = subprocess.run(
            words, cwd=self.clone, env=self._environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        failed = ended.returncode or "Traceback" in ended.stderr or expected not in ended.stdout
        return f"exit code {ended.returncode}\n{ended.stdout}{ended.stderr}" if failed else ""

    def _serve(self, text: str) -> str:
        """Start a page in place of the one before, which answers the next commands; return what it printed if not."""
        self.close()
        log = self.clone / "page.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-euc", text],
                cwd=self.clone,
                env=self._environment() | {"GRADIO_TEMP_DIR": str(self.clone / "uploads")},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.page = Server(f"http://127.0.0.1:{self.port}", process, log)
        try:
            self.page.wait_until_up()
        except RuntimeError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """End the page."""
        if self.page:
            self.page.stop()
            self.page = None


@command()
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser("python -m tools.documents", __doc__)
    parser.add_argument("--fresh", action="store_true", help="install the environment as README says")
    options = parser.parse_args(arguments)
    failures = 0
    done: set[str] = set()
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="lenet-documents-")))
        reader = Reader(folder / "clone", options.fresh)
        ending.callback(reader.close)
        for line in (line for document in DOCUMENTS for line in commands(document)):
            shown = f"{' '.join(line.text.split())[:100]}"
            why = reason(line)
            if why:
                print(f"{line.document}: not run ({why}): {shown}", flush=True)
            elif line.text not in done:
                started = time.perf_counter()
                failure = reader.run(line)
                failures += bool(failure)
                seconds = time.perf_counter() - started
                print(f"{line.document}: {'FAILED' if failure else 'ran'} ({seconds:.0f} s): {shown}", flush=True)
                print(failure, end="", file=sys.stderr, flush=True)
            done.add(line.text)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
