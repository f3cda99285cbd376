"""Delimited text: where the table begins, what its lines are, and which are malformed."""

import pytest

from traider.domain.errors import DataError
from traider.store.text_tables import parse_text


def columns(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = parse_text(text.encode(), "f.csv").table.to_pydict()
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "time,open\n1,2\n3,4\n".replace(",", delimiter)
    assert columns(text) == {"time": ["1", "3"], "open": ["2", "4"]}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_cells_stay_texts_and_lines_keep_their_numbers(ending: str) -> None:
    text = ending.join(["a,b", "", "1,", "", "", '"x, y",1e5', ""])
    found = parse_text(text.encode(), "f.csv")
    assert found.table.to_pydict() == {"a": ["1", "x, y"], "b": ["", "1e5"]}
    assert found.lines.tolist() == [3, 6]


def test_a_mark_of_byte_order_and_no_last_line_end_do_no_harm() -> None:
    found = parse_text(b"\xef\xbb\xbfa,b\n1,2", "f.csv")
    assert found.table.to_pydict() == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    "first", ["1735689600000,1.5,2", "2024-01-01T00:00:00Z,1,2", "1e3,.5,2", "1,,2"]
)
def test_numbers_and_dates_are_no_header(first: str) -> None:
    found = parse_text(f"{first}\n{first}\n".encode(), "f.csv")
    assert not found.has_header
    assert found.table.column_names == ["column_1", "column_2", "column_3"]
    assert found.lines.tolist() == [1, 2]


def test_lines_before_the_header_are_passed_over() -> None:
    text = "https://www.CryptoDataDownload.com\nUnix,Open\n1,2\n3,4\n"
    found = parse_text(text.encode(), "f.csv")
    assert found.table.to_pydict() == {"Unix": ["1", "3"], "Open": ["2", "4"]}
    assert found.lines.tolist() == [3, 4]


def test_a_header_that_is_commented_out_is_a_header() -> None:
    assert columns("# time,open\n1,2\n") == {"time": ["1"], "open": ["2"]}


def test_lines_with_too_few_or_too_many_cells_are_kept_apart() -> None:
    text = "a,b,c\n1,2,3\n\n4,5\n6,7,8\n9,9,9,9\n7,7,7\n"
    found = parse_text(text.encode(), "f.csv")
    assert found.lines.tolist() == [2, 5, 7]
    assert [(line.line, line.text, line.cells) for line in found.malformed] == [
        (4, "4,5", 2),
        (6, "9,9,9,9", 4),
    ]


def test_a_header_alone_has_no_rows() -> None:
    found = parse_text(b"a,b\n", "f.csv")
    assert (found.table.num_rows, found.has_header) == (0, True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"only words\nin lines\n", "is no table"),
        (b"\xff\xfe\x00a,b\n", "neither Parquet, Feather nor text"),
        (b"a,b\n" + b"1,2\n" * 40 + b"1,\xff\n", "cannot be read as a table of text"),
        (b"a,a\n1,2\n", "several columns called a"),
        (b'a,b\n"1\n2",3\n', "remove line breaks inside quotes"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_text(data, "f.csv")
    assert said in caught.value.line()
    assert caught.value.where == "f.csv"
