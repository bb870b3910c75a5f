"""“Teach it your hand” as the server writes it: every text in its place."""

import re

import pytest

from lenet.demo.teach import teach
from lenet.demo.texts.texts import LANGUAGES
from lenet.model.messages import Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_gaps_that_the_script_fills_are_left(language: Language) -> None:
    html = teach.panel(language)
    assert "$" not in html
    assert set(re.findall(r"{\w*}", html)) == {"{count}", "{tally}"}
    assert re.findall(r'data-label="(\d)"', html) == [str(digit) for digit in range(10)]
    # Each sentence that the script asks for by name is there.
    asked = set(re.findall(r'\btext\(\s*"(\w+)"', teach.JS)) | {"one", "many", "sure", "full", "blocked"}
    assert len(asked) > 10
    assert [name for name in asked if f'data-{name}="' not in html] == []


def test_readme_is_a_link_on_a_space_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert "<a " not in teach.panel("en")
    monkeypatch.setenv("SPACE_ID", "someone/digits")
    link = "https://huggingface.co/spaces/someone/digits/blob/main/README.md#teach-it-your-hand"
    assert f'<a href="{link}"' in teach.panel("en")
