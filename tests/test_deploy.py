"""The files in deploy/ fit the repository and each other; tests/browser/test_deploy.py runs them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import trial
from lenet.files import replace_block

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def test_the_image_has_the_pages_files_and_the_python_of_the_space() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8")
    python = re.search(r'^python_version: "(.+)"$', (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert python is not None
    assert f"FROM python:{python[1]}-slim" in lines
    copied = re.findall(r"^COPY (\S+)", lines, re.MULTILINE)
    assert copied == ["deploy/requirements.txt", "app.py", "lenet", "weights"]
    assert all((ROOT / name).exists() for name in copied)


def test_signals_reach_the_page_in_the_image_by_an_init() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    assert 'ENTRYPOINT ["tini", "--"]' in lines
    assert any("apt-get install" in line and " tini " in line for line in lines)


def test_what_git_ignores_is_neither_in_the_image_nor_in_the_upload_to_spaces() -> None:
    ignored = [line for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    for private in ("my-drawings.jsonl", "weights/checkpoints/", "runs/", "exported/", ".venv/", "weights/.lock"):
        assert not subprocess.call(["git", "check-ignore", "-q", "--no-index", private], cwd=ROOT), private
    copied = ["app.py", "deploy/requirements.txt", "lenet", "weights"]
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] != "#"]
    assert lines == ["*", *(f"!{name}" for name in copied), *(f"**/{pattern.rstrip('/')}" for pattern in ignored)]
    assert set(re.findall(r"^COPY (\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)) == set(copied)
    readme = (ROOT / "README.md").read_text("utf-8")
    [clone] = re.findall(r"^git clone \. (\S+)$", readme, re.MULTILINE)
    assert re.findall(r"^hf upload \S+ (\S+) ", readme, re.MULTILINE) == [clone]


def pins(path: Path) -> set[str]:
    return {line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")}


def test_the_image_installs_the_page_from_the_same_pins_without_the_training() -> None:
    page, everything = pins(DEPLOY / "requirements.txt"), pins(ROOT / "requirements.txt")
    assert len(page) > 5
    assert {line.partition("==")[0] for line in everything - page} == {"keras", "tensorflow", "tensorflow-cpu"}
    assert page <= everything


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_compose_runs_two_replicas_that_share_the_folder_of_uploads(compose: Any) -> None:
    page, dockerfile = compose["services"]["page"], (DEPLOY / "Dockerfile").read_text("utf-8")
    assert page["deploy"]["replicas"] == 2
    [(volume, folder)] = [volume.split(":") for volume in page["volumes"]]
    assert volume in compose["volumes"]
    assert f"GRADIO_TEMP_DIR={folder} " in dockerfile
    assert (DEPLOY / page["build"]["context"] / page["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_compose_gives_nginx_its_configuration_and_the_replicas(compose: Any) -> None:
    nginx, dockerfile = compose["services"]["nginx"], (DEPLOY / "Dockerfile").read_text("utf-8")
    [(file, _, _)] = [volume.split(":") for volume in nginx["volumes"]]
    [config] = nginx["configs"]
    assert f"include {Path(config['target']).name};" in (DEPLOY / file).read_text("utf-8")
    assert Path(config["target"]).parent == Path("/etc/nginx")  # to which nginx's includes are relative
    [port] = re.findall(r"server page:(\d+) ", compose["configs"][config["source"]]["content"])
    assert f"EXPOSE {port}\n" in dockerfile
    assert nginx["ports"] == ["127.0.0.1:7860:80"]


def test_the_readme_links_every_file() -> None:
    readme = (DEPLOY / "README.md").read_text("utf-8")
    links = re.findall(r"\]\(((?!https?:)[^)#]+)[)#]", readme)
    assert [link for link in links if not (DEPLOY / link).exists()] == []
    assert {path.name for path in DEPLOY.iterdir() if path.is_file()} - {"README.md", "__init__.py"} <= set(links)


def test_the_readmes_table_is_that_of_trial_json() -> None:
    result = json.loads(trial.FIGURES.read_text("utf-8"))
    readme = trial.README.read_text("utf-8")
    assert replace_block(readme, "trial", trial.COMMAND, trial.table(result)) == readme
