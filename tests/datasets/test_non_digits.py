"""Omniglot's and Quick, Draw!'s published files are read as non-digits, or refused in a sentence."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from lenet.datasets import holdout, omniglot
from lenet.datasets.mnist import DatasetError
from lenet.datasets.stroke_files import NOT_A_DIGIT, LabelledDrawing, read, write
from lenet.image.strokes import Drawing
from tools import sample_doodles

ALPHA = b"START\n68.75,-25.5,0\n60,-30,140\nBREAK\n10.5,-100,900\nBREAK\n"
STAIRS = {"word": "stairs", "countrycode": "SE", "recognized": True, "drawing": [[[0, 100], [0, 50]], [[100], [50]]]}


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "strokes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_character_of_omniglot_is_a_non_digit_of_its_alphabet_with_y_down(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"set/Greek/character08/0394_01.txt": ALPHA})
    [character] = read(path)
    assert (character.label, character.kind) == (NOT_A_DIGIT, "Greek/character08")
    assert character.strokes == (((68.75, 25.5), (60, 30)), ((10.5, 100),))
    assert (character.drawing.width, character.drawing.height) == (105, 105)
    assert (character.drawing.render() == 0).any()


def test_what_is_beside_the_drawings_in_omniglots_zip_is_ignored(tmp_path: Path) -> None:
    files = {
        "set/.DS_Store": b"\0",
        "__MACOSX/set/Greek/character08/._0394_01.txt": b"\0",
        "README.txt": b"Omniglot",
        "set/Latin/character02/0001_02.txt": ALPHA,
        "set/Latin/character02/0001_01.txt": ALPHA,
    }
    assert [drawing.kind for drawing in read(zipped(tmp_path, files))] == ["Latin/character02"] * 2


@pytest.mark.parametrize(
    "content", [b"", b"START", b"1,2,3", b"START\n1,2\nBREAK", b"START\nx,y,t\nBREAK", b"START\nnan,1,1", b"\xff\xfe"]
)
def test_a_damaged_drawing_of_omniglot_is_an_error_that_names_it(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"strokes\.zip, set/Latin/character02/0001_01\.txt: "):
        read(zipped(tmp_path, {"set/Latin/character02/0001_01.txt": content}))


def test_a_damaged_or_excessive_zip_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path, {"set/Latin/character02/0001_01.txt": ALPHA})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DatasetError, match="cannot be unpacked"):
        read(path)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("set/Latin/character02/0001_01.txt", b"0" * (omniglot.MAX_FILE + 1))
    path.write_bytes(bomb.getvalue())
    with pytest.raises(DatasetError, match="too large"):
        read(path)
    with pytest.raises(DatasetError, match="holds no drawing"):
        read(zipped(tmp_path, {"notes.md": b"empty"}))


def test_a_doodle_of_quick_draw_is_a_non_digit_of_its_kind_centred_on_the_pad(tmp_path: Path) -> None:
    path = tmp_path / "stairs.ndjson"
    timed = {**STAIRS, "drawing": [[*stroke, [0] * len(stroke[0])] for stroke in STAIRS["drawing"]]}
    unrecognized = {**STAIRS, "recognized": False}
    path.write_text("\n".join(map(json.dumps, (STAIRS, unrecognized, timed))))
    doodles = read(path)
    assert [(doodle.label, doodle.kind) for doodle in doodles] == [(NOT_A_DIGIT, "stairs")] * 2
    assert doodles[0].strokes == doodles[1].strokes == (((20, 80), (260, 200)), ((260, 200),))


@pytest.mark.parametrize("drawing", [None, [], [[]], [[[1], [2, 3]]], [[["x"], [1]]], [[[], []]], [[[1e999], [0]]]])
def test_a_damaged_doodle_is_an_error_that_names_its_line(drawing: object, tmp_path: Path) -> None:
    path = tmp_path / "stairs.ndjson"
    path.write_text("\n".join(map(json.dumps, (STAIRS, {**STAIRS, "drawing": drawing}))))
    with pytest.raises(DatasetError, match=r"stairs\.ndjson, line 2: "):
        read(path)


def test_the_kind_of_a_non_digit_is_kept_in_our_own_files(tmp_path: Path) -> None:
    owl = LabelledDrawing(NOT_A_DIGIT, Drawing(strokes=(((1, 2), (3, 4)),)), "owl")
    write(tmp_path / "file.jsonl", [owl])
    assert read(tmp_path / "file.jsonl") == [owl]
    (tmp_path / "file.jsonl").write_text('{"label": null, "kind": 5, "strokes": [[[1, 2]]]}')
    with pytest.raises(DatasetError, match="`kind` must be a text"):
        read(tmp_path / "file.jsonl")


def test_whole_kinds_are_kept_for_validation_and_kinds_like_digits_are_left_out() -> None:
    def doodles(kind: str) -> list[LabelledDrawing]:
        return [LabelledDrawing(NOT_A_DIGIT, Drawing(strokes=(((x, 0), (9, 9)),)), kind) for x in range(3)]

    kinds = ["", *(f"kind {i}" for i in range(200))]
    learned, kept = holdout.split([*(doodle for kind in kinds for doodle in doodles(kind)), *doodles("circle")])
    assert {doodle.kind for doodle in learned}.isdisjoint(doodle.kind for doodle in kept)
    assert {doodle.kind for doodle in [*learned, *kept]} == set(kinds)
    assert len(learned) + len(kept) == 3 * len(kinds)
    assert 10 <= len({doodle.kind for doodle in kept}) <= 30
    assert learned[0].kind == ""


def test_equal_drawings_of_two_files_are_used_once() -> None:
    doodle = LabelledDrawing(NOT_A_DIGIT, Drawing(strokes=(((1, 2),),)), "kind 1")
    learned, kept = holdout.split([doodle, doodle])
    assert learned + kept == [doodle]


def test_the_doodles_of_the_committed_weights_are_made_from_quick_draws_own_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds, path = tmp_path / "kinds.json", tmp_path / "doodles.jsonl.gz"
    arguments = [str(tmp_path), "--strokes", str(path), "--kinds", str(kinds)]
    kinds.write_text('{"stairs": 2, "owl": 1}')
    for kind, doodles in {"stairs": [STAIRS, {**STAIRS, "recognized": False}, STAIRS, STAIRS], "owl": [STAIRS]}.items():
        (tmp_path / f"{kind}.ndjson").write_text("\n".join(json.dumps({**doodle, "word": kind}) for doodle in doodles))
    assert sample_doodles.main(arguments) == 0
    assert [doodle.kind for doodle in read(path)] == ["stairs", "stairs", "owl"]
    kinds.write_text('{"owl": 2}')
    assert sample_doodles.main(arguments) == 1
    assert "owl.ndjson has 1 recognized drawings, 2 are needed" in capsys.readouterr().err
