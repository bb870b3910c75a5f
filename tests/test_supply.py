"""Everything that is installed, and everything that CI runs, is pinned, hashed and licensed."""

import re
import subprocess
import sys
from pathlib import Path

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


LINUX = ("manylinux_2_17", "manylinux_2_27", "manylinux_2_28")
SYSTEMS = {  # pip's names of the systems that README names, and of others that people have
    "Linux (x86-64 or ARM)": ([f"{glibc}_x86_64" for glibc in LINUX], True),
    "Linux (x86-64 or ARM), ARM": ([f"{glibc}_aarch64" for glibc in LINUX], True),
    "macOS on Apple silicon": (["macosx_14_0_arm64"], True),
    "Windows (x86-64)": (["win_amd64"], True),
    "macOS on Intel": (["macosx_14_0_x86_64"], False),
    "Windows on ARM": (["win_arm64"], False),
}


def find(requirement: str, python: str, platforms: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask the package index for a wheel, without installing it."""
    command = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--only-binary", ":all:", "--target", str(folder), "--python-version", python, requirement]
    command += [word for platform in platforms for word in ("--platform", platform)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.11", "3.13"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_index_has_the_pinned_litert_for_the_systems_that_the_readme_names_alone(
    system: str, python: str, tmp_path: Path
) -> None:
    platforms, supported = SYSTEMS[system]
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert (system.partition(", ")[0] in readme) == supported
    pin = re.search(r"^ai-edge-litert==\S+", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)[0]
    if find("certifi", python, platforms, tmp_path).returncode:  # which has one wheel for all systems
        pytest.skip("the package index does not answer")
    found = find(pin, python, platforms, tmp_path)
    assert (found.returncode == 0) == supported, found.stderr
