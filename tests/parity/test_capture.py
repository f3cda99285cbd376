"""Laws of parity over a real capture: however it is fed, it gives what the back-test gives.

1. The back-test of a plan, and its events fed as they might come live, in pieces of any size down
   to one record and across a snapshot that another machine goes on from, give one fingerprint.
2. The decider alone, fed that run's journal, gives the same intents.
3. What features of bars read at each close is the same, however seldom the trader decides.
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.golden.runs import FOLDER
from tests.kernel.builders import cut, market
from tests.parity.replay import replay_decider
from traider.backtest.captures import load_capture
from traider.backtest.collecting import Fingerprint
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.run import run_plan
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.domain.timeframes import SECOND_NS
from traider.features import build_graph, parse
from traider.kernel.machine import Drained, Machine
from traider.kernel.specification import KernelSpec, StrategySpec, VenueSpec
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest

pytestmark = pytest.mark.uncounted

FEATURES = (
    "time", "sma(spread, 4)", "ofi(5, 2)", "sma(imbalance(5), 20)", "lag(microprice, 5)",
    "trade_imbalance(3)", "lag(imbalance(1), 2)@15s", "change(traded_volume, 2)@5s",
)  # fmt: skip


def fed_live(spec: KernelSpec, events: EventArray) -> list[Drained]:
    """Feed pieces of random sizes; a second machine goes on from the middle."""
    places = np.cumsum(np.random.default_rng(3).geometric(0.02, len(events)))
    pieces = cut(events, places[places < len(events)].tolist())
    machine = Machine(spec, journal_all=True, buffer=512)
    out: list[Drained] = []
    for number, piece in enumerate(pieces):
        if number == len(pieces) // 2:
            state = machine.snapshot()
            machine = Machine(spec, journal_all=True, buffer=512)
            machine.restore(state)
        out += machine.feed(piece)
    return [*out, *machine.feed(empty_events(0), final=True)]


@pytest.mark.parametrize("name", ["level2-iceberg", "level2-ladder", "level2-quotes"])
def test_fed_live_a_capture_gives_what_its_back_test_gives(name: str) -> None:
    plan = plan_backtest(load_config(FOLDER / f"{name}.toml"))
    spec = replace(plan.spec, venue=FILL_TIERS[plan.fill_tier].applied(plan.spec.venue))
    out = fed_live(spec, join_events(list(plan.events())))
    live = Fingerprint()
    for drained in out:
        live.add(drained)
    assert live.hexdigest() == run_plan(plan).chosen.fingerprint
    journal = join_events([drained.events for drained in out])
    assert replay_decider(spec, journal).journal.tobytes() == journal.tobytes()


def at_closings(events: EventArray, closings: list[int], decision_ns: int) -> np.ndarray:
    """Return the features after the first event that closes the bar of each of ``closings``."""
    graph = build_graph([parse(text) for text in FEATURES], "1s")
    rules = market(tick_size=Decimal("0.1"), lot_size=Decimal("0.001"), book_window=4096)
    strategy = StrategySpec(decision_ns=decision_ns, bars_from_trades=True)
    machine = Machine(KernelSpec((rules,), graph.tape, (), strategy, VenueSpec(), 10**12))
    slots = [graph.slots[parse(text)] for text in FEATURES]
    rows = []
    for piece in cut(events, closings)[:-1]:
        assert all(len(drained.decisions) == 0 for drained in machine.feed(piece))
        rows.append(machine.decider.values[0, slots].copy())
    return np.array(rows)


def test_what_features_read_at_a_close_does_not_depend_on_when_the_trader_decides(
    sample_data: Path,
) -> None:
    events = load_capture([sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"])
    trades = events["kind"] == Kind.TRADE
    whole = np.flatnonzero(trades | (events["flags"] & MarketFlag.LAST_OF_MESSAGE != 0))
    seconds = events["ts_recv"][whole] // SECOND_NS
    first = whole[1:][np.diff(seconds) > 0]
    found = [at_closings(events, (first + 1).tolist(), n * SECOND_NS) for n in (1, 5, 60)]
    assert len(np.unique(found[0][:, 0])) > 100
    assert not np.isnan(found[0][-1]).any()
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
