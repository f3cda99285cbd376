"""The exact books of a run's journal.

Law: fills that follow each other are booked together, and the books are those of booking every
event by itself, whatever stands between.
"""

from decimal import Decimal
from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, empty_events
from traider.kernel.specification import MarketSpec
from traider.portfolio.ledger import Ledger
from traider.runtime.books.money_events import MoneyEvents

MARKETS: Final = (
    MarketSpec("A", Decimal("0.01"), Decimal("0.001"), 0, 0),
    MarketSpec("B", Decimal(1), Decimal(1), 0, 0, multiplier=Decimal(100)),
)
_DEPOSIT: Final = 1
_KINDS: Final = (Kind.FILL, Kind.FILL, Kind.FILL, Kind.TRANSFER, Kind.RECONCILE_ADJUSTMENT)


@st.composite
def money_events(draw: st.DrawFn) -> EventArray:
    """Draw events that move money; small sizes, so that positions close and flip."""
    events = empty_events(draw(st.integers(0, 20)))
    events["version"] = 1
    for place in range(len(events)):
        kind = draw(st.sampled_from(_KINDS))
        events["kind"][place], events["ts_recv"][place] = kind, place
        events["instrument"][place] = draw(st.integers(0, 1))
        if kind is Kind.FILL:
            events["side"][place] = draw(st.sampled_from([1, -1]))
            events["price"][place] = draw(st.integers(1, 10**6))
            events["size"][place] = draw(st.integers(1, 5))
            events["fee"][place] = draw(st.integers(-100, 10**6))
        elif kind is Kind.TRANSFER:
            events["w1"][place] = draw(st.integers(1, 10**9))
            events["w3"][place] = _DEPOSIT
        else:
            events["w1"][place] = draw(st.integers(-5, 5))
            events["w2"][place] = draw(st.integers(-(10**6), 10**6))
            events["w4"][place] = draw(st.integers(1, 10**6))
    return events


def money(events: EventArray) -> MoneyEvents:
    places = np.arange(len(events), dtype=np.int64)
    return MoneyEvents("USD", Decimal(1_000), MARKETS, None, events, places)


@given(money_events())
def test_booked_together_the_books_are_those_of_every_event_by_itself(events: EventArray) -> None:
    found, slow = money(events).ledger(), Ledger("USD", Decimal(1_000))
    for place in range(len(events)):
        money(events)._book(slow, place)
    assert found.entries == slow.entries
    assert found.positions == slow.positions
    assert found.cash_in("USD") == slow.cash_in("USD")
    assert found.fees_in("USD") == slow.fees_in("USD")
