"""One span: history warms and never trades, the end is a cut, positions are closed at a cost.

1. Nothing is decided before the span; features at its first decisions are those of a run over
   everything.
2. Events after the span change nothing.
3. Closing out leaves nothing open, and the trades sum to the profit to the last unit.
"""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from tests.backtest.walk_forward.plans import WEEK_NS, events, spec, with_future
from tests.kernel.builders import HOUR_NS, START_NS, finish, record
from traider.backtest.span_run import (
    SpanRun,
    closed_trades,
    span_events,
    warm_up_ns,
)
from traider.backtest.stream import Span, Stream
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.units import amount_from_units, units_from_amount
from traider.features import build_graph, parse
from traider.kernel.codes import Sizing
from traider.kernel.specification import FeeCurrencySpec

SPAN = Span(START_NS + 6 * WEEK_NS, START_NS + 9 * WEEK_NS)


def never() -> bool:
    return False


@cache
def stream() -> Stream:
    return Stream(events())


def ran(
    given: EventArray | None = None, history_ns: int = 5 * WEEK_NS, **strategy: object
) -> SpanRun:
    run = SpanRun(spec(**strategy), SPAN)
    assert run.run(stream() if given is None else Stream(given), history_ns, never)
    return run


def test_history_is_marked_as_warm_up_and_keeps_the_total_order() -> None:
    chunks = list(span_events(stream(), SPAN, WEEK_NS))
    whole = join_events(chunks)
    kinds = whole["kind"].tolist()
    begin, end = kinds.index(Kind.WARMUP_BEGIN), kinds.index(Kind.WARMUP_END)
    assert begin == 0
    assert whole["ts_recv"][end] == SPAN.start_ns
    assert whole["w0"][end] == (whole["ts_recv"] <= SPAN.start_ns).sum() - 2
    assert np.all(np.diff(whole["ts_recv"]) >= 0)
    assert np.all(whole["ts_recv"][:end] < SPAN.start_ns)
    assert whole["ts_recv"][1] > SPAN.start_ns - WEEK_NS - 24 * HOUR_NS
    assert whole["ts_recv"][-1] == SPAN.end_ns


def test_without_history_the_span_begins_at_once() -> None:
    first = Span(START_NS, START_NS + WEEK_NS)
    kinds = join_events(list(span_events(stream(), first, WEEK_NS)))["kind"]
    assert not np.isin(kinds, [Kind.WARMUP_BEGIN, Kind.WARMUP_END]).any()


def test_nothing_is_decided_before_the_span() -> None:
    run = ran()
    fills = run.fills()
    assert len(fills) > 10
    assert fills["ts_recv"].min() > SPAN.start_ns
    samples = run.samples()
    assert samples["ts"][0] == SPAN.start_ns
    assert samples["nav"][0] == 10_000.0
    assert samples["ts"][-1] == SPAN.end_ns


def test_features_are_warm_at_the_start_as_if_everything_had_been_run() -> None:
    everything = finish(spec(), stream().within(0, SPAN.start_ns))
    warmed = SpanRun(spec(), Span(SPAN.start_ns, SPAN.start_ns + 1))
    assert warmed.run(stream(), warm_up_ns(spec()), never)
    expected = everything.machine.decider.values
    found = warmed.machine.decider.values
    assert not np.isnan(found).any()
    np.testing.assert_allclose(found, expected, rtol=2e-2, atol=1e-3)


def test_the_future_changes_nothing() -> None:
    changed = with_future(events(), SPAN.end_ns, seed=3)
    one, other = ran(), ran(changed)
    assert one.fingerprint.hexdigest() == other.fingerprint.hexdigest()
    assert one.closed_out().final_equity == other.closed_out().final_equity


def test_a_stopped_run_says_so() -> None:
    assert SpanRun(spec(), SPAN).run(stream(), WEEK_NS, lambda: True) is False


@pytest.mark.parametrize("fraction", [0.1, 0.4])
def test_closing_out_leaves_nothing_open_and_adds_up(fraction: float) -> None:
    run = ran(sizing=Sizing.FIXED, enter=0.05, exit=0.0, fraction=fraction)
    held = run.machine.decider.markets["position_lots"]
    assert held.any()
    done = run.closed_out()
    assert not any(trade.is_open for trade in done.trades)
    assert sum(trade.pnl for trade in done.trades) == done.final_equity - run.capital
    assert sum(trade.fees for trade in done.trades) == sum(fill.fee for fill in done.fills)
    assert done.samples["nav"][-1] == float(done.final_equity)
    assert done.samples["ts"][-1] == SPAN.end_ns


def test_closing_costs_fee_spread_and_impact() -> None:
    run = ran(sizing=Sizing.FIXED, enter=0.05, exit=0.0, fraction=0.4)
    closing = [fill for fill in run.closed_out().fills if fill.order_id == 0]
    held = {
        market.name: (int(row["position_lots"]), int(row["mark_ticks"]))
        for market, row in zip(run.machine.spec.markets, run.machine.decider.markets, strict=True)
        if row["position_lots"]
    }
    assert {fill.instrument for fill in closing} == set(held)
    for fill in closing:
        lots, ticks = held[fill.instrument]
        mark = ticks * Decimal("0.01")
        assert fill.side == (-1 if lots > 0 else 1)
        assert fill.quantity == abs(lots) * Decimal("0.001")
        half_spread = mark * Decimal("0.0001")
        assert fill.side * (fill.price - mark) >= half_spread
        assert fill.side * (fill.price - mark) < mark * Decimal("0.02")
        assert fill.fee == pytest.approx(fill.notional * Decimal("0.0006"), abs=Decimal("1e-7"))


@pytest.mark.parametrize("balance_units", [10**10, 1])
def test_closing_pays_from_the_fee_balance_where_it_lasts(balance_units: int) -> None:
    fees = FeeCurrencySpec("BNB", balance_units, 30_000_000_000, 25_000_000)
    wanted = spec(sizing=Sizing.FIXED, enter=0.05, exit=0.0, fraction=0.4)
    run = SpanRun(replace(wanted, fees=fees), SPAN)
    assert run.run(stream(), 5 * WEEK_NS, never)
    done = run.closed_out()
    closing = [fill for fill in done.fills if fill.order_id == 0]
    assert closing
    for fill in closing:
        full = fill.notional * Decimal("0.0006")
        if balance_units > 1:
            assert fill.fee_currency == "BNB"
            due = full * Decimal("0.75")
            assert fill.fee_taken == pytest.approx(due / 300, abs=Decimal("2e-8"))
            assert fill.fee == pytest.approx(due, abs=Decimal("1e-5"))
        else:
            assert (fill.fee_currency, fill.fee_taken) == ("", Decimal(0))
            assert fill.fee == pytest.approx(full, abs=Decimal("1e-7"))
    assert done.left.fees is not None
    left = int(run.machine.decider.account[0]["fee_balance"])
    taken = sum((fill.fee_taken for fill in closing), Decimal(0))
    assert done.left.fees.balance_units == left - units_from_amount(taken)
    assert sum(trade.pnl for trade in done.trades) == done.final_equity - run.capital
    assert run.capital == 10_000 + amount_from_units(fees.balance_value_units)


def test_nothing_held_costs_nothing_to_close() -> None:
    run = ran(enter=1.0, exit=1.0)
    done = run.closed_out()
    assert (done.fills, done.trades, done.final_equity) == ((), (), Decimal(10_000))


def test_closed_trades_are_those_of_the_books() -> None:
    run = ran()
    done = run.closed_out()
    closing = sum(fill.order_id == 0 for fill in done.fills)
    assert run.closed_trades() == len(done.trades) - closing
    assert closed_trades(run.fills()[:0], 2) == 0


def test_the_warm_up_is_twice_the_windows_of_every_frame_in_whole_days() -> None:
    graph = build_graph([parse("sma(close, 100)@4h"), parse("ema(close, 30)")], "1h")
    hours = 2 * ((100 + 1 + 1) * 4 + (30 + 1 + 1))
    needed = warm_up_ns(replace(spec(), tape=graph.tape))
    assert needed == -(-hours // 24) * 24 * HOUR_NS


def test_a_stream_knows_whether_it_holds_books() -> None:
    assert not stream().has_depth
    depth = join_events([stream().events[:10], record(Kind.DEPTH_UPDATE, SPAN.end_ns)])
    assert Stream(depth).has_depth
