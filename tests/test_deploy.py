"""What stands in deploy/ fits the repository; tests/browser/test_deploy.py runs it."""

import asyncio
import json
import re
import threading
import time
from pathlib import Path

import pytest
import trial

from lenet import classifier
from lenet.demo import build_demo, page

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def build() -> None:
    """The page of who waits. In a running loop: without, Gradio opens some and leaks."""

    async def within() -> None:
        build_demo(wait=True)

    asyncio.run(within())


def test_what_waits_returns_when_the_network_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    built = threading.Event()

    def load(folder: Path) -> None:
        built.wait(60)
        time.sleep(0.2)  # so long that who does not wait is through before it
        done.append("loaded")

    monkeypatch.setattr(classifier, "DigitClassifier", load)
    monkeypatch.setattr(page, "add_api", lambda read: built.set())
    build()
    assert done == ["loaded"]


def test_weights_that_cannot_be_loaded_end_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(folder: Path) -> None:
        raise classifier.WeightsError("no")

    monkeypatch.setattr(classifier, "DigitClassifier", load)
    with pytest.raises(classifier.WeightsError):
        build()


def test_the_image_has_what_the_page_needs_and_spaces_python() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8")
    python = re.search(r'^python_version: "(.+)"$', (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert python is not None
    assert f"FROM python:{python[1]}-slim" in lines
    copied = re.findall(r"^COPY (\S+)", lines, re.MULTILINE)
    assert copied == ["requirements.txt", "app.py", "lenet", "weights"]
    assert all((ROOT / name).exists() for name in copied)


def test_files_that_its_readme_names_are_there() -> None:
    readme = (DEPLOY / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(((?!https?:)[^)#]+)[)#]", readme)
    assert len(links) > 5
    assert [link for link in links if not (DEPLOY / link).exists()] == []
    assert {path.name for path in DEPLOY.iterdir() if path.is_file()} - {"README.md"} <= set(links)


def test_the_table_is_that_of_trial_json() -> None:
    result = json.loads(trial.FIGURES.read_text("utf-8"))
    assert trial.written(trial.README.read_text("utf-8"), result) == trial.README.read_text("utf-8")
    assert list(result["replicas"]) == ["1", "2", "4"]
    figures = [*result["replicas"].values(), *(result["killed"][name] for name in trial.PHASES)]
    assert [each["wrong_or_failed"] for each in figures] == [[]] * len(figures)
