"""Random but lawful streams of depth and trades, with a person's orders and every venue model."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.kernel.book_markets import book_stream, trade_stream
from tests.kernel.builders import START_NS, ensemble, market, record
from tests.property.event_streams import (
    FEE_CURRENCIES,
    Case,
    brackets,
    margin_tiers,
    orders,
    pairs,
    with_cancels,
    working,
)
from traider.domain.events import EventArray, Kind, join_events, sort_events
from traider.domain.timeframes import SECOND_NS
from traider.kernel.codes import QueueModel, Sizing

REACH = 12
"""Ticks from the middle that a person's prices lie."""


@st.composite
def actions(draw: st.DrawFn, seconds: int, instruments: int) -> EventArray:
    """Draw what a person or the venue does at any time."""
    ts_ns = START_NS + draw(st.integers(0, seconds * 20)) * SECOND_NS // 20
    instrument = draw(st.integers(0, instruments - 1))
    choice = draw(st.integers(0, 9))
    if choice <= 4:
        return draw(orders(ts_ns, instrument, REACH))
    if choice <= 6:
        return draw(brackets(ts_ns, instrument, REACH))
    if choice <= 7:
        return draw(pairs(ts_ns, instrument, REACH))
    if choice == 8:
        rate, mark = draw(st.integers(-(10**9), 10**9)), draw(st.sampled_from([0, 10_050_000_000]))
        return record(Kind.FUNDING, ts_ns, instrument, w0=rate, w1=mark, w4=1)
    mark = (10_000 + draw(st.integers(-40, 40))) * 10**6
    return record(Kind.MARK, ts_ns, instrument, w0=mark)


@st.composite
def book_cases(draw: st.DrawFn, most_steps: int = 150, *, can_short: bool | None = None) -> Case:
    """Draw a kernel and a stream for it; ``can_short`` False draws spot instruments only."""
    instruments = draw(st.integers(1, 2))
    shorts = draw(st.booleans()) if can_short is None else can_short
    markets = [
        market(
            f"M{k}",
            can_short=shorts,
            lot_step=draw(st.sampled_from([1, 10])),
            min_lots=draw(st.sampled_from([1, 20])),
            maker_fee_e8=draw(st.sampled_from([-5_000, 0, 40_000])),
            margin_tiers=draw(margin_tiers) if shorts else (),
            liquidation_fee_e8=500_000,
            book_window=draw(st.sampled_from([16, 64])),
            far_levels=64,
        )
        for k in range(instruments)
    ]
    spec = ensemble(
        markets,
        ("15s", "1m", "5m"),
        strategy={
            "sizing": draw(st.sampled_from(Sizing)),
            **draw(working()),
            "dead_band": 0.0,
            "allow_short": shorts,
            "bars_from_trades": True,
        },
        venue={
            "latency_ns": draw(st.sampled_from([0, 50_000_000, 3 * SECOND_NS])),
            "latencies_ns": draw(st.sampled_from([(), (1, 10**8, SECOND_NS)])),
            "seed": draw(st.integers(0, 3)),
            "queue": draw(st.sampled_from(QueueModel)),
            "touch_fills": draw(st.booleans()),
            "impact": draw(st.sampled_from([0.0, 1.0])),
        },
    )
    steps = draw(st.integers(2, most_steps))
    parts = [
        draw(st.sampled_from([book_stream, book_stream, trade_stream]))(
            draw(st.integers(0, 2**32)), steps, k, lot_step=markets[k].lot_step
        )
        for k in range(instruments)
    ]
    seconds = int(steps * 0.4) + 2
    least = draw(st.sampled_from([0, 15]))
    parts += draw(st.lists(actions(seconds, instruments), min_size=least, max_size=40))
    spec = replace(spec, limits={}, fees=draw(st.sampled_from(FEE_CURRENCIES)))
    return with_cancels(draw, spec, sort_events(join_events(parts)), SECOND_NS)
