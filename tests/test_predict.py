"""`python -m lenet.predict` reads files, folders and MNIST, and names what it cannot read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenet import predict
from lenet.datasets import mnist
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, HOUSE, placed


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    Image.fromarray(render(DIGITS[7])).save(tmp_path / "b.png")
    Image.fromarray(render(DIGITS[3])).convert("RGB").save(tmp_path / "a.JPG")
    Image.fromarray(255 - render(DIGITS[0])).save(tmp_path / "more" / "c.bmp")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def test_json_is_a_line_for_each_image_also_of_folders(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main([str(scans), str(scans / "b.png"), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["file"], row["digit"]) for row in rows] == [
        (str(scans / "a.JPG"), 3),
        (str(scans / "b.png"), 7),
        (str(scans / "more" / "c.bmp"), 0),
        (str(scans / "b.png"), 7),
    ]
    for row in rows:
        assert list(row) == ["file", "verdict", "digit", "digits", "probabilities"]
        assert row["verdict"] == "digit"
        assert row["digits"] == [row["digit"]]
        assert len(row["probabilities"]) == 10
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert np.argmax(row["probabilities"]) == row["digit"]


def test_text_is_a_line_for_each_image_with_its_verdict(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("L", (50, 50), 255).save(scans / "empty.png")
    pair = [*placed(DIGITS[4], 110, 75, 140), *placed(DIGITS[2], 110, 205, 140)]
    Image.fromarray(render(pair, width=12)).save(scans / "42.png")
    Image.fromarray(render(HOUSE, width=8)).save(scans / "house.png")
    assert predict.main([str(scans / f"{name}.png") for name in ("b", "empty", "42", "house")]) == 0
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert third == f"{scans / '42.png'}: read 42"
    assert re.search(r": unsure, most likely \d \(\d\d?\.\d %\)$", fourth)
    assert re.fullmatch(re.escape(str(scans / "b.png")) + r": read 7 \(\d\d\d?\.\d %\)", first)
    assert second == f"{scans / 'empty.png'}: blank"


def test_an_unreadable_file_is_named_and_the_others_are_read(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = scans / "cut.png"
    cut.write_bytes((scans / "b.png").read_bytes()[:200])
    paths = [scans / "notes.txt", cut, scans / "missing.png", scans / "b.png"]
    assert predict.main([*map(str, paths), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["digit"] == 7
    assert [line.split(" cannot be read: ")[0] for line in captured.err.splitlines()] == [str(p) for p in paths[:3]]
    assert "No such file" in captured.err


def test_without_files_a_random_test_image_is_read_and_its_label_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    images = np.stack([255 - render(DIGITS[digit], (280, 280)) for digit in range(10)])[:, ::10, ::10]
    split = mnist.Split(images, np.arange(10, dtype=np.uint8))
    monkeypatch.setattr(mnist, "load_test", lambda folder=None: split)
    assert predict.main([]) == 0
    line = re.fullmatch(r"MNIST test image (\d): truth (\d), read (\d) \(.*%\)\n", capsys.readouterr().out)
    assert line is not None
    assert line[1] == line[2]
    assert predict.main(["--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["file"] == f"MNIST test image {row['truth']}"


def test_missing_mnist_is_an_error_that_names_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main(["--mnist", str(tmp_path / "none")]) == 1
    assert str(tmp_path / "none") in capsys.readouterr().err


NAMES = [b"\xff.png", b"a\nb.png", b"\x1b[31mred.png", "é八.png".encode(), b"\xe2\x80\xae.png"]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_a_file_of_any_name_is_read_on_any_terminal_and_its_name_is_not_obeyed(
    tmp_path: Path, encoding: str, options: list[str]
) -> None:
    for name in NAMES:
        Image.fromarray(render(DIGITS[7])).save(os.fsencode(tmp_path) + b"/" + name, "PNG")
    (tmp_path / "\x1b[31mcut.png").write_bytes(b"x")
    env = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "lenet.predict", *options, str(tmp_path), str(tmp_path / "a\nmissing.png")]
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == len(NAMES)
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b" cannot be read: ") == 2
    assert b"\x1b" not in done.stdout + done.stderr
    if options:
        names = {os.fsencode(Path(json.loads(line)["file"]).name) for line in done.stdout.splitlines()}
        assert names == set(NAMES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_and_devices_are_skipped_with_a_note(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(scans / "pipe.png")
    assert predict.main([str(scans), str(scans / "pipe.png"), "/dev/zero"]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 3
    assert printed.err.splitlines()[-2:] == [
        f"{scans / 'pipe.png'} is not a file: skipped",
        "/dev/zero is not a file: skipped",
    ]
