"""Every command answers wrong arguments and failures with one line and an exit code, and explains itself in --help."""

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from lenet import command as commands
from lenet import evaluate, predict, report
from lenet.datasets import mnist
from lenet.evaluation import calibration
from lenet.model.weights import FILES, WEIGHTS
from lenet.training.recipes import RECIPES, SETTINGS, Setting
from tests.helpers.servers import ROOT, Server
from tests.helpers.small_training import DATA

LENET = [f"lenet.{name}" for name in ("train", "evaluate", "calibrate", "predict", "export", "report")]
TOOLS = ["doodles", "eight_hours", "kill_training", "load", "odd_hand", "security_table", "sheets"]
COMMANDS = ["app", *LENET, *(f"tools.{name}" for name in TOOLS), "deploy.trial"]

TRAIN, EVALUATE, CALIBRATE, PREDICT, EXPORT, REPORT = (f"python -m {name}" for name in LENET)
WRONG, FAILED = 2, 1
# The line as it is typed, the exit code, and a part of the sentence.
ROWS: list[tuple[str, int, str]] = [
    (f"{TRAIN} extra", WRONG, "unrecognized arguments: extra"),
    (f"{TRAIN} --unknown", WRONG, "unrecognized arguments: --unknown"),
    (f"{TRAIN} --re 3", WRONG, "ambiguous option: --re"),
    (f"{TRAIN} --recipe best", WRONG, "invalid choice: 'best' (choose from 'plain', 'fast'"),
    (f"{TRAIN} --recipe", WRONG, "--recipe: expected one argument"),
    (f"{TRAIN} --strategy many", WRONG, "invalid choice: 'many' (choose from 'single', 'multiworker')"),
    (f"{TRAIN} --seed -1", WRONG, "'-1' is not a whole number from 0 to 2,147,483,647"),
    (f"{TRAIN} --seed 2147483648", WRONG, "'2147483648' is not a whole number from 0"),
    (f"{TRAIN} --seed one", WRONG, "'one' is not a whole number from 0"),
    (f"{TRAIN} --steps 1e3", WRONG, "'1e3' is not a whole number from 1"),
    (f"{TRAIN} --rate inf", WRONG, "'inf' is not a number from 1e-06 to 1.0"),
    (f"{TRAIN} --batch 96", WRONG, "A batch of 96 leaves no room for MNIST beside 96 others"),
    (f"{TRAIN} --steps 100", WRONG, "100 steps are fewer than a warm-up of 500 and a second cosine of 3,000"),
    (f"{TRAIN} --recipe fast --steps 99", WRONG, "99 steps are fewer than a warm-up of 100"),
    (f"{TRAIN} --recipe hand", WRONG, "give both --from and --strokes"),
    (f"{TRAIN} --from weights", WRONG, "give both --from and --strokes"),
    (f"{TRAIN} --recipe refine", WRONG, "give their folder as --from"),
    (f"{TRAIN} --from weights --strokes x --out weights", WRONG, "would overwrite the weights that --from names"),
    (f"{TRAIN} --recipe refine --from none", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{TRAIN} --recipe refine --from damaged", FAILED, "Give a folder that `python -m lenet.train` wrote"),
    (f"{TRAIN} --strokes none.jsonl", FAILED, "none.jsonl cannot be read"),
    (f"{TRAIN} --strokes cut.jsonl", FAILED, "cut.jsonl, line 1: not JSON"),
    (f"{TRAIN} --strokes empty.jsonl", FAILED, "empty.jsonl holds no drawing"),
    (f"{TRAIN} --strokes label.jsonl", FAILED, "label.jsonl, line 1: `label` must be a digit"),
    (f"{TRAIN} --strokes folder", FAILED, "folder cannot be read"),
    (f"{TRAIN} --mnist none", FAILED, "The MNIST folder none does not exist"),
    (f"{TRAIN} --mnist folder", FAILED, "The MNIST folder folder lacks train-images-idx3-ubyte"),
    (f"MNIST_DIR=none {TRAIN}", FAILED, "The MNIST folder none (named by MNIST_DIR) does not exist"),
    (f"{TRAIN} --out notes.txt", FAILED, "Cannot write to notes.txt"),
    (f"{TRAIN} --out notes.txt/new", FAILED, "Cannot write to notes.txt/new"),
    (f"TF_CONFIG= {TRAIN} --strategy multiworker", FAILED, "needs TF_CONFIG as {"),
    (f"{EVALUATE} file", WRONG, "unrecognized arguments: file"),
    (f"{EVALUATE} --weights", WRONG, "--weights: expected one argument"),
    (f"{EVALUATE} --weights none", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{EVALUATE} --weights damaged", FAILED, "damaged/lenet5.json is damaged"),
    (f"{EVALUATE} --weights notes.txt", FAILED, "notes.txt/lenet5.json (Not a directory)"),
    (f"{EVALUATE} --mnist none", FAILED, "The MNIST folder none does not exist"),
    (f"{EVALUATE} --json --mnist notes.txt", FAILED, "The MNIST folder notes.txt is not a folder"),
    (CALIBRATE, WRONG, "required: --weights"),
    (f"{CALIBRATE} --weights weights extra", WRONG, "unrecognized arguments: extra"),
    (f"{CALIBRATE} --weights none", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{CALIBRATE} --weights weights --strokes none.jsonl", FAILED, "none.jsonl cannot be read"),
    (f"{CALIBRATE} --weights weights --strokes notes.txt", FAILED, "notes.txt, line 1: not JSON"),
    (f"{PREDICT} --jsn", WRONG, "unrecognized arguments: --jsn"),
    (f"{PREDICT} --weights none seven.png", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{PREDICT} --mnist none", FAILED, "The MNIST folder none does not exist"),
    (f"MNIST_DIR=folder {PREDICT}", FAILED, "The MNIST folder folder (named by MNIST_DIR) lacks t10k-images"),
    (f"{PREDICT} none.png", FAILED, "none.png cannot be read: No such file or directory"),
    (f"{PREDICT} notes.txt", FAILED, "notes.txt cannot be read"),
    (f"{PREDICT} cut.png", FAILED, "cut.png cannot be read"),
    (f"{PREDICT} folder", FAILED, "folder has no picture."),
    (EXPORT, WRONG, "give --out, a folder to export to, or --weights"),
    (f"{EXPORT} --out", WRONG, "--out: expected one argument"),
    (f"{EXPORT} --out new --weights none", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{EXPORT} --weights none", FAILED, "none/lenet5.json (No such file or directory)"),
    (f"{EXPORT} --out notes.txt", FAILED, "Cannot write to notes.txt/lenet5.tflite"),
    (f"{REPORT} extra", WRONG, "unrecognized arguments: extra"),
    (f"{REPORT} --log Faster", WRONG, "--log and --runs need each other, and exclude --check"),
    (f"{REPORT} --runs runs/world", WRONG, "--log and --runs need each other, and exclude --check"),
    (f"{REPORT} --check --log Faster --runs runs/world", WRONG, "--log and --runs need each other"),
    (f"{REPORT} --log Faster --runs", WRONG, "--runs: expected at least one argument"),
    (f"{REPORT} --log Faster --runs none", FAILED, "--runs names a folder without the figures of a training"),
    ("python app.py extra", WRONG, "unrecognized arguments: extra"),
    ("python app.py --port 80", WRONG, "unrecognized arguments: --port 80"),
    ("GRADIO_SERVER_PORT=abc python app.py", FAILED, "GRADIO_SERVER_PORT is 'abc'; it has to be a number from 1"),
    ("GRADIO_SERVER_PORT=0 python app.py", FAILED, "GRADIO_SERVER_PORT is '0'"),
    ("GRADIO_SERVER_PORT=65536 python app.py", FAILED, "GRADIO_SERVER_PORT is '65536'"),
    ("LENET_WEIGHTS=typo python app.py", FAILED, "LENET_WEIGHTS is 'typo', which is not a folder"),
    ("LENET_WEIGHTS=damaged python app.py", FAILED, "damaged/lenet5.json is damaged"),
    ("python -m tools.odd_hand", WRONG, "required: OUT.jsonl"),
    ("python -m tools.odd_hand out.jsonl --count 0", WRONG, "'0' is not a whole number from 1"),
    ("python -m tools.odd_hand out.jsonl --seed -1", WRONG, "'-1' is not a whole number from 0"),
    ("python -m tools.odd_hand notes.txt/out.jsonl", FAILED, "Cannot write to notes.txt/out.jsonl"),
    ("python -m tools.doodles", WRONG, "required: --strokes"),
    ("python -m tools.doodles --strokes out.jsonl --count -5", WRONG, "'-5' is not a whole number from 1"),
    ("python -m tools.doodles --strokes none/out.jsonl --count 1", FAILED, "Cannot write to none/out.jsonl"),
    ("python -m tools.sheets letters --out sheets", WRONG, "unknown: letters; choose from"),
    ("python -m tools.sheets digits --out sheets --columns 0", WRONG, "'0' is not a whole number from 1 to 100"),
    ("python -m tools.sheets digits --out notes.txt", FAILED, "Cannot write to notes.txt"),
    ("python -m tools.kill_training --kills 0", WRONG, "'0' is not a whole number from 1"),
    ("python -m tools.load --people 50 none", WRONG, "'none' is not a whole number from 1"),
    ("python -m tools.load --seconds 0", WRONG, "'0' is not a number from 0.1"),
    ("python -m tools.eight_hours --visitors -1", WRONG, "'-1' is not a whole number from 1"),
    ("python -m tools.security_table faces", WRONG, "no such table: faces"),
    ("python -m deploy.trial --seconds nan", WRONG, "'nan' is not a number from 0.1"),
]


def beyond(setting: Setting) -> list[str]:
    """Return values just outside the limits of a setting, and two that are no numbers."""
    step = 1 if isinstance(setting.high, int) else 0.1
    return [str(setting.low - step), str(setting.high + step), "nan", "many"]


ROWS += [
    (f"{TRAIN} --{name.replace('_', '-')}={value}", WRONG, f"'{value}' is not a ")
    for name, setting in SETTINGS.items()
    for value in beyond(setting)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights, and with files that are not what the commands need."""
    folder = tmp_path_factory.mktemp("typed")
    for name in ("weights", "damaged", "folder"):
        (folder / name).mkdir()
    for name in FILES:
        shutil.copy(WEIGHTS / name, folder / "weights")
    (folder / "damaged" / "lenet5.json").write_text("{}")
    (folder / "folder" / "notes.txt").write_text("not a picture")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "seven.png").write_bytes((ROOT / "examples" / "seven.png").read_bytes())
    (folder / "cut.png").write_bytes((ROOT / "examples" / "seven.png").read_bytes()[:200])
    (folder / "cut.jsonl").write_text('{"label": "4", "strokes": [[[1')
    (folder / "label.jsonl").write_text('{"label": "x", "strokes": [[[1, 2], [3, 4]]]}\n')
    (folder / "empty.jsonl").write_text("\n")
    return folder


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and the time of the last change of each file."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a line as a shell does, but in this process; return its exit code."""
    words = shlex.split(line)
    while "=" in words[0]:
        monkeypatch.setenv(*words.pop(0).split("=", 1))
    module, arguments = ("app", words[2:]) if words[1] == "app.py" else (words[2], words[3:])
    try:
        return importlib.import_module(module).main(arguments)
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize(("line", "code", "sentence"), ROWS, ids=[line for line, *_ in ROWS])
def test_a_wrong_line_is_answered_in_one_line_with_its_exit_code_and_changes_nothing(
    line: str,
    code: int,
    sentence: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    before = contents(folder)
    assert run(line, monkeypatch) == code
    captured = capfd.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1, captured.err
    assert sentence in captured.err
    assert contents(folder) == before


def test_the_table_has_at_least_60_wrong_lines_and_every_command() -> None:
    assert len(ROWS) >= 60
    named = {re.search(r"python (?:-m )?([\w.]+)", line)[1].removesuffix(".py") for line, *_ in ROWS}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("error", "code", "lines"), [(KeyboardInterrupt, 130, 1), (BrokenPipeError, 141, 0)])
def test_ctrl_c_and_a_closed_pipe_end_every_command_without_a_traceback(
    name: str,
    error: type[BaseException],
    code: int,
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def ended(*_: object) -> None:
        raise error

    monkeypatch.setattr(commands.Parser, "parse_args", ended)
    monkeypatch.setattr(os, "dup2", lambda *_: None)  # would close this process's output
    assert importlib.import_module(name).main([]) == code
    assert len(capfd.readouterr().err.splitlines()) == lines


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_every_argument_with_its_meaning_and_is_all_that_is_printed(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(name).main(["--help"])
    assert not ended.value.code
    captured = capfd.readouterr()
    assert captured.err == ""
    _, *arguments = re.split(r"^  (?=-|[A-Z_]+ )", captured.out.partition("options:")[2], flags=re.MULTILINE)
    assert arguments
    assert [text for text in arguments if len(text.split()) < 4] == []


def test_the_help_of_train_has_the_range_and_default_of_every_setting_and_explains_the_recipes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for recipe in RECIPES.values():
        with pytest.raises(SystemExit):
            importlib.import_module("lenet.train").main(["--recipe", recipe.name, "--help"])
        text = " ".join(capsys.readouterr().out.split())
        for name, (low, high, meaning) in SETTINGS.items():
            default = getattr(recipe, name)
            assert f"--{name.replace('_', '-')} N {meaning} ({low:,} to {high:,}; default: {default})" in text
        assert all(re.search(rf"{name} \w+", text.partition("recipes:")[2]) for name in RECIPES)


def test_the_help_of_train_takes_less_than_a_second_without_tensorflow() -> None:
    code = (
        "import atexit, runpy, sys, time;"
        "atexit.register(lambda: print(time.process_time(), 'tensorflow' in sys.modules));"
        "sys.argv = ['train', '--help']; runpy.run_module('lenet.train', run_name='__main__')"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, tensorflow = shown.stdout.splitlines()[-1].split()
    assert (float(seconds) < 1, tensorflow, shown.stderr) == (True, "False", "")


def test_predict_prints_its_answers_and_nothing_else() -> None:
    command = [sys.executable, "-m", "lenet.predict", "examples/seven.png", "examples/scans"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    assert len(ended.stdout.splitlines()) == 4


def test_the_page_prints_its_address_and_nothing_else(page_server: Server) -> None:
    lines = [line for line in page_server.log.read_text().splitlines() if line]
    assert f"* Running on local URL:  {page_server.url}" in lines
    assert [line for line in lines if not line.startswith("*")] == []


def test_a_taken_port_is_an_error_and_not_another_port(page_server: Server) -> None:
    port = page_server.url.rpartition(":")[2]
    env = os.environ | {"GRADIO_SERVER_PORT": port, "GRADIO_ANALYTICS_ENABLED": "False"}
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(rf"Cannot serve at 127\.0\.0\.1, port {port}: the port is taken.*\n", ended.stderr)


def test_a_reader_that_leaves_ends_predict_quietly() -> None:
    command = [sys.executable, "-m", "lenet.predict", *["examples/scans"] * 20]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("evaluate loads MNIST's training images, which it does not read")

    monkeypatch.setattr(mnist, "load_test", lambda folder=None: DATA.test)
    monkeypatch.setattr(mnist, "load", refused)


@pytest.mark.usefixtures("small_mnist")
def test_evaluate_without_weights_reads_only_the_test_images_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = contents(WEIGHTS)
    assert evaluate.main([]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    assert "MNIST test\ndigit  images" in captured.out
    assert contents(WEIGHTS) == before


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.usefixtures("small_mnist")
@pytest.mark.parametrize("name", ["evaluate", "calibrate", "export", "report"])
def test_a_read_only_folder_is_named_after_the_results_were_printed(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibration, "COUNT", 40)
    arguments, printed = {
        "evaluate": (["--weights", str(folder / "weights")], "MNIST test"),
        "calibrate": (["--weights", str(folder / "weights")], "temperature"),
        "export": (["--out", str(folder / "new")], ""),
        "report": ([], ""),
    }[name]
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert importlib.import_module(f"lenet.{name}").main(arguments) == 1
    captured = capfd.readouterr()
    assert printed in captured.out
    assert re.fullmatch(
        r"Cannot write to \S+ \(Permission denied\); make room or give another folder\.\n", captured.err
    )


@pytest.mark.usefixtures("small_mnist")
def test_evaluate_without_matplotlib_says_which_pictures_it_does_not_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"] + ["matplotlib.figure"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert evaluate.main(["--weights", str(tmp_path)]) == 0
    lines = capfd.readouterr().err.splitlines()
    assert [line.split(" is not drawn: install matplotlib")[0] for line in lines] == ["confusion.png", "misread.png"]
    assert json.loads((tmp_path / "metrics.json").read_text())["mnist_test"]["count"] == 50


def test_predict_counts_the_files_that_it_skips_and_has_no_probabilities_for_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    for name in ("notes.txt", "list.csv"):
        (tmp_path / name).write_text("not a picture")
    assert predict.main([str(tmp_path), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"{tmp_path}: skipped 2 files without a picture.\n"
    assert json.loads(captured.out) == {
        "file": str(tmp_path / "blank.png"),
        "verdict": "blank",
        "digit": None,
        "digits": [],
        "probabilities": None,
    }


@pytest.mark.parametrize(
    ("damage", "sentence"), [(Path.unlink, "No such file"), (lambda path: path.write_text("{"), "is not JSON")]
)
def test_report_names_measurements_that_cannot_be_used(
    damage: Callable[[Path], object],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    damage(tmp_path / "weights" / "metrics.json")
    monkeypatch.setattr(report, "WEIGHTS", tmp_path / "weights")
    assert report.main([]) == 1
    line = capsys.readouterr().err
    assert str(tmp_path / "weights" / "metrics.json") in line
    assert sentence in line
