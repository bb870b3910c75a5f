"""Every command of the documents runs in a fresh clone, or is listed with the reason why not."""

import re
import subprocess
import sys

import pytest

from tests.helpers.servers import ROOT
from tools.documents import DATA, DOCUMENTS, NOT_RUN, commands, reason

LINES = [line for document in DOCUMENTS for line in commands(document)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_of_the_documents_runs_in_a_fresh_clone() -> None:
    ended = subprocess.run([sys.executable, "-m", "tools.documents"], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ran = [line for line in ended.stdout.splitlines() if ": ran (" in line]
    assert len(ran) >= len({line.text for line in LINES if not reason(line)})


def test_every_document_is_read_and_most_commands_run() -> None:
    documents = {path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))}
    assert documents - set(DOCUMENTS) == {"CHANGELOG.md", "docs/LICENCES.md"}
    assert len([line for line in LINES if not reason(line)]) > 30
    assert {line.language for line in LINES} <= {"sh", "python", "js"}
    used = {reason(line) for line in LINES}
    assert [text for text in NOT_RUN.values() if text not in used] == []


def test_every_fenced_block_has_a_language() -> None:
    for document in DOCUMENTS:
        fences = re.findall(r"^```(\w*)$", (ROOT / document).read_text("utf-8"), re.MULTILINE)
        assert set(fences[::2]) <= {"sh", "python", "js", *DATA}, document
        assert set(fences[1::2]) <= {""}, document


def test_the_environment_is_activated_before_commands_that_need_it() -> None:
    texts = [line.text for line in LINES if line.document == "README.md" and line.language == "sh"]
    activated = texts.index(". .venv/bin/activate")
    assert all(text.startswith("python3 -m venv .venv && .venv/bin/pip") for text in texts[:activated])


def test_files_that_the_documents_read_are_in_the_repository() -> None:
    named = {name for line in LINES for name in re.findall(r"[\w./-]+\.png|examples/\w+", line.text)}
    assert named >= {"examples/seven.png", "examples/forty-two.png", "examples/scans"}
    assert [name for name in named if not (ROOT / name).exists()] == []
