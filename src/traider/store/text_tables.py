"""Delimited text as a table of texts, each row with its line; nothing is converted here.

The delimiter, lines before the header and the header itself are found, not asked for. Lines with
too few or too many cells are kept apart with their text. Blank lines are no rows.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from traider.domain.errors import DataError
from traider.store.kinds import IntArray

DELIMITERS: Final = (",", ";", "\t", "|")
PREAMBLE_LINES_MAX: Final = 20
CELL_TEXTS: Final = re.compile(r"\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*|\s*\d{4}[-/]\d{2}[-/]\d{2}.*|")


@dataclass(frozen=True)
class MalformedLine:
    """A line whose number of cells is not the header's."""

    line: int
    text: str
    cells: int


@dataclass(frozen=True)
class TextTable:
    """The rows of a text: all columns are texts, named by the header or ``column_1`` and so on."""

    table: pa.Table
    lines: IntArray
    """Line of each row, the first line of the file being 1."""
    has_header: bool
    malformed: tuple[MalformedLine, ...]


def parse_text(data: bytes, where: str) -> TextTable:
    """Parse the bytes of a delimited text.

    Raises:
        DataError: the text is empty, no UTF-8, or no table.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    numbers, starts = _filled_lines(data)
    if not len(numbers):
        raise DataError("is empty", where=where, fix="export it again")
    head = _head_lines(data, starts, where)
    skipped, delimiter = _preamble(head, where)
    cells = _cells(head[skipped], delimiter, where)
    has_header = not all(CELL_TEXTS.fullmatch(cell) for cell in cells)
    names = _names(cells, where) if has_header else _positions(len(cells))
    first = skipped + int(has_header)
    if first == len(numbers):
        return TextTable(_no_rows(names), np.zeros(0, np.int64), has_header, ())
    table, malformed = _read(data[starts[first] :], names, delimiter, where)
    numbers = numbers[first:]
    bad = np.array([number - 1 for number, _, _ in malformed], np.int64)
    if len(numbers) != table.num_rows + len(bad):
        raise DataError(
            f"has {len(numbers)} lines but {table.num_rows + len(bad)} rows",
            where=where,
            fix="remove line breaks inside quotes",
        )
    return TextTable(
        table,
        np.delete(numbers, bad),
        has_header,
        tuple(MalformedLine(int(numbers[n - 1]), text, cells) for n, text, cells in malformed),
    )


def _filled_lines(data: bytes) -> tuple[IntArray, IntArray]:
    """Return the numbers, from 1, and the first bytes of the lines that are not blank."""
    values = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(values == ord("\n"))
    starts = np.concatenate([[0], ends + 1])
    ends = np.concatenate([ends, [len(values)]])
    filled = np.flatnonzero(ends > starts)
    return filled + 1, starts[filled]


def _head_lines(data: bytes, starts: IntArray, where: str) -> list[str]:
    """Return the first filled lines as text."""
    lines = []
    for start in starts[: PREAMBLE_LINES_MAX + 2].tolist():
        end = data.find(b"\n", start)
        line = data[start : end if end >= 0 else len(data)]
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise DataError(
                "is neither Parquet, Feather nor text in UTF-8", where=where, fix="export it again"
            ) from None
    return lines


def _preamble(head: list[str], where: str) -> tuple[int, str]:
    """Return how many lines come before the table, and its delimiter.

    A first line with an address or a remark, which has fewer cells than what follows, is none of
    the table.
    """
    best = max(DELIMITERS, key=lambda delimiter: max(line.count(delimiter) for line in head))
    counts = [line.count(best) for line in head]
    most = max(set(counts), key=lambda count: (counts.count(count), count))
    if most == 0:
        raise DataError(
            "is no table: its lines have no commas, semicolons, tabs or bars",
            where=where,
            fix="name a CSV, Parquet or Feather file",
        )
    skipped = 0
    while counts[skipped] < most and not head[skipped].lstrip()[:1].isdigit():
        skipped += 1
    return skipped, best


def _cells(line: str, delimiter: str, where: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error as fault:
        raise DataError(
            f"cannot be read as a table of text: {fault}", where=where, fix="export it again"
        ) from fault


def _names(cells: list[str], where: str) -> list[str]:
    names = [cell.strip().lstrip("#").strip() for cell in cells]
    filled = [name or f"column_{place}" for place, name in enumerate(names, 1)]
    twice = sorted({name for name in filled if filled.count(name) > 1})
    if twice:
        raise DataError(
            f"has several columns called {', '.join(twice)}", where=where, fix="rename them"
        )
    return filled


def _positions(count: int) -> list[str]:
    return [f"column_{place}" for place in range(1, count + 1)]


def _no_rows(names: list[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in names})


def _read(
    data: bytes, names: list[str], delimiter: str, where: str
) -> tuple[pa.Table, list[tuple[int, str, int]]]:
    malformed: list[tuple[int, str, int]] = []

    def keep(row: pa_csv.InvalidRow) -> Literal["skip"]:
        assert row.number is not None  # noqa: S101 - one thread reads, so rows are counted
        malformed.append((row.number, row.text, row.actual_columns))
        return "skip"

    try:
        table = pa_csv.read_csv(
            io.BytesIO(data),
            # One thread: only then does a malformed row come with its number.
            read_options=pa_csv.ReadOptions(use_threads=False, column_names=names),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=keep),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                null_values=[],
            ),
        )
    except (pa.ArrowInvalid, OSError) as fault:
        raise DataError(
            f"cannot be read as a table of text: {fault}", where=where, fix="export it again"
        ) from fault
    return table, malformed
