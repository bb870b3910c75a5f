"""Who may import whom: what computes does not know the page, and what must be light stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def loaded(module: str) -> set[str]:
    """The top-level packages that importing a module brings in."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split())


def imports(path: Path) -> set[str]:
    """The packages that a file names anywhere, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_only_the_demo_imports_gradio() -> None:
    others = [path for path in (ROOT / "lenet").rglob("*.py") if path.parent.name != "demo"]
    assert len(others) > 10
    assert [path.name for path in others if "gradio" in imports(path)] == []


@pytest.mark.parametrize("module", ["ink", "photo", "preprocess", "sentences", "strokes", "verdict"])
def test_the_pure_modules_never_import_tensorflow(module: str) -> None:
    assert not {"tensorflow", "keras"} & imports(ROOT / "lenet" / f"{module}.py")
    assert not {"tensorflow", "keras", "gradio"} & loaded(f"lenet.{module}")


@pytest.mark.parametrize("module", ["demo", "classifier", "explain", "predict", "evaluate"])
def test_reading_needs_neither_tensorflow_nor_matplotlib(module: str) -> None:
    assert not {"tensorflow", "keras", "h5py", "matplotlib"} & loaded(f"lenet.{module}")


def test_the_package_itself_imports_nothing() -> None:
    assert imports(ROOT / "lenet" / "__init__.py") == set()
