"""The HTML of “Teach it your handwriting”."""

import re

import pytest

from lenet.demo.teach import teach
from lenet.demo.texts.texts import LANGUAGES
from lenet.model.messages import Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_has_every_sentence_that_the_script_shows_and_no_unfilled_gap(language: Language) -> None:
    html = teach.panel(language)
    assert "$" not in html
    assert set(re.findall(r"{\w*}", html)) == {"{count}", "{tally}"}
    assert re.findall(r'data-label="(\d)"', html) == [str(digit) for digit in range(10)]
    used = set(re.findall(r'\btext\(\s*"(\w+)"', teach.JS)) | {"one", "many", "again", "delete", "full", "blocked"}
    assert len(used) > 10
    assert [name for name in used if f'data-{name}="' not in html] == []


def test_the_readme_is_a_link_only_on_a_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert "<a " not in teach.panel("en")
    monkeypatch.setenv("SPACE_ID", "someone/digits")
    link = "https://huggingface.co/spaces/someone/digits/blob/main/README.md#teach-it-your-handwriting"
    assert f'<a href="{link}"' in teach.panel("en")
