"""What stands in deploy/ fits the repository; tests/browser/test_deploy.py runs it."""

import json
import re
from pathlib import Path

from deploy import trial
from lenet.files import replace_block

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def test_the_image_has_what_the_page_needs_and_spaces_python() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8")
    python = re.search(r'^python_version: "(.+)"$', (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert python is not None
    assert f"FROM python:{python[1]}-slim" in lines
    copied = re.findall(r"^COPY (\S+)", lines, re.MULTILINE)
    assert copied == ["deploy/requirements.txt", "app.py", "lenet", "weights"]
    assert all((ROOT / name).exists() for name in copied)


def pins(path: Path) -> set[str]:
    """The lines of a requirements file that pin a package."""
    return {line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")}


def test_the_image_installs_the_page_from_the_same_pins_and_without_the_training() -> None:
    page, everything = pins(DEPLOY / "requirements.txt"), pins(ROOT / "requirements.txt")
    assert len(page) > 5
    assert {line.partition("==")[0] for line in everything - page} == {"keras", "tensorflow", "tensorflow-cpu"}
    assert page <= everything


def test_files_that_its_readme_names_are_there() -> None:
    readme = (DEPLOY / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(((?!https?:)[^)#]+)[)#]", readme)
    assert len(links) > 5
    assert [link for link in links if not (DEPLOY / link).exists()] == []
    assert {path.name for path in DEPLOY.iterdir() if path.is_file()} - {"README.md"} <= set(links)


def test_the_table_is_that_of_trial_json() -> None:
    result = json.loads(trial.FIGURES.read_text("utf-8"))
    readme = trial.README.read_text("utf-8")
    assert replace_block(readme, "trial", "python -m deploy.trial", trial.table(result)) == readme
    assert list(result["replicas"]) == ["1", "2", "4"]
    figures = [*result["replicas"].values(), *(result["killed"][name] for name in trial.PHASES)]
    assert [each["wrong_or_failed"] for each in figures] == [[]] * len(figures)
