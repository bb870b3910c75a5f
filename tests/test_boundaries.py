"""Light modules import no heavy library; ruff keeps the boundaries between the packages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def loaded(module: str) -> set[str]:
    """Return the top-level packages that importing a module loads."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split())


@pytest.mark.parametrize(
    "module", ["demo", "image.preprocess", "model.classifier", "model.explain", "predict", "evaluate"]
)
def test_reading_imports_neither_tensorflow_nor_matplotlib(module: str) -> None:
    assert not {"tensorflow", "keras", "h5py", "matplotlib"} & loaded(f"lenet.{module}")


def test_every_package_has_import_rules() -> None:
    rooms = {path.name for path in (ROOT / "lenet").iterdir() if (path / "__init__.py").exists()}
    assert rooms == {path.parent.name for path in ROOT.glob("lenet/*/ruff.toml")}


def test_a_forbidden_import_is_an_error(tmp_path: Path) -> None:
    source = "import gradio\nimport lenet.model\nfrom lenet.demo import page\n"
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID", "--output-format", "concise", "-"]
    checked = subprocess.run(
        [*command, "--stdin-filename", "lenet/image/new.py"], cwd=ROOT, input=source, capture_output=True, text=True
    )
    assert checked.stdout.count("is banned") == 3
