"""What became of every order: each ends in one way, and the ways sum to the orders wanted.

1. sent = filled + partly + cancelled + expired + rejected + open, in scenarios of all kinds.
2. What is joined does not depend on the chunks.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.scenario import (
    HOUR,
    LATENCY,
    PERPETUAL,
    PLAIN_VENUE,
    SPOT,
    START,
    Journal,
    Order,
    bars,
    bracket,
    buy,
    cancel,
    opening,
    play,
    record,
    sell,
    spec_of,
)
from traider.backtest.execution import order_counts, unfilled_fractions
from traider.backtest.order_lives import OrderJournal, OrderLives, Outcome, count_names
from traider.domain.events import EventArray, Kind, OrderFlag, join_events
from traider.domain.orders import TimeInForce
from traider.kernel.codes import Limit, Reject, Verdict

ROWS = [(100, 110, 90, 100)] * 6


def lives_of(journal: Journal) -> OrderLives:
    kept = OrderJournal()
    kept.add(journal.events)
    return kept.lives()


def outcomes(*orders: Order | EventArray | tuple[Order, ...], spot: bool = False) -> list[Outcome]:
    market = SPOT if spot else PERPETUAL
    lives = lives_of(play(spec_of(market, cash=10_000), bars(*ROWS), *orders))
    return [Outcome(code) for code in lives.outcome.tolist()]


def test_each_order_ends_in_its_own_way() -> None:
    flags = int(OrderFlag.POST_ONLY)
    assert outcomes(buy(1, 10)) == [Outcome.FILLED]
    assert outcomes(buy(1, 500), spot=True) == [Outcome.PARTLY]
    assert outcomes(buy(1, 1, price=50)) == [Outcome.OPEN]
    assert outcomes(buy(1, 1, price=50, force=TimeInForce.IOC)) == [Outcome.CANCELLED]
    assert outcomes(buy(1, 1, price=120, flags=flags)) == [Outcome.REJECTED]
    expiring = buy(1, 1, price=50, force=TimeInForce.GTD, expire=opening(3))
    assert outcomes(expiring) == [Outcome.EXPIRED]
    assert outcomes(buy(1, -3)) == [Outcome.REFUSED]
    assert outcomes(bracket(buy(1, 2), stop=50, target=105)) == [
        Outcome.FILLED,
        Outcome.CANCELLED,
        Outcome.FILLED,
    ]


def test_a_request_to_cancel_is_no_order_but_ends_one() -> None:
    first = play(spec_of(), bars(*ROWS), buy(1, 3, price=50))
    order_id = first.order_ids[0]
    lives = lives_of(play(spec_of(), bars(*ROWS), buy(1, 3, price=50), cancel(3, order_id)))
    assert len(lives) == 1
    assert lives.outcome.tolist() == [Outcome.CANCELLED]
    assert lives.end_code.tolist() == [Reject.BY_REQUEST]
    assert lives.ended_ns.tolist() == [opening(3) + LATENCY]
    late = lives_of(play(spec_of(), bars(*ROWS), buy(1, 3), cancel(3, order_id)))
    assert late.outcome.tolist() == [Outcome.FILLED]
    assert late.end_kind.tolist() == [0]


def test_fills_are_summed_and_averaged() -> None:
    venue = PLAIN_VENUE.__class__(LATENCY, half_spread=0.0, impact=0.0, participation=0.5)
    rows = [(100, 110, 90, 100, 8)] * 6
    lives = lives_of(play(spec_of(venue=venue), bars(*rows), buy(1, 10, price=95)))
    assert lives.outcome.tolist() == [Outcome.FILLED]
    assert lives.filled_lots.tolist() == lives.maker_lots.tolist() == [10]
    assert lives.filled_ticks.tolist() == [95.0]
    # Four lots a bar: at the closes of bars 1, 2 and 3.
    assert lives.first_fill_ns.tolist() == [opening(2)]
    assert lives.last_fill_ns.tolist() == [opening(4)]


def test_a_refusal_keeps_check_number_and_limit() -> None:
    limits = {Limit.MAX_ORDER_SIZE: 5.0}
    lives = lives_of(play(spec_of(limits=limits), bars(*ROWS), buy(1, 9), buy(2, 5)))
    assert lives.code.tolist() == [Verdict.MAX_SIZE, Verdict.APPROVED]
    assert (lives.number[0], lives.limit[0]) == (9.0, 5.0)
    assert lives.sent.tolist() == [False, True]
    assert np.isnan(lives.filled_ticks[0])
    counts = order_counts(lives)
    assert (counts.sent, counts.refused, counts.refusals) == (1, 1, {"max_size": 1})


@st.composite
def scripted(draw: st.DrawFn) -> Order:
    side = draw(st.sampled_from([buy, sell]))
    terms = draw(
        st.sampled_from(
            [
                {},
                {"price": 95},
                {"price": 105},
                {"price": 50},
                {"price": 101, "flags": int(OrderFlag.POST_ONLY)},
                {"price": 97, "force": TimeInForce.IOC},
                {"price": 94, "force": TimeInForce.GTD, "expire": opening(4)},
                {"trigger": 108},
                {"flags": int(OrderFlag.REDUCE_ONLY)},
            ]
        )
    )
    return side(draw(st.integers(0, 4)), draw(st.integers(-1, 300)), **terms)


@settings(max_examples=40, deadline=None)
@given(st.lists(scripted(), max_size=12), st.lists(st.integers(0, 20), max_size=6))
def test_outcomes_sum_to_the_orders_wanted(orders: list[Order], cuts: list[int]) -> None:
    """Laws 1 and 2."""
    rows = [(100, 110, 90, 100, 200)] * 6
    journal = play(spec_of(SPOT, cash=20_000), bars(*rows), *orders)
    lives = lives_of(journal)
    counts = order_counts(lives)
    ended = counts.filled + counts.partly + counts.cancelled + counts.expired + counts.rejected
    assert counts.sent == ended + counts.open
    assert counts.sent + counts.refused == len(orders) == len(lives)
    assert sum(counts.refusals.values()) == counts.refused
    fractions = unfilled_fractions(lives)
    assert ((fractions == 0.0) == (lives.outcome == Outcome.FILLED))[lives.sent].all()
    assert int(lives.filled_lots.sum()) == sum(lots for _, lots, _ in journal.fills)
    pieces = OrderJournal()
    place = 0
    for cut in [*cuts, len(journal.events)]:
        pieces.add(journal.events[place : place + cut])
        place += cut
    for name in ("outcome", "filled_lots", "last_fill_ns", "code", "end_code"):
        assert getattr(pieces.lives(), name).tolist() == getattr(lives, name).tolist()


def test_approved_verdicts_may_be_left_out() -> None:
    journal = play(spec_of(), bars(*ROWS), buy(1, 9), buy(2, -1))
    short = OrderJournal(every_verdict=False)
    short.add(journal.events)
    assert len(short.of("verdicts")) == 1
    assert short.lives().outcome.tolist() == lives_of(journal).outcome.tolist()


def test_a_run_without_orders_has_no_lives() -> None:
    assert len(OrderJournal().lives()) == 0
    fills = record(Kind.FILL, START, order_id=7, size=1, price=1)
    kept = OrderJournal()
    kept.add(join_events([fills, record(Kind.EXPIRED, START + HOUR, order_id=7)]))
    assert len(kept.lives()) == 0


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], {}), ([3, 3, 2], {"would_take": 2, "insufficient_funds": 1})],
)
def test_codes_are_counted_by_name(codes: list[int], expected: dict[str, int]) -> None:
    assert count_names(np.array(codes, np.int64), Reject) == expected
