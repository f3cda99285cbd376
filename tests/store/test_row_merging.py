"""New rows against old ones, beside a comparison row by row in plain Python."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.contract.rows import DAY, rows_at
from traider.store.kinds import Content, DataKind
from traider.store.row_merging import compare_rows, ordered_rows

EVENTS = DataKind(Content.QUOTES)
TRADES = DataKind(Content.TRADES)
BARS = DataKind(Content.BARS, "1m")

some = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 1)),
    max_size=12,
    unique_by=lambda row: row[:2],
).map(sorted)


def table(kind: DataKind, rows: list[tuple[int, int, int]]) -> pa.Table:
    """Return rows of an instant, a number within it, and a value."""
    ts = np.array([DAY + at for at, _, _ in rows], np.int64)
    if kind is EVENTS:
        said: dict[str, Any] = {"seq": [n for _, n, _ in rows], "bid": [v for *_, v in rows]}
    else:
        said = {"id": [str(n) for _, n, _ in rows], "price": [float(v) for *_, v in rows]}
    return rows_at(kind, ts, **said).replace_schema_metadata(None)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([EVENTS, TRADES]), some, some)
def test_rows_are_fresh_known_or_contradicted(
    kind: DataKind, old: list[tuple[int, int, int]], new: list[tuple[int, int, int]]
) -> None:
    held = {row[:2]: row[2] for row in old}
    # Other columns follow from the instant alone, so the value decides.
    found = compare_rows(kind.content, table(kind, old), table(kind, new))
    assert found.fresh.tolist() == [k for k, row in enumerate(new) if row[:2] not in held]
    known = [k for k, row in enumerate(new) if held.get(row[:2]) == row[2]]
    assert found.known.tolist() == known
    assert len(found.fresh) + len(found.known) + len(found.conflicts) == len(new)


@settings(deadline=None, max_examples=40)
@given(some, st.integers(0, 12))
def test_rows_come_in_order_of_identity(rows: list[tuple[int, int, int]], cut: int) -> None:
    whole = table(EVENTS, rows)
    turned = [whole.slice(cut), whole.slice(0, cut)]
    assert ordered_rows(Content.QUOTES, turned).equals(whole)


def test_not_a_number_is_equal_to_itself_and_to_nothing_else() -> None:
    ts = DAY + np.arange(4, dtype=np.int64)
    old = rows_at(BARS, ts, volume=[np.nan, np.nan, 1.0, 0.0])
    new = rows_at(BARS, ts, volume=[np.nan, 1.0, np.nan, -0.0])
    found = compare_rows(Content.BARS, old, new)
    assert found.known.tolist() == [0, 3]
    assert found.conflicts.tolist() == [1, 2]
