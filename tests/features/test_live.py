"""Laws of live features and of bars from trades, on random messages of a book and trades.

1. Each feature of the book equals its definition over a plain dictionary, at every whole message.
2. Bars of each frame equal those of a list of trades cut by time, volume or notional.
3. Features that mix the two (order flow, trade imbalance, Kyle's lambda) equal NumPy on the bars.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np
import pytest

from tests.kernel.builders import CASH_UNITS, market
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, sort_events
from traider.domain.timeframes import SECOND_NS
from traider.features import build_graph, parse
from traider.features.graph import Graph
from traider.kernel.codes import BookState
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec, StrategySpec, VenueSpec

pytestmark = pytest.mark.interpreted

START: Final = 1_704_067_200 * SECOND_NS
SECONDS: Final = 240
LIVE: Final = (
    "bid", "ask", "bid_size", "ask_size", "spread", "mid", "microprice", "imbalance(1)",
    "imbalance(3)", "ofi_total(1)", "ofi_total(3)", "signed_volume", "traded_volume",
)  # fmt: skip


@cache
def messages(seed: int, *, calm: bool = False) -> EventArray:
    """Return a snapshot, then a few messages a second of updates and trades, with silences.

    In a calm market the sides never meet.
    """
    random = np.random.default_rng(seed)
    rows: list[tuple[int, Kind, int, int, int, int]] = []
    for index in range(10):
        side = 1 if index % 2 else -1
        price = 1_000 - side * (1 + index // 2)
        rows.append((START, Kind.DEPTH_SNAPSHOT, side, price, 5 + index, index))
    middle = 1_000
    for second in range(1, SECONDS):
        if 60 <= second < 75 or random.random() < 0.2:
            continue  # nothing came
        now = START + second * SECOND_NS + int(random.integers(0, SECOND_NS // 2))
        middle += 0 if calm else int(random.integers(-2, 3))
        for _ in range(int(random.integers(1, 6))):
            side = 1 if random.random() < 0.5 else -1
            price = middle - side * int(random.integers(1 if calm else -1, 8))
            size = 0 if random.random() < 0.4 else int(random.integers(1, 60))
            rows.append((now, Kind.DEPTH_UPDATE, side, price, size, 0))
        if random.random() < 0.5:
            side = int(random.choice([-1, 1]))
            size = int(random.integers(1, 900))
            rows.append((now + 1_000, Kind.TRADE, side, middle, size, 0))
        if random.random() < 0.02 and not calm:
            rows.append((now + 2_000, Kind.DEPTH_CLEAR, int(random.choice([-1, 0, 1])), 0, 0, 0))
    events = empty_events(len(rows))
    for event, (ts, kind, side, price, size, index) in zip(events, rows, strict=True):
        event["ts_event"] = event["ts_recv"] = ts
        event["kind"], event["side"], event["price"], event["size"] = kind, side, price, size
        event["w3"] = index
    events["version"] = 1
    last = np.append(np.diff(events["ts_recv"]) != 0, np.True_)
    events["flags"] = np.where(last, MarketFlag.LAST_OF_MESSAGE, 0)
    return sort_events(events)


def machine(texts: Sequence[str]) -> tuple[DeciderMachine, Graph, list[int]]:
    expressions = [parse(text) for text in texts]
    graph = build_graph(expressions, "1s")
    spec = KernelSpec(
        markets=(market(book_window=16, far_levels=256, lot_size=Decimal("0.001")),),
        tape=graph.tape,
        alphas=(),
        strategy=StrategySpec(decision_ns=SECOND_NS, bars_from_trades=True),
        venue=VenueSpec(),
        cash_units=CASH_UNITS,
    )
    return DeciderMachine(spec), graph, [graph.slots[e] for e in expressions]


class PlainBook:
    """Sizes by rank (price of a bid, minus the price of an ask), and order flow by definition."""

    def __init__(self) -> None:
        self.sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.flow = {1: math.nan, 3: math.nan}
        self.before: dict[int, list[list[tuple[float, int]]]] = {}

    def take(self, event: np.void) -> None:
        s = 0 if event["side"] > 0 else 1
        if event["kind"] == Kind.DEPTH_CLEAR:
            for side in {0: (0, 1), 1: (0,), -1: (1,)}[int(event["side"])]:
                self.sides[side].clear()
            return
        rank = int(event["price"]) if s == 0 else -int(event["price"])
        self.sides[s].pop(rank, None)
        if event["size"]:
            self.sides[s][rank] = int(event["size"])

    def best(self, s: int, levels: int) -> list[tuple[float, int]]:
        found = sorted(self.sides[s].items(), reverse=True)[:levels]
        return [*found, *([(-math.inf, 0)] * (levels - len(found)))]

    def is_open(self) -> bool:
        bids, asks = self.sides
        return bool(bids and asks and max(bids) < -max(asks))

    def look(self) -> dict[str, float]:
        """Return every feature of the book after a whole message."""
        if not self.is_open():
            self.before.clear()
            found = dict.fromkeys(LIVE[:9], math.nan)
        else:
            (bid, bid_size), (ask, ask_size) = self.best(0, 1)[0], self.best(1, 1)[0]
            ask = -ask
            found = {"bid": bid, "ask": ask, "bid_size": bid_size, "ask_size": ask_size}
            found["spread"], found["mid"] = ask - bid, (bid + ask) / 2
            found["microprice"] = (bid * ask_size + ask * bid_size) / (bid_size + ask_size)
            for levels in (1, 3):
                bids, asks = (sum(size for _, size in self.best(s, levels)) for s in (0, 1))
                found[f"imbalance({levels})"] = (bids - asks) / (bids + asks)
                now = [self.best(s, levels) for s in (0, 1)]
                self._flow(levels, now)
                self.before[levels] = now
        return {**found, **{f"ofi_total({levels})": self.flow[levels] for levels in (1, 3)}}

    def _flow(self, levels: int, now: list[list[tuple[float, int]]]) -> None:
        if math.isnan(self.flow[levels]):
            self.flow[levels] = 0.0
        for s, side in enumerate(self.before.get(levels, [])):
            for (past, past_size), (rank, size) in zip(side, now[s], strict=True):
                part = (size if rank >= past else 0) - (past_size if rank <= past else 0)
                self.flow[levels] += part if s == 0 else -part


@pytest.mark.parametrize("seed", range(4))
def test_features_of_the_book_equal_their_definitions(seed: int) -> None:
    decider, _, slots = machine(LIVE)
    plain = PlainBook()
    signed, traded = math.nan, math.nan
    expected = dict.fromkeys(LIVE, math.nan)
    events = messages(seed)
    for index, event in enumerate(events):
        decider.step(events, index)
        if event["kind"] == Kind.TRADE:
            signed = (0.0 if math.isnan(signed) else signed) + event["side"] * event["size"]
            traded = (0.0 if math.isnan(traded) else traded) + event["size"]
        else:
            plain.take(event)
            if event["flags"] & MarketFlag.LAST_OF_MESSAGE:
                expected.update(plain.look())
                is_open = decider.decider.markets[0]["book_state"] == BookState.OPEN
                assert is_open == plain.is_open()
        expected["signed_volume"], expected["traded_volume"] = signed, traded
        found = decider.decider.values[0, slots].tolist()
        assert found == pytest.approx(list(expected.values()), nan_ok=True, rel=1e-12), event
    assert traded > 0
    assert decider.decider.markets[0]["crossed"] > 0


def of_trades(events: EventArray, length_s: int) -> dict[int, list[np.void]]:
    """Return the trades of each bar of ``length_s`` seconds, by its opening time in seconds."""
    found: dict[int, list[np.void]] = {}
    for event in events[events["kind"] == Kind.TRADE]:
        second = int(event["ts_recv"]) // SECOND_NS
        found.setdefault(second - second % length_s, []).append(event)
    return found


def closings(texts: Sequence[str], events: EventArray, second: int) -> list[float]:
    """Return the features after a timer at ``second`` seconds."""
    decider, _, slots = machine(texts)
    until = START + second * SECOND_NS
    for index in range(int(np.searchsorted(events["ts_recv"], until, "right"))):
        decider.step(events, index)
    timer = empty_events(1)
    timer["kind"], timer["ts_event"], timer["ts_recv"] = Kind.TIMER, until, until
    decider.step(timer, 0)
    return [float(value) for value in decider.decider.values[0, slots]]


@pytest.mark.parametrize("length", ["5s", "15s", "1m"])
def test_bars_from_trades_hold_the_trades_of_their_time(length: str) -> None:
    seconds = {"5s": 5, "15s": 15, "1m": 60}[length]
    events = messages(1)
    bars = of_trades(events, seconds)
    columns = ("open", "high", "low", "close", "volume", "gap", "time")
    begin = START // SECOND_NS
    checked = 0
    for end in range(seconds, SECONDS, seconds):
        found = closings([f"{name}@{length}" for name in columns], events, end)
        before = [start for start in sorted(bars) if start < begin + end]
        if not before:
            assert math.isnan(found[0])
            continue
        trades = bars[before[-1]]
        prices = [int(trade["price"]) for trade in trades]
        gap = (before[-1] - before[-2]) // seconds - 1 if len(before) > 1 else 0
        volume = sum(int(trade["size"]) for trade in trades)
        wanted = [prices[0], max(prices), min(prices), prices[-1], volume, gap, before[-1]]
        assert found == wanted
        checked += 1
    assert checked > 2


@pytest.mark.parametrize(("frame", "threshold"), [("2base", 2_000.0), ("30quote", 3e6)])
def test_bars_of_volume_and_notional_close_with_the_trade_that_fills_them(
    frame: str, threshold: float
) -> None:
    events = messages(2)
    bars: list[list[np.void]] = [[]]
    filled = 0.0
    for trade in events[events["kind"] == Kind.TRADE]:
        bars[-1].append(trade)
        filled += float(trade["size"]) * (1.0 if "base" in frame else float(trade["price"]))
        if filled >= threshold:
            bars.append([])
            filled = 0.0
    last = bars[-2]
    names = [f"{name}@{frame}" for name in ("open", "high", "low", "close", "volume", "gap")]
    found = closings(names, events, SECONDS)
    prices = [int(trade["price"]) for trade in last]
    volume = sum(int(trade["size"]) for trade in last)
    assert len(bars) > 4
    assert found == [prices[0], max(prices), min(prices), prices[-1], volume, 0]


def test_flow_over_bars_equals_numpy() -> None:
    events = messages(3, calm=True)
    decider, _, slots = machine([*LIVE, "ofi(3, 2)", "trade_imbalance(3)", "kyle_lambda(5)"])
    at_close: list[list[float]] = []
    found: list[list[float]] = []
    timer = empty_events(1)
    timer["kind"] = Kind.TIMER
    place = 0
    bars = 0
    for second in range(1, SECONDS):
        now = START + second * SECOND_NS
        while place < len(events) and events[place]["ts_recv"] <= now:
            decider.step(events, place)
            place += 1
        before = int(decider.decider.aggregates[0, 0]["end_ns"])
        timer["ts_event"] = timer["ts_recv"] = now
        decider.step(timer, 0)
        if int(decider.decider.aggregates[0, 0]["end_ns"]) != before:
            bars += 1
            row = decider.decider.values[0, slots].tolist()
            at_close.append(row[: len(LIVE)])
            found.append(row[len(LIVE) :])
    table = np.array(at_close)
    column = {name: table[:, place] for place, name in enumerate(LIVE)}
    flow = column["ofi_total(3)"]
    signed, traded = column["signed_volume"], column["traded_volume"]
    assert bars > 50
    for n in range(8, bars):
        assert found[n][0] == flow[n] - flow[n - 2]
        change = traded[n] - traded[n - 3]
        assert found[n][1] == pytest.approx((signed[n] - signed[n - 3]) / change)
    checked = 0
    for n in range(8, bars):
        if np.isnan(column["mid"][n - 6 : n + 1]).any():
            continue
        moves, flows = np.diff(column["mid"][n - 5 : n + 1]), np.diff(signed[n - 5 : n + 1])
        slope = np.cov(flows, moves, ddof=0)[0, 1] / np.var(flows)
        assert found[n][2] == pytest.approx(slope, rel=1e-9)
        checked += 1
    assert checked > 20


def test_a_gap_empties_the_book_and_a_snapshot_makes_it_whole() -> None:
    events = messages(0)
    decider, _, slots = machine(["mid"])
    for index in range(len(events)):
        decider.step(events, index)
    gap = empty_events(1)
    gap["kind"], gap["ts_recv"] = Kind.GAP, events["ts_recv"][-1] + 1
    decider.step(gap, 0)
    state = decider.decider.markets[0]
    assert (state["unhealthy"], state["gaps"], state["book_state"]) == (1, 1, BookState.EMPTY)
    gap["kind"] = Kind.RESYNC
    decider.step(gap, 0)
    assert state["unhealthy"] == 1
    snapshot = events[events["kind"] == Kind.DEPTH_SNAPSHOT].copy()
    snapshot["ts_recv"] = gap["ts_recv"]
    for index in range(len(snapshot)):
        decider.step(snapshot, index)
    assert state["unhealthy"] == 0
    assert decider.decider.values[0, slots[0]] == 1_000.0
