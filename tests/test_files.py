"""Tables and numbers of generated documents."""

import pytest

from lenet.files import markdown_table, percent, replace_block


def test_a_table_aligns_columns_and_separates_thousands() -> None:
    assert markdown_table(["set", "count"], [["a", 1234567], ["b", ""]], "lr").splitlines() == [
        "| set | count |",
        "| --- | ---: |",
        "| a | 1,234,567 |",
        "| b |  |",
    ]


@pytest.mark.parametrize(("rows", "align"), [([["a"]], "lr"), ([["a", "b"]], "l")])
def test_a_row_or_alignment_of_another_length_than_the_header_is_an_error(rows: list, align: str) -> None:
    with pytest.raises(ValueError, match="2 columns"):
        markdown_table(["set", "count"], rows, align)


def test_percentages_have_a_space_and_a_fixed_number_of_decimals() -> None:
    assert (percent(0.9967), percent(0.5, 0), percent(0)) == ("99.67 %", "50 %", "0.00 %")


@pytest.mark.parametrize("count", [0, 2])
def test_a_document_without_exactly_one_block_is_an_error(count: int) -> None:
    document = "<!-- a: written by `b` -->\n<!-- end of a -->\n" * count
    with pytest.raises(ValueError, match=f"{count} blocks"):
        replace_block(document, "a", "b", "new")
