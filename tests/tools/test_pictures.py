"""The pictures in examples/ are what the tool draws, and are read as their names say."""

import json

import numpy as np
import pytest
from PIL import Image

from lenet import predict
from tools.pictures import EXAMPLES, pictures


def test_the_pictures_in_examples_are_those_that_the_tool_draws() -> None:
    drawn = {name: np.asarray(image.convert("L")) for name, image in pictures()}
    assert drawn.keys() == {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.png")}
    for name, pixels in drawn.items():
        committed = np.asarray(Image.open(EXAMPLES / name).convert("L"))
        assert np.abs(committed - pixels.astype(float)).mean() < 1, name  # other processors round differently


def test_the_pictures_in_examples_are_read_as_their_names_say(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["seven.png", "forty-two.png", "scans"]
    assert predict.main([*(str(EXAMPLES / name) for name in names), "--json"]) == 0
    digits = [json.loads(line)["digits"] for line in capsys.readouterr().out.splitlines()]
    assert digits == [[7], [4, 2], [8], [5], [3]]
