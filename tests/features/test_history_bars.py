"""Bars of history before live trades: features are what they would be if all trades had come.

For random trades with silences and any instant of the change over, at every decision after it:
the values of every frame of time and of every feature of bars, bit for bit.
"""

from decimal import Decimal

import numpy as np
import pytest

from tests.kernel.builders import CASH_UNITS, market, record
from traider.domain.events import EventArray, Kind, empty_events, join_events, sort_events
from traider.domain.timeframes import SECOND_NS
from traider.features import build_graph, parse
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec, StrategySpec, VenueSpec
from traider.runtime.warm_up import HistoryBars, HistoryTerms, history_events

pytestmark = pytest.mark.interpreted

START = 1_704_067_200 * SECOND_NS
MINUTE = 60 * SECOND_NS
MINUTES = 60
TEXTS = (
    "close", "volume", "sma(close, 5)", "ewm_vol(close, 8)", "atr(6)", "close@5m", "high@5m",
    "sma(close, 3)@5m", "ewm_vol(close, 4)@15m", "volume@15m", "gap", "gap@5m",
)  # fmt: skip


def trades(seed: int) -> EventArray:
    """Return trades of an hour, two to a minute, with a minute in eight and ten in a row silent."""
    random = np.random.default_rng(seed)
    minutes = np.array([
        minute for minute in range(MINUTES)
        if not (20 <= minute < 30) and random.random() > 0.125 and minute not in (44, 45)
    ])  # fmt: skip
    times = START + np.repeat(minutes, 2) * MINUTE
    times += np.sort(random.integers(1, 59, (len(minutes), 2)), axis=1).ravel() * SECOND_NS
    events = empty_events(len(times))
    events["kind"], events["version"], events["side"] = Kind.TRADE, 1, 1
    events["ts_event"] = events["ts_recv"] = times
    events["price"] = 10_000 + np.cumsum(random.integers(-9, 10, len(times)))
    events["size"] = random.integers(1, 500, len(times))
    return events


def bars_of(events: EventArray, until_ns: int) -> HistoryBars:
    """Return the minutes of trades that ended by a time."""
    rows = []
    starts = events["ts_recv"] // MINUTE * MINUTE
    for start in np.unique(starts[starts + MINUTE <= until_ns]):
        of_bar = events[starts == start]
        price = of_bar["price"]
        rows.append((start, price[0], price.max(), price.min(), price[-1], of_bar["size"].sum()))
    return HistoryBars(*np.array(rows, np.int64).reshape(-1, 6).T)


def values_after(events: EventArray, since_ns: int) -> list[list[float]]:
    """Return all values at each decision after a time."""
    graph = build_graph([parse(text) for text in TEXTS], "1m")
    spec = KernelSpec(
        markets=(market(book_window=16, far_levels=64, lot_size=Decimal("0.001")),),
        tape=graph.tape,
        alphas=(),
        strategy=StrategySpec(decision_ns=15 * SECOND_NS, bars_from_trades=True),
        venue=VenueSpec(),
        cash_units=CASH_UNITS,
    )
    machine = DeciderMachine(spec)
    timers = empty_events(MINUTES * 4 + 8)
    timers["kind"], timers["version"] = Kind.TIMER, 1
    timers["ts_event"] = START + np.arange(1, len(timers) + 1) * 15 * SECOND_NS
    timers["ts_recv"] = timers["ts_event"]
    whole = sort_events(join_events([events, timers]))
    found = []
    for place in range(len(whole)):
        machine.step(whole, place)
        if whole[place]["kind"] == Kind.TIMER and whole[place]["ts_recv"] > since_ns:
            found.append(machine.decider.values[0].tolist())
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("minutes", [7, 24, 46, 50])
def test_features_do_not_tell_whether_bars_or_trades_came(seed: int, minutes: int) -> None:
    events, now_ns = trades(seed), START + minutes * MINUTE
    terms = HistoryTerms("1m", 60, now_ns)
    history = history_events((bars_of(events, now_ns),), terms)
    assert [int(kind) for kind in history["kind"][[0, -1]]] == [
        Kind.WARMUP_BEGIN,
        Kind.WARMUP_END,
    ]
    live = events[events["ts_recv"] >= now_ns]
    np.testing.assert_array_equal(
        values_after(join_events([history, live]), now_ns), values_after(events, now_ns)
    )


def test_no_history_is_no_event() -> None:
    nothing = HistoryBars(*np.empty((6, 0), np.int64))
    assert len(history_events((nothing, nothing), HistoryTerms("1m", 5, START))) == 0


def test_decisions_are_off_until_the_history_ends() -> None:
    now_ns = START + 10 * MINUTE + 5
    terms = HistoryTerms("1m", 3, now_ns)
    assert (terms.begin_ns, terms.end_ns) == (START + 7 * MINUTE, START + 10 * MINUTE)
    bars = bars_of(trades(1), terms.end_ns)
    events = history_events((bars, bars), terms)
    assert events["ts_recv"][-1] == now_ns
    assert (np.diff(events["ts_recv"]) >= 0).all()
    assert events["w0"][-1] == len(events) - 2
    # Both instruments' bars of an instant follow each other.
    assert events["instrument"][1:5].tolist() == [0, 1, 0, 1]
    assert record(Kind.WARMUP_END, now_ns)["kind"][0] == events["kind"][-1]
