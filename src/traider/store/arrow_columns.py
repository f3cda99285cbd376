"""Columns of Arrow tables of which only the file knows the types.

The stubs of pyarrow type each array by its content and lack overloads, so what is read from a file
of any shape is ``Cells`` here, and becomes a typed NumPy array in ``cells``.
"""

from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

from traider.store.kinds import BoolArray

Cells: TypeAlias = Any
"""An Arrow array of any type."""

compute: Final[Any] = pyarrow.compute


def column_of(table: pa.Table, name: str) -> Cells:
    """Return a column as one array, codes of categories resolved."""
    column: Cells = table.column(name).combine_chunks()
    # An empty column of chunks stays chunked in some versions.
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def is_text(cells: Cells) -> bool:
    """Whether the cells are texts."""
    return bool(pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type))


def texts_of(cells: Cells) -> Cells:
    """Return cells as texts, null where one is empty."""
    texts = cells.cast(pa.string())
    return compute.if_else(compute.equal(texts, ""), None, texts)


def cell_texts(cells: Cells) -> list[str]:
    """Return cells as a person would read them, empty where there is nothing."""
    if pa.types.is_timestamp(cells.type):
        # Beyond the calendar there is no text, and the number says more anyway.
        pairs = zip(cells.cast(pa.string()).to_pylist(), cells.cast(pa.int64()), strict=True)
        texts = [str(number) if text and text[0] == "<" else text for text, number in pairs]
        return [text or "" for text in texts]
    try:
        texts = cells.cast(pa.string()).to_pylist()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if value is None else str(value) for value in cells.to_pylist()]
    return [text or "" for text in texts]


def empty_cells(cells: Cells) -> BoolArray:
    """Return the cells that hold nothing: null, NaN or blank text."""
    if is_text(cells):
        blank = compute.equal(compute.utf8_trim_whitespace(cells), "")
        cells = compute.if_else(blank, None, cells)
    return flags(cells.is_null(nan_is_null=pa.types.is_floating(cells.type)))


def flags(cells: Cells) -> BoolArray:
    """Return truths as NumPy's, null being false."""
    known: BoolArray = compute.fill_null(cells, fill_value=False).to_numpy(zero_copy_only=False)
    return np.array(known, np.bool_)
