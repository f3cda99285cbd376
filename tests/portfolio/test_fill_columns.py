"""Laws of booking in columns.

1. The books of fills booked together are those of the same fills booked one by one, to the unit:
   balances, positions, entries; however they are cut.
2. Every entry balances.
"""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.events import EventArray, FillFlag, Kind, empty_events
from traider.domain.fills import Fill
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.portfolio.fill_columns import FillColumns, FillGrid, fill_columns
from traider.portfolio.ledger import Ledger

GRIDS = (
    FillGrid("A", Decimal("0.01"), Decimal("0.001")),
    FillGrid("B", Decimal("0.5"), Decimal("1e-8"), Decimal("0.01"), "EUR"),
    FillGrid("C", Decimal(1), Decimal(1), Decimal(100)),
)
MARKS = {"A": Decimal("12.34"), "B": Decimal(50_000), "C": Decimal(7)}
RATES = {"EUR": Decimal("1.1"), "BNB": Decimal(600)}


@st.composite
def fill_events(draw: st.DrawFn) -> EventArray:
    """Draw FILL records; small sizes, so that positions close and flip."""
    count = draw(st.integers(0, 25))
    events = empty_events(count)
    events["kind"], events["version"] = Kind.FILL, 1
    events["ts_event"] = events["ts_recv"] = np.arange(count)
    for row in range(count):
        events["instrument"][row] = draw(st.integers(0, 2))
        events["side"][row] = draw(st.sampled_from([1, -1]))
        events["price"][row] = draw(st.integers(1, 10**6))
        events["size"][row] = draw(st.integers(1, 9))
        events["fee"][row] = draw(st.integers(-100, 10**6))
        events["flags"][row] = draw(st.sampled_from([0, int(FillFlag.FEE_IN_OTHER)]))
    return events


def _one_by_one(events: EventArray) -> Ledger:
    ledger = Ledger("USD", Decimal(1_000))
    for event in events:
        grid = GRIDS[event["instrument"]]
        taken = amount_from_units(int(event["fee"]))
        is_other = bool(event["flags"] & FillFlag.FEE_IN_OTHER)
        ledger.apply(
            Fill(
                grid.name,
                int(event["side"]),
                price_from_ticks(int(event["price"]), grid.tick_size),
                size_from_lots(int(event["size"]), grid.lot_size),
                Decimal(0) if is_other else taken,
                int(event["ts_recv"]),
                multiplier=grid.multiplier,
                currency=grid.currency,
                fee_currency="BNB" if is_other else "",
                fee_taken=taken if is_other else Decimal(0),
            )
        )
    return ledger


@given(fill_events(), st.lists(st.integers(0, 25), max_size=3))
def test_fills_booked_together_make_the_same_books(events: EventArray, cuts: list[int]) -> None:
    slow, quick = _one_by_one(events), Ledger("USD", Decimal(1_000))
    ends = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    for first, last in pairwise(ends):
        quick.apply_columns(fill_columns(events[first:last], GRIDS, "BNB"))
    assert quick.entries == slow.entries
    assert quick.positions == slow.positions
    assert quick.balances == dict.fromkeys(quick.balances, 0)
    assert all(sum(units for _, units in entry.postings) == 0 for entry in quick.entries)
    assert quick.valuation(MARKS, RATES) == slow.valuation(MARKS, RATES)
    for currency in ("USD", "EUR", "BNB"):
        assert quick.cash_in(currency) == slow.cash_in(currency)
        assert quick.fees_in(currency) == slow.fees_in(currency)


def _columns(side: int = 1, size: int = 1) -> FillColumns:
    return FillColumns(GRIDS, [0], [side], [100], [size], [0], [0])


@pytest.mark.parametrize(("side", "size"), [(1, 0), (0, 1), (2, 1)])
def test_a_fill_that_is_none_is_refused_and_books_nothing(side: int, size: int) -> None:
    ledger = Ledger("USD")
    with pytest.raises(DataError, match="on side"):
        ledger.apply_columns(_columns(side, size))
    assert (ledger.entries, ledger.positions) == ((), {})


def test_a_fee_of_another_currency_needs_its_name() -> None:
    events = empty_events(1)
    events["kind"], events["flags"] = Kind.FILL, FillFlag.FEE_IN_OTHER
    with pytest.raises(DataError, match="another currency"):
        fill_columns(events, GRIDS)


def test_what_is_held_must_lie_on_the_grid() -> None:
    ledger = Ledger("USD")
    ledger.apply(Fill("A", 1, Decimal(1), Decimal("0.0005"), Decimal(0), 0))
    with pytest.raises(DataError, match="no multiple"):
        ledger.apply_columns(_columns())
