"""Laws of trades in order.

1. Each id is there once, the first row of it; rows are by time, then by number.
2. Ids that are numbers and ids that are any text come out in the same order of time.
"""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from traider.feed.download.trade_rows import SCHEMA, sorted_trades

rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12), st.integers(1, 3)), max_size=30)


def table(trades: list[tuple[int, int, int]], prefix: str = "") -> pa.Table:
    columns = {
        "ts": [ts for ts, _, _ in trades],
        "price": [float(price) for _, _, price in trades],
        "size": [1.0] * len(trades),
        "side": [1] * len(trades),
        "id": [f"{prefix}{number}" for _, number, _ in trades],
    }
    return pa.table(columns, schema=SCHEMA)


@given(rows)
def test_each_id_is_kept_once_in_order(trades: list[tuple[int, int, int]]) -> None:
    found, differing = sorted_trades(table(trades))
    first: dict[int, tuple[int, int, int]] = {}
    other = 0
    for trade in trades:
        other += first.setdefault(trade[1], trade) != trade
    wanted = sorted(first.values(), key=lambda trade: trade[:2])
    assert list(zip(found["ts"].to_pylist(), found["id"].to_pylist(), strict=True)) == [
        (ts, str(number)) for ts, number, _ in wanted
    ]
    assert differing == other


@given(rows)
def test_ids_of_any_text_are_kept_once_too(trades: list[tuple[int, int, int]]) -> None:
    found, differing = sorted_trades(table(trades, "x-"))
    plain, same = sorted_trades(table(trades))
    assert found["ts"].to_pylist() == plain["ts"].to_pylist()
    assert {str(text).removeprefix("x-") for text in found["id"].to_pylist()} == set(
        plain["id"].to_pylist()
    )
    assert differing == same


def test_trades_without_an_id_all_stay() -> None:
    nameless = table([(3, 0, 1), (3, 0, 1), (1, 0, 2)])
    nameless = nameless.set_column(4, "id", pa.array([None] * 3, pa.string()))
    found, differing = sorted_trades(nameless)
    assert (found["ts"].to_pylist(), differing) == ([1, 3, 3], 0)
