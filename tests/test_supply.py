"""Everything that is installed, and everything that CI runs, is pinned, hashed and licensed."""

import re

import pytest

from tools.licences import LIST, LOCK, NONE, ROOT, locked

WORKFLOW = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")


def normalized(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "requirements-ci.in"])
def test_the_locked_versions_are_the_required_ones(file: str) -> None:
    lines = re.findall(r"^([\w-]+)==([\w.]+)(?:; (.+?))?(?: #.*)?$", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    elsewhere = {normalized(package) for package, _, where in lines if "machine != " in where}  # the lock is for Linux
    required = {normalized(name): version for name, version, _ in lines if normalized(name) not in elsewhere}
    assert len(required) >= 2
    versions = {normalized(package): version for package, version in locked().items()}
    assert {package: versions.get(package) for package in required} == required


def test_every_locked_package_has_hashes() -> None:
    packages = re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", LOCK.read_text("utf-8"), flags=re.MULTILINE).strip())
    assert len(packages) == len(locked()) > 90
    assert [package for package in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", package)] == []


def test_every_locked_package_has_a_licence_in_the_list() -> None:
    rows = re.findall(r"^\| ([\w.-]+) \| (\d\S*) \| (.+) \|$", LIST.read_text("utf-8"), re.MULTILINE)
    assert {package: version for package, version, _ in rows} == locked()
    assert [package for package, _, licence in rows if licence == NONE] == []


def test_ci_installs_the_locked_packages_and_has_read_permission_only() -> None:
    assert "pip install -q --require-hashes -r requirements-ci.txt" in (ROOT / ".ci/run").read_text("utf-8")
    assert "permissions:\n  contents: read\n" in WORKFLOW
    assert WORKFLOW.count("permissions:") == 1
    actions = re.findall(r"uses: (\S+)", WORKFLOW)
    assert len(actions) >= 2
    assert [action for action in actions if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []
