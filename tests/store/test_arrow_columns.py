from typing import Any

import pyarrow as pa
import pytest

from traider.store.arrow_columns import cell_texts, column_of, empty_cells, texts_of


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pa.array(["a", "", None]), ["a", "", ""]),
        (pa.array([1.5, None]), ["1.5", ""]),
        (pa.array([1_735_689_600_000], pa.timestamp("ms")), ["2025-01-01 00:00:00.000"]),
        # The year 56971: there is no text for it, and the number says more.
        (pa.array([1_735_689_600_000_000, None], pa.timestamp("ms")), ["1735689600000000", ""]),
        (pa.array([[1, 2], None]), ["[1, 2]", ""]),
    ],
)
def test_cells_are_told_as_a_person_would_read_them(cells: Any, texts: list[str]) -> None:
    assert cell_texts(cells) == texts


def test_categories_and_chunks_become_one_plain_column() -> None:
    chunks = pa.chunked_array([["a", "b"], ["a"]]).dictionary_encode()
    column = column_of(pa.table({"x": chunks}), "x")
    assert column.type == pa.string()
    assert column.to_pylist() == ["a", "b", "a"]
    assert texts_of(pa.array(["a", "", None])).to_pylist() == ["a", None, None]


def test_empty_cells_are_null_nan_and_blank() -> None:
    assert empty_cells(pa.array(["a", " ", "", None])).tolist() == [False, True, True, True]
    assert empty_cells(pa.array([1.0, float("nan"), None])).tolist() == [False, True, True]
    assert empty_cells(pa.array([1, None])).tolist() == [False, True]
