"""Laws of the observer: the rows it hands out are what the trading decider used, however it is fed.

1. The rows of a trading run and those of an observer of the same events are equal, byte for byte.
2. An order's reason (features, scores, combined score) stands in the row of its decision.
3. The trader's journal, with its timers, fills, pauses and stops, gives the same rows.
4. So do pieces of any size, down to one event, and another observer that goes on from a snapshot.
5. An observer never orders.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.recorded_runs import (
    BARS,
    BOOK,
    RealRun,
    drained_bytes,
    observed_bytes,
    observed_in,
    observed_whole,
    real_run,
)
from tests.kernel.builders import (
    HOUR_NS,
    START_NS,
    bar_stream,
    cut,
    ensemble,
    market,
    random_bars,
    record,
)
from traider.domain.events import Kind, empty_events, join_events, sort_events
from traider.kernel.codes import Sizing
from traider.kernel.machine import Machine
from traider.kernel.observer import Observed, Observer, observing
from traider.kernel.order_specification import PlanSpec


@pytest.fixture(scope="module", params=[BARS, BOOK])
def run(request: pytest.FixtureRequest) -> RealRun:
    return real_run(request.param)


def test_rows_are_what_the_trading_decider_used(run: RealRun) -> None:
    drained = run.traded()
    assert sum((one.events["kind"] == Kind.FILL).sum() for one in drained) > 10
    assert drained_bytes(drained) == observed_bytes(observed_whole(run))


def test_the_reason_of_an_order_stands_in_the_row_of_its_decision(run: RealRun) -> None:
    rows = observed_whole(run)
    places = {
        (ts, k): (piece, n)
        for piece, row in enumerate(rows)
        for n, (ts, k) in enumerate(zip(row.ts_ns.tolist(), row.instruments.tolist(), strict=True))
    }
    inputs = [slot for alpha in run.plan.spec.alphas for slot in alpha.inputs]
    columns = [run.plan.slots.index(slot) for slot in inputs]
    met = 0
    for drained in run.traded():
        for n, decision in enumerate(drained.decisions):
            key = int(decision["ts"]), int(decision["instrument"])
            if key not in places:
                continue  # an order between decisions: a stop that is moved, a rest that is worked
            piece, place = places[key]
            row = rows[piece]
            met += 1
            assert row.features[place, columns].tobytes() == drained.features[n].tobytes()
            assert row.scores[place].tobytes() == drained.scores[n].tobytes()
            assert row.wanted[place]["combined"] == decision["combined"]
            assert row.wanted[place]["exposure"] == decision["exposure"]
    assert met >= 10


def test_a_journal_gives_the_rows_of_the_feed_behind_it(run: RealRun) -> None:
    journal = join_events([drained.events for drained in run.traded(journal_all=True)])
    assert (journal["kind"] == Kind.TIMER).sum() > 100
    assert observed_bytes(list(observed_in(run, [journal]))) == observed_bytes(observed_whole(run))


def test_a_recording_of_other_minutes_does_too(reference_data: Path) -> None:
    files = [reference_data / "l2" / "BINANCE-USDM-BTCUSDT-20230404.txt.zst"]
    run = real_run(BOOK, tuple(files))
    whole = observed_bytes(observed_whole(run))
    assert len(whole["ts"]) > 50 * 8
    assert drained_bytes(run.traded()) == whole
    assert (
        observed_bytes(list(observed_in(run, cut(run.events, range(7, len(run.events), 7)))))
        == whole
    )


@pytest.mark.parametrize("mean", [3, 200])
def test_pieces_and_a_snapshot_change_nothing(run: RealRun, mean: int) -> None:
    events = run.events[: 8_000 if mean == 3 else None]
    whole = observed_bytes(list(observed_in(run, [events])))
    places = np.cumsum(np.random.default_rng(mean).geometric(1.0 / mean, len(events)))
    pieces = cut(events, places[places < len(events)].tolist())
    observer = Observer(run.plan.spec, run.plan.slots, rows=256)
    rows: list[Observed] = []
    for number, piece in enumerate(pieces):
        if number == len(pieces) // 2:
            state = observer.snapshot()
            observer = Observer(run.plan.spec, run.plan.slots, rows=256)
            observer.restore(state)
        rows += observer.feed(piece)
    rows += observer.feed(empty_events(0), final=True)
    assert observed_bytes(rows) == whole


@pytest.mark.interpreted
def test_what_an_account_causes_changes_no_row() -> None:
    spec = ensemble([market("A", can_short=True)], strategy={"plan": PlanSpec(stop=0.02)})
    events = bar_stream(random_bars(5, 300))
    wanted = observed_bytes(list(Observer(spec, range(9)).feed(events)))
    end_ns = START_NS + 100 * HOUR_NS
    caused = [
        record(Kind.WARMUP_BEGIN, START_NS),
        record(Kind.WARMUP_END, end_ns),
        record(Kind.PAUSE, end_ns + 3),
        record(Kind.FILL, end_ns + 4, side=1, price=10_000, size=5, order_id=1),
        record(Kind.KILL, end_ns + 5),
        record(Kind.TRANSFER, end_ns + 6, w0=10**12),
        record(Kind.TIMER, end_ns + HOUR_NS),
    ]
    mixed = sort_events(join_events([events, *caused]))
    assert observed_bytes(list(Observer(spec, range(9)).feed(mixed))) == wanted


@pytest.mark.parametrize("sizing", list(Sizing))
def test_an_observer_never_orders(sizing: Sizing) -> None:
    strategy = {"sizing": sizing, "fraction": 0.5, "stop_fraction": 0.01}
    spec = observing(ensemble([market("A", can_short=True)], strategy=strategy))
    machine = Machine(spec, observed=[0])
    drained = list(machine.feed(bar_stream(random_bars(6, 400))))
    assert all(len(one.events) == 0 for one in drained)
    assert any((one.rows["exposure"] != 0.0).any() for one in drained)


@pytest.mark.interpreted
def test_a_row_waits_until_its_instant_is_over() -> None:
    spec = ensemble([market("A")])
    events = bar_stream(random_bars(7, 3))
    observer = Observer(spec, range(7))
    assert [len(rows) for rows in observer.feed(events)] == [2]
    last_ns = int(events["ts_recv"][-1])
    assert not list(observer.pass_time(last_ns - 1))
    (rows,) = observer.pass_time(last_ns)
    assert rows.ts_ns.tolist() == [last_ns]
    assert not list(observer.pass_time(last_ns + HOUR_NS))


@pytest.mark.interpreted
def test_a_weight_that_changes_is_seen() -> None:
    spec = ensemble([market("A", can_short=True)])
    events = bar_stream(random_bars(8, 200))
    change = [record(Kind.WEIGHTS_CHANGE, START_NS + 1, w0=k, f1=0.0) for k in range(2)]
    plain = list(Observer(spec, [0]).feed(events))
    changed = list(Observer(spec, [0]).feed(sort_events(join_events([events, *change]))))
    assert observed_bytes(plain)["scores"] == observed_bytes(changed)["scores"]
    assert observed_bytes(plain)["wanted"] != observed_bytes(changed)["wanted"]


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_no_row_knows_what_comes_after_it(seed: int, rows: int) -> None:
    """Law: changing the events after a row's instant changes neither it nor any row before."""
    spec = ensemble([market("A")])
    one, other = (bar_stream(random_bars(s, 60)) for s in (seed, seed + 1))
    cut_ns = START_NS + rows * HOUR_NS
    mixed = join_events([one[one["ts_recv"] <= cut_ns], other[other["ts_recv"] > cut_ns]])
    past = []
    for events in (one, mixed):
        (found,) = Observer(spec, range(20)).feed(sort_events(events), final=True)
        known = found.ts_ns <= cut_ns
        kept = replace(
            found,
            ts_ns=found.ts_ns[known],
            instruments=found.instruments[known],
            features=found.features[known],
            scores=found.scores[known],
            wanted=found.wanted[known],
        )
        past.append(observed_bytes([kept]))
    assert past[0] == past[1]
