"""Arrow columns as the bytes of COPY's binary format, without a Python object a cell.

A row is the number of its fields (2 bytes), then each field's length (4 bytes, -1 for null) and its
bytes, big endian. Where every row is of the same length, which it is without texts and without
columns that are partly null, all rows are one array of records; otherwise each column's bytes are
scattered to where the rows before them end.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from traider.store.arrow_columns import Cells

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER: Final = b"\xff\xff"

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_WIDER: Final = {pa.int8(): ">i2", pa.int16(): ">i2", pa.int32(): ">i4", pa.int64(): ">i8"}


def copy_bytes(columns: Sequence[Cells]) -> bytes:
    """Return rows in COPY's binary format, without its header and trailer."""
    if not len(columns[0]):
        return b""
    arrays = [_whole(column) for column in columns]
    if all(_is_even(array) for array in arrays):
        return _even_rows(arrays)
    return _uneven_rows(arrays)


def _whole(column: Cells) -> Cells:
    joined = column.combine_chunks()
    # An empty column of chunks stays chunked in some versions.
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def _is_even(array: Cells) -> bool:
    """Whether every field of a column has the same length."""
    if array.null_count == len(array):
        return True
    return array.null_count == 0 and not pa.types.is_string(array.type)


def _type_of(array: Cells) -> str:
    return ">f8" if pa.types.is_floating(array.type) else _WIDER[array.type]


def _even_rows(arrays: list[Cells]) -> bytes:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for place, array in enumerate(arrays):
        fields.append((f"length{place}", ">i4"))
        if array.null_count == 0:
            fields.append((f"value{place}", _type_of(array)))
    rows = np.zeros(len(arrays[0]), np.dtype(fields))
    rows["fields"] = len(arrays)
    for place, array in enumerate(arrays):
        if array.null_count == 0:
            rows[f"length{place}"] = np.dtype(_type_of(array)).itemsize
            rows[f"value{place}"] = array.to_numpy(zero_copy_only=False)
        else:
            rows[f"length{place}"] = -1
    return rows.tobytes()


def _uneven_rows(arrays: list[Cells]) -> bytes:
    """Return rows whose lengths differ: measured first, then written column by column."""
    rows = len(arrays[0])
    lengths = [_lengths(array) for array in arrays]
    ends = np.cumsum(2 + sum(4 + np.maximum(length, 0) for length in lengths))
    out = np.zeros(int(ends[-1]), np.uint8)
    place = np.concatenate([[0], ends[:-1]]).astype(np.int64)
    _scatter(out, place, np.full(rows, len(arrays), ">i2"))
    place += 2
    for array, length in zip(arrays, lengths, strict=True):
        _scatter(out, place, length.astype(">i4"))
        place += 4
        if pa.types.is_string(array.type):
            _scatter_texts(out, place, array, length)
        else:
            there = length >= 0
            filled = array.fill_null(0).to_numpy(zero_copy_only=False)
            _scatter(out, place[there], filled[there].astype(_type_of(array)))
        place += np.maximum(length, 0)
    return out.tobytes()


def _lengths(array: Cells) -> npt.NDArray[np.int64]:
    """Return the bytes of each field, -1 for null."""
    null = array.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_string(array.type):
        offsets = _offsets(array)
        return np.where(null, -1, np.diff(offsets)).astype(np.int64)
    return np.where(null, -1, np.dtype(_type_of(array)).itemsize).astype(np.int64)


def _scatter(out: Bytes, place: npt.NDArray[np.int64], values: npt.NDArray[np.generic]) -> None:
    """Write values of one width to their places."""
    width = values.dtype.itemsize
    bytes_ = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    for byte in range(width):
        out[place + byte] = bytes_[:, byte]


def _scatter_texts(
    out: Bytes, place: npt.NDArray[np.int64], array: Cells, length: npt.NDArray[np.int64]
) -> None:
    """Write the bytes of each text to its place."""
    offsets, data = _offsets(array), array.buffers()[2]
    counts = np.maximum(length, 0)
    total = int(counts.sum())
    if data is None or not total:
        return
    # Which byte of its own text each byte is.
    inner = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    source = np.frombuffer(data, np.uint8)
    out[np.repeat(place, counts) + inner] = source[np.repeat(offsets[:-1], counts) + inner]


def _offsets(array: Cells) -> npt.NDArray[np.int64]:
    """Return where each text begins in the data, and where the last one ends."""
    buffer = array.buffers()[1]
    assert buffer is not None  # noqa: S101 - texts have offsets
    every: npt.NDArray[np.int32] = np.frombuffer(buffer, np.int32)
    return every[array.offset : array.offset + len(array) + 1].astype(np.int64)
