"""Both languages have the same texts, and a browser gets the first that it prefers and the page has."""

import re
from types import SimpleNamespace

import pytest

from lenet.demo.inside.texts import EXPLANATIONS, LAYER_TEXTS
from lenet.demo.teach import texts as teach
from lenet.demo.texts.texts import LANGUAGES, TEXTS, language
from lenet.model.messages import OF_PICTURES, SENTENCES, SEPARATORS, say

TABLES = {
    "lenet/demo/texts": TEXTS,
    "lenet/demo/teach": teach.TEXTS,
    "lenet/demo/inside, of values": EXPLANATIONS,
    "lenet/model/messages, of drawings": SENTENCES,
    "lenet/model/messages, of pictures": OF_PICTURES,
    "lenet/demo/inside, of layers": {
        code: {key: texts[code] for key, texts in LAYER_TEXTS.items() if code in texts} for code in LANGUAGES
    },
}


@pytest.mark.parametrize("table", TABLES)
def test_every_text_exists_in_every_language_with_the_same_gaps(table: str) -> None:
    assert set(TABLES[table]) == set(LANGUAGES) == set(SEPARATORS)
    gaps = [
        {key: sorted(re.findall(r"{\w*}", text)) for key, text in texts.items()} for texts in TABLES[table].values()
    ]
    assert gaps == [gaps[0]] * len(gaps)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr-FR, zh-TW;q=0.7, en;q=0.3", "zh"),
        ("ZH", "zh"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
        ("\x00;;,,=", "en"),
    ],
)
def test_the_language_is_the_first_that_the_browser_prefers_and_the_page_has(header: str | None, expected: str) -> None:
    request = SimpleNamespace(headers={} if header is None else {"accept-language": header})
    assert language(request) == expected  # type: ignore[arg-type]
    assert language(None) == "en"


def test_a_sentence_names_its_digits() -> None:
    assert say("torn", (8, 3)) == "Is it an 8 or a 3? Try drawing it more clearly."
    assert say("torn", (8, 3), "zh") == "可能是 8，也可能是 3。请写得更清楚一些。"
    assert say("several", ("42",)) == "I read 42."
    assert say("several", ("12345", "68", "8")) == "I read 12345, 68 and 8."
    assert say("several", ("12345", "68", "8"), "zh") == "我读到的是 12345、68 和 8。"


def test_sentences_about_pictures_do_not_ask_to_draw() -> None:
    assert list(OF_PICTURES["en"]) == list(SENTENCES["en"])
    assert say("torn", (8, 3), "en", OF_PICTURES) == "This could be an 8 or a 3. Try a clearer picture."
    assert not [text for text in OF_PICTURES["en"].values() if "draw" in text.lower()]
