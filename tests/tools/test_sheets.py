"""Contact sheets show every style and kind."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools import sheets


@pytest.mark.parametrize("name", sheets.GENERATORS)
def test_every_row_shows_drawings_and_what_the_network_sees(name: str, tmp_path: Path) -> None:
    sheets.main([name, "--out", str(tmp_path / "new"), "--columns", "2"])
    with Image.open(tmp_path / "new" / f"{name}.png") as picture:
        rows = np.array_split(np.asarray(picture), len(sheets.GENERATORS[name]))
    for row in rows:
        blocks = np.split(row[:, sheets.LABEL :], 4, axis=1)
        assert all((block < 128).any() for block in blocks)
