"""A little of what `python -m tools.fuzz_bytes` does for hours, and that it finds what is wrong."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.servers import ROOT
from tools.fuzz_bytes import INSTALLED

RUNS = 2_000
pytestmark = pytest.mark.skipif(not INSTALLED, reason="atheris, which is made for Linux on x86-64, is not installed")


def fuzz(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.fuzz_bytes", "--runs", str(RUNS), *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def test_of_thousands_of_arrays_files_and_drawings_each_is_a_picture_or_the_one_error() -> None:
    ended = fuzz(ROOT, "--only", "arrays", "--only", "files", "--only", "drawings")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    made = dict(re.findall(r"^(\w+): ([\d,]+) inputs in \d+ s, nothing found$", ended.stdout, re.MULTILINE))
    assert made.keys() == {"arrays", "files", "drawings"}
    assert min(int(count.replace(",", "")) for count in made.values()) >= RUNS


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('raise PictureError(f"A picture contains numbers', 'raise KeyError(f"A picture contains numbers', "KeyError"),
        ("    white = _white(", "    bytearray(900_000_000)\n    white = _white(", "AssertionError: it took"),
    ],
    ids=["another error", "much memory"],
)
def test_what_breaks_the_promise_is_found(before: str, after: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lenet", tmp_path / "lenet", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    shutil.copytree(ROOT / "tests/helpers", tmp_path / "tests/helpers")
    source = (tmp_path / "lenet/image/formats.py").read_text("utf-8")
    assert source.count(before) == 1
    (tmp_path / "lenet/image/formats.py").write_text(source.replace(before, after), "utf-8")
    ended = fuzz(tmp_path, "--only", "arrays")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert said in ended.stdout
    assert re.search(r"^found-crash-\w+: b'", ended.stdout, re.MULTILINE)
