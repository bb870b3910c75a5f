"""The README and the other documents agree with the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lenet
from lenet import report
from lenet.evaluation.measure import Evaluation
from lenet.evaluation.metrics import METRICS
from tools import doodles

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
FRONT = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], re.MULTILINE))
PINS = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))


def test_the_generated_results_and_the_card_are_current() -> None:
    assert report.main(["--check"]) == 0


def test_the_tutorial_is_cited_for_its_published_accuracy_alone() -> None:
    cited = [line for path in DOCUMENTS for line in path.read_text("utf-8").splitlines() if "tutorial" in line]
    assert cited
    assert [line for line in cited if not re.search(r"99\.20? ?%", line)] == []


def test_stale_results_are_reported_and_rewritten(tmp_path: Path, monkeypatch, capsys) -> None:
    stale = tmp_path / "README.md"
    stale.write_text(re.sub(r"(\*\*this network.*?\| )\d+", r"\g<1>1", README), encoding="utf-8")
    shutil.copytree(report.WEIGHTS, tmp_path / "weights")
    (tmp_path / "weights" / "MODEL_CARD.md").write_text("old", encoding="utf-8")
    monkeypatch.setattr(report, "README", stale)
    monkeypatch.setattr(report, "WEIGHTS", tmp_path / "weights")
    assert report.main(["--check"]) == 1
    assert "Stale: README.md and MODEL_CARD.md. Run `python -m lenet.report`." in capsys.readouterr().err
    assert report.main([]) == 0
    assert stale.read_text(encoding="utf-8") == README
    assert (tmp_path / "weights" / "MODEL_CARD.md").read_text("utf-8").startswith("---\ndatasets:")
    assert report.main(["--check"]) == 0


def test_the_space_runs_the_pinned_gradio() -> None:
    assert FRONT["sdk"] == "gradio"
    assert FRONT["sdk_version"] == PINS["gradio"]
    assert (ROOT / FRONT["app_file"]).is_file()
    assert len(FRONT["short_description"]) <= 60  # the Hub refuses longer ones


def test_the_space_runs_the_python_of_ci() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert f"python-version: {FRONT['python_version']}" in workflow


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_linked_file_exists(document: Path) -> None:
    links = re.findall(r"\]\(((?!https?:|#)[^)#]+)[)#]", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_is_short_and_links_every_other_document() -> None:
    assert len(README.splitlines()) <= 200
    texts = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert [path.name for path in ROOT.glob("docs/*.md") if f"{path.name})" not in texts] == []


def test_the_changelog_begins_with_the_current_version() -> None:
    versions = re.findall(
        r"^## \[(\d.*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert versions[0] == lenet.__version__


def test_every_name_in_the_table_of_tasks_is_in_a_file_that_its_row_links() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Where things are done")[2]
    rows = re.findall(r"^\| [^|]+ \| (.+) \|$", table, re.MULTILINE)[1:]
    assert len(rows) == 12
    for row in rows:
        code = "".join((ROOT / path).read_text("utf-8") for path in re.findall(r"\]\((\S+\.\w+)\)", row))
        names = re.findall(r"(?<!\[)`(?:\w*\.)?(\w+)`", row)
        assert [name for name in names if not re.search(rf"\b{name}\b", code)] == [], row


def test_every_command_is_documented() -> None:
    commands = {path.stem for path in (ROOT / "lenet").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")}
    assert commands == {"train", "evaluate", "predict", "report", "calibrate", "export"}
    undocumented = {name for name in commands - {"report"} if f"python -m lenet.{name}" not in README}
    assert undocumented == set()


@pytest.mark.slow
def test_every_script_that_a_document_names_runs_from_a_clone() -> None:
    texts = "".join(path.read_text("utf-8") for path in [*DOCUMENTS, report.WEIGHTS / "MODEL_CARD.md"])
    scripts = {
        *re.findall(r"(?:`|python -m )((?:benchmarks|tools|deploy)\.[a-z]\w*)", texts),
        *(path.replace("/", ".") for path in re.findall(r"\]\((?:\.\./)?(tools/\w+)\.py\)", texts)),
    } - {"benchmarks.NAME"}
    assert scripts >= {"tools.doodles", "tools.odd_hand", "tools.kill_training", "tools.load", "benchmarks.page"}
    commands = [[sys.executable, "-m", script, "--help"] for script in sorted(scripts)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = list(pool.map(lambda command: subprocess.call(command, cwd=ROOT, stdout=subprocess.DEVNULL), commands))
    assert dict(zip(sorted(scripts), codes, strict=True)) == dict.fromkeys(sorted(scripts), 0)


@pytest.mark.slow
def test_the_cards_commands_give_the_published_rate_of_doodles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = (report.WEIGHTS / "MODEL_CARD.md").read_text("utf-8")
    [flags] = re.findall(r"^python -m tools\.doodles (.*)$", card, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert doodles.main(flags.split()) == 0
    measured = Evaluation().strokes(tmp_path / "doodles.jsonl")["not_digits"]
    published = json.loads((report.WEIGHTS / METRICS).read_text("utf-8"))["strokes"]["doodles"]["not_digits"]
    assert measured["count"] == published["count"] == 1_000
    assert measured["verdicts"] == pytest.approx(published["verdicts"], abs=0.005)  # other processors round differently


def test_every_requirement_is_pinned_exactly() -> None:
    lines = [
        line.split("#")[0].split(";")[0].strip()
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
    ]
    wanted = [line for line in lines if line and not line.startswith("-r")]
    assert len(wanted) > 10
    assert [line for line in wanted if not re.fullmatch(r"[\w-]+==[\w.]+", line)] == []
    assert sys.version_info[:2] >= tuple(map(int, FRONT["python_version"].strip('"').split(".")))
