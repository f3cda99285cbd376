"""Law: what the bytes of COPY say is what the columns hold, even or not, whole or sliced."""

import struct
from typing import Any, Final

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.store.postgres.copy_rows import copy_bytes

FORMS: Final[dict[pa.DataType, tuple[str, st.SearchStrategy[Any]]]] = {
    pa.int8(): ("h", st.integers(-(2**7), 2**7 - 1)),
    pa.int16(): ("h", st.integers(-(2**15), 2**15 - 1)),
    pa.int32(): ("i", st.integers(-(2**31), 2**31 - 1)),
    pa.int64(): ("q", st.integers(-(2**63), 2**63 - 1)),
    pa.float64(): ("d", st.floats(allow_nan=False)),
    pa.string(): ("", st.text(st.characters(exclude_characters="\0"), max_size=6)),
}


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[pa.DataType], list[tuple[Any, ...]]]:
    """Draw types and rows, some columns without nulls, some of nothing else."""
    kinds = draw(st.lists(st.sampled_from(list(FORMS)), min_size=1, max_size=4))
    cells = []
    for kind in kinds:
        value = FORMS[kind][1]
        cells.append(draw(st.sampled_from([value, value | st.none(), st.none()])))
    return kinds, draw(st.lists(st.tuples(*cells), max_size=6))


def wanted(kinds: list[pa.DataType], rows: list[tuple[Any, ...]]) -> bytes:
    """Return the bytes of the format, field by field."""
    out = b""
    for row in rows:
        out += struct.pack(">h", len(kinds))
        for kind, value in zip(kinds, row, strict=True):
            code = FORMS[kind][0]
            if value is None:
                out += struct.pack(">i", -1)
                continue
            field = struct.pack(f">{code}", value) if code else value.encode()
            out += struct.pack(">i", len(field)) + field
    return out


@given(drawn=columns(), begin=st.integers(0, 3))
def test_columns_are_the_bytes_of_the_format(
    drawn: tuple[list[pa.DataType], list[tuple[Any, ...]]], begin: int
) -> None:
    kinds, rows = drawn
    made = [
        pa.chunked_array([pa.array([row[place] for row in rows], kind)]).slice(begin)
        for place, kind in enumerate(kinds)
    ]
    assert copy_bytes(made) == wanted(kinds, rows[begin:])


@pytest.mark.parametrize("rows", [0, 1, 1_000])
def test_several_chunks_are_one_column(rows: int) -> None:
    chunks = pa.chunked_array([pa.array([1] * rows, pa.int64()), pa.array([2], pa.int64())])
    assert copy_bytes([chunks]) == wanted([pa.int64()], [(1,)] * rows + [(2,)])
