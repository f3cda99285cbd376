"""Circuit breakers in a back-test of a real crash.

1. On 2021-05-19 a position in Bitcoin meets its fall by a third: the jump, then the tiers of
   drawdown trip in the order of their bounds, each told with the number and the bound.
2. What would open is refused from then on by the breaker that is open, and what closes is filled.
3. The run is the same however its bars are cut, and its replay makes the same events.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.kernel.builders import CASH_UNITS, finish, market, record, run_chunks
from traider.backtest.bar_files import LOT_SIZE, scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.domain.events import EventArray, Kind, join_events, sort_events
from traider.domain.orders import OrderType
from traider.features import build_graph
from traider.kernel.breaker_records import Action, Breaker, BreakerSpec
from traider.kernel.codes import Verdict
from traider.kernel.live_machine import Replayer
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec, StrategySpec, VenueSpec

FILE = "ohlcv/BINANCE-BTC-USDT-5m.parquet"
DAY_NS = 86_400_000_000_000
FIRST_NS = 1_621_296_000 * 10**9
"""2021-05-18."""
MINUTE_NS = 60_000_000_000
TIERS = (
    BreakerSpec(Breaker.DRAWDOWN_REDUCE, Action.REDUCE, 0.05),
    BreakerSpec(Breaker.DRAWDOWN_CLOSE, Action.CLOSE_ONLY, 0.10),
    BreakerSpec(Breaker.DRAWDOWN_HALT, Action.HALT, 0.15),
    BreakerSpec(
        Breaker.PRICE_JUMP, Action.ALERT, 0.08,
        window_ns=60 * MINUTE_NS, cooldown_ns=60 * MINUTE_NS,
    ),
)  # fmt: skip


@cache
def crash(path: Path) -> tuple[KernelSpec, EventArray]:
    """Return a run of three days: half of the money goes in at the start, a little each hour."""
    file = scan_bar_file(path, FIRST_NS, FIRST_NS + 3 * DAY_NS)
    bars = join_events(list(event_chunks([file], FIRST_NS, FIRST_NS + 3 * DAY_NS)))
    spec = KernelSpec(
        markets=(market(file.instrument, tick_size=file.tick_size, lot_size=LOT_SIZE),),
        tape=build_graph([], "5m").tape,
        alphas=(),
        strategy=StrategySpec(decision_ns=30 * DAY_NS),  # people decide, not the strategy
        venue=VenueSpec(),
        cash_units=CASH_UNITS,
        breakers=TIERS,
    )
    orders = [bought(FIRST_NS + 7 * MINUTE_NS, 11_000_000)]
    orders += [
        bought(FIRST_NS + hour * 60 * MINUTE_NS + 7 * MINUTE_NS, 20_000) for hour in range(2, 70)
    ]
    orders.append(sold(FIRST_NS + 71 * 60 * MINUTE_NS, 11_000_000))
    return spec, sort_events(join_events([bars, *orders]))


def bought(ts_ns: int, lots: int) -> EventArray:
    return record(Kind.MANUAL_ORDER, ts_ns, flags=OrderType.MARKET, side=1, size=lots)


def sold(ts_ns: int, lots: int) -> EventArray:
    return record(Kind.MANUAL_ORDER, ts_ns, flags=OrderType.MARKET, side=-1, size=lots)


@pytest.fixture
def run(reference_data: Path) -> tuple[KernelSpec, EventArray]:
    return crash(reference_data / FILE)


def test_law_1_the_breakers_trip_one_after_the_other(run: tuple[KernelSpec, EventArray]) -> None:
    spec, events = run
    journal = finish(spec, events).journal
    told = journal[(journal["kind"] == Kind.BREAKER) & (journal["flags"] >> 4 & 15 == 1)]
    tiers = told[told["code"] != Breaker.PRICE_JUMP]
    assert tiers["code"].tolist() == [
        Breaker.DRAWDOWN_REDUCE,
        Breaker.DRAWDOWN_CLOSE,
        Breaker.DRAWDOWN_HALT,
    ]
    assert (tiers["number"] >= tiers["limit"]).all()
    assert (tiers["number"] < tiers["limit"] + 0.05).all()
    jumps = told[told["code"] == Breaker.PRICE_JUMP]
    crash_day = (jumps["ts_recv"] - FIRST_NS) // DAY_NS
    assert len(jumps)
    assert set(crash_day.tolist()) == {1}
    assert (tiers["ts_recv"] - FIRST_NS)[-1] // DAY_NS == 1


def test_law_2_nothing_is_opened_from_then_on(run: tuple[KernelSpec, EventArray]) -> None:
    spec, events = run
    journal = finish(spec, events).journal
    closing = (journal["kind"] == Kind.BREAKER) & (journal["code"] == Breaker.DRAWDOWN_CLOSE)
    after = journal[np.flatnonzero(closing)[0] :]
    verdicts = after[(after["kind"] == Kind.VERDICT) & (after["side"] > 0)]
    assert set(verdicts["code"].tolist()) == {Verdict.BREAKER_DRAWDOWN_CLOSE}
    fills = after[after["kind"] == Kind.FILL]
    assert set(fills["side"].tolist()) == {-1}


def test_law_3_the_same_however_it_is_run(run: tuple[KernelSpec, EventArray]) -> None:
    spec, events = run
    whole = finish(spec, events)
    pieces = [events[place : place + 97] for place in range(0, len(events), 97)]
    cut = run_chunks(Machine(spec, journal_all=True), pieces)
    assert cut.journal.tobytes() == whole.journal.tobytes()
    replayer = Replayer(spec, simulates=True)
    replayer.take(whole.journal)
    assert replayer.mismatch is None
    assert replayer.compared > 0.99 * len(whole.journal)
