"""A live view shows of a run what its trader has, while it trades and after it was killed.

Laws:
1. After everything was taken, book, marks and scores are those of the trader's own machine.
2. Where a view begins changes nothing of what it knows of bars and trades.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.books.written_runs import Sizes, WrittenRun
from tests.runtime.parity import recorded_runs
from tests.runtime.parity.recorded_runs import RecordedTrader, capture, held_events
from traider.api.following import FollowedRun, LiveView, ViewState, following, replica
from traider.api.following.kept_scores import FILE, KeptScores, ScoreSample
from traider.api.reading.signals import history
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind
from traider.journal import FsyncPolicy, JournalTerms
from traider.kernel.live_machine import LiveMachine
from traider.runtime.control.commands import Pause
from traider.runtime.state_folder import RunPaths

PATIENCE_S = 60.0
DAY_NS = 86_400_000_000_000
AHEAD = 2**62


@pytest.fixture
def trader(tmp_path: Path) -> Iterator[RecordedTrader]:
    """A trader that has begun."""
    made = RecordedTrader(tmp_path / "state")
    made.begin(int(capture()[1]["ts_recv"][0]) - 1_000)
    yield made
    made.close()


def until(view: LiveView, holds: Callable[[], bool]) -> None:
    """Wait until something holds of a view."""
    for _ in range(int(PATIENCE_S)):
        version = view.version
        if holds():
            return
        view.wait(version, 1.0)
    raise AssertionError(view.standing())


def until_taken(view: LiveView, trader: RecordedTrader) -> None:
    """Wait until a view has everything that a trader journaled."""
    until(view, lambda: view.standing().position == trader.journal.sequence)


def known_of(machine: LiveMachine) -> tuple[object, ...]:
    """Return what a machine thinks of its instrument."""
    market = machine.decider.markets[0]
    words = ("mark_ticks", "position_lots", "direction", "decided_ns", "combined", "exposure")
    scores, values = machine.decider.scores[0].tolist(), machine.decider.values[0].tobytes()
    return *(market[word].item() for word in words), scores, values


def bars_of(run: FollowedRun) -> object:
    return [(at, bar) for at, bar in run.tapes[0].bars.of(60_000_000_000, 0, AHEAD)], [
        *run.tapes[0].trades
    ]


def test_it_has_what_the_trader_has_while_it_trades(trader: RecordedTrader) -> None:
    _, events = capture()
    with following(trader.folder) as view:
        told: list[int] = []
        unsubscribe = view.subscribe(told.append)
        for begin in range(0, 30_000, 6_000):
            trader.feed(events[begin : begin + 6_000], seed=begin)
            until_taken(view, trader)
            assert view.read(lambda run: known_of(run.kernel.machine)) == known_of(
                trader.trader.machine
            )
        assert told == sorted(told)
        assert len(told) >= 5
        unsubscribe()
        count = len(told)
        (market,) = view.snapshot().markets
        bids, asks = view.read(lambda run: run.levels(0, 1))
        assert market.decision is not None
        assert market.decision.decided_ns == trader.trader.machine.decider.markets[0]["decided_ns"]
        assert (market.bid, market.ask) == view.read(
            lambda run: (run.price(0, bids[0][0]), run.price(0, asks[0][0]))
        )
        trades = events[:30_000][events[:30_000]["kind"] == Kind.TRADE]
        assert market.last == view.read(lambda run: run.price(0, int(trades["price"][-1])))
        trader.feed(events[30_000:31_000])
        until_taken(view, trader)
        assert len(told) == count


def test_where_it_begins_changes_nothing(
    trader: RecordedTrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, events = capture()
    trader.feed(events[:20_000])
    trader.keep()
    trader.feed(events[20_000:30_000])
    with following(trader.folder) as view:
        until_taken(view, trader)
        whole = view.read(bars_of)
        scores = view.read(lambda run: [*run.kernel.samples[0]])
    monkeypatch.setattr(replica, "REPLAYED_MAX", 10)
    with following(trader.folder) as view:
        until_taken(view, trader)
        until(view, lambda: view.read(lambda run: run.earliest) == 0)
        assert view.read(bars_of) == whole
        # Scores of before where it begins are those that the first server kept.
        assert view.read(lambda run: [*run.kernel.samples[0]]) == scores
        # Begun at the end, where nothing new comes: the times are those of the last events.
        now_ns = int(events["ts_recv"][29_999])
        assert view.standing().now_ns >= now_ns
        assert view.read(lambda run: run.market(0).last_ns) >= now_ns - 10**10
        assert view.read(lambda run: known_of(run.kernel.machine)) == known_of(
            trader.trader.machine
        )


def test_scores_that_nobody_kept_leave_a_hole(
    trader: RecordedTrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, events = capture()
    trader.feed(events[:20_000])
    trader.keep()
    trader.feed(events[20_000:30_000])
    with following(trader.folder) as view:
        until_taken(view, trader)
        scores = view.read(lambda run: [*run.kernel.samples[0]])
    monkeypatch.setattr(replica, "REPLAYED_MAX", 10)
    file = trader.folder / FILE
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == len(scores)
    file.write_bytes(b"".join(lines[:3]) + b'["another run", 0, 1, 0.5, 0, 0.0, []]\n{"half a')
    with following(trader.folder) as view:
        until_taken(view, trader)
        known = view.read(lambda run: [*run.kernel.samples[0]])
        told = view.read(lambda run: history(run, 0, (0, 2**62), 4))
    later = known[4:]
    assert known[:3] == scores[:3]
    assert known[3].is_hole
    assert known[3].at_ns == scores[2].at_ns + 1
    assert 0 < len(later) < len(scores) - 3
    assert later[1:] == scores[-len(later) + 1 :]
    assert told.decisions == len(known) - 1
    assert told.scores[told.instants.index(known[3].at_ns)] is None
    file.unlink()
    with following(trader.folder) as view:
        until_taken(view, trader)
        assert view.read(lambda run: [*run.kernel.samples[0]]) == later


def test_scores_that_are_kept_give_way_to_newer_ones(tmp_path: Path) -> None:
    kept = KeptScores(tmp_path, "run", most=3)
    for at_ns in range(1, 9):
        sample = ScoreSample(at_ns, 0.5, 1, float("nan"), (0.25, 1.0))
        kept.add([(0, sample)])
        kept.add([(0, sample)])
    found = KeptScores(tmp_path, "run", most=3).read()
    assert [each.at_ns for each in found[0]] == [6, 7, 8]
    assert found[0][0].scores == (0.25, 1.0)
    assert np.isnan(found[0][0].exposure)
    assert len((tmp_path / FILE).read_bytes().splitlines()) <= 6
    assert KeptScores(tmp_path, "another run", most=3).read() == {}
    assert KeptScores(tmp_path / "nowhere", "run", most=3).read() == {}
    KeptScores(tmp_path / "nowhere", "run", most=3).add([(0, found[0][0])])


def test_it_waits_for_a_run_and_goes_on_over_a_crash(tmp_path: Path) -> None:
    _, events = capture()
    folder = tmp_path / "state"
    with following(folder) as view:
        assert view.standing().state is ViewState.WAITING
        with pytest.raises(UsageError, match="no run has begun"):
            view.read(lambda run: run.position)
        first = RecordedTrader(folder)
        first.begin(int(events["ts_recv"][0]) - 1_000)
        first.feed(events[:5_000])
        until_taken(view, first)
        first.close()
        second = RecordedTrader(folder)
        second.begin(int(events["ts_recv"][5_000]))
        second.feed(events[5_001:9_000])
        until_taken(view, second)
        assert view.read(lambda run: known_of(run.kernel.machine)) == known_of(
            second.trader.machine
        )
        second.close()
        before = view.standing().run_id
        shutil.rmtree(folder)
        third = RecordedTrader(folder)
        third.begin(int(events["ts_recv"][0]) - 1_000)
        until(view, lambda: view.standing().run_id not in ("", before))
        until_taken(view, third)
        third.close()


def test_a_fault_that_nobody_foresaw_is_told_and_it_begins_anew(
    trader: RecordedTrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, events = capture()
    trader.feed(events[:5_000])
    told: list[str] = []
    seen: list[tuple[ViewState, str]] = []
    faults = [ValueError("of no kind")]
    take = FollowedRun.take

    def fails_once(self: FollowedRun, events: EventArray) -> Iterator[None]:
        if faults:
            raise faults.pop()
        return take(self, events)

    monkeypatch.setattr(FollowedRun, "take", fails_once)
    monkeypatch.setattr("threading.excepthook", lambda args: told.append(str(args.exc_value)))
    monkeypatch.setattr("traider.api.following.live_view._UNFORESEEN_S", 0.05)
    view = LiveView(trader.folder)
    view.subscribe(lambda _: seen.append((view._state, view._fault)))
    view.start()
    try:
        until(view, lambda: bool(told) and view.standing().state is ViewState.LIVE)
        until_taken(view, trader)
        trader.feed(events[5_000:6_000])
        until_taken(view, trader)
    finally:
        view.close()
    assert told == ["of no kind"]
    (fault,) = {fault for state, fault in seen if state is ViewState.FAULT}
    assert fault == "following the run failed: ValueError: of no kind; it is read anew in 0 s"


def test_it_outlives_segments_that_roll_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = JournalTerms(FsyncPolicy.NONE, segment_bytes=100_000)
    monkeypatch.setattr(recorded_runs, "TERMS", small)
    _, events = capture()
    trader = RecordedTrader(tmp_path / "state")
    trader.begin(int(events["ts_recv"][0]) - 1_000)
    with following(trader.folder) as view:
        for begin in range(0, 8_000, 2_000):
            trader.feed(events[begin : begin + 2_000], seed=begin)
            until_taken(view, trader)
        assert not view.standing().kernel_fault
    assert len([*RunPaths(trader.folder).journal.glob("events-*")]) > 3
    trader.close()


def test_what_no_kernel_makes_is_told_and_the_market_goes_on(tmp_path: Path) -> None:
    with WrittenRun(tmp_path / "state") as run:
        run.book(638_000, 638_010)
        run.trade(638_005, 30)
        run.order(Sizes(1, 5))
        run.asked(Pause(who="ana", why="lunch"))
        run.trade(638_007, 20)
        with following(run.folder) as view:
            until(view, lambda: view.standing().position == run.position)
            assert "event 3, TIMER" in view.standing().kernel_fault
            snapshot = view.snapshot()
            (market,) = snapshot.markets
            assert str(market.last) == "63800.7"
            assert (market.decision, market.mark, snapshot.enter) == (None, None, None)
            with pytest.raises(UsageError, match="scores are not known: event"):
                view.read(lambda each: each.decision(0))
            assert [
                trade.size_lots for trade in view.read(lambda each: [*each.tapes[0].trades])
            ] == [
                30,
                20,
            ]


def test_names_are_those_of_the_house_and_of_the_venue(trader: RecordedTrader) -> None:
    with following(trader.folder) as view:
        until(view, lambda: view.standing().state is ViewState.LIVE)
        name = capture()[0].instrument
        assert view.read(lambda run: (run.number(name), run.number("BTCUSDT"))) == (0, 0)
        with pytest.raises(UsageError, match="the run trades no ETHUSDT"):
            view.read(lambda run: run.number("ETHUSDT"))


def test_it_holds_what_it_was_given_room_for(trader: RecordedTrader) -> None:
    _, events = capture()
    trader.feed(events[:20_000])
    held = held_events(RunPaths(trader.folder).journal)
    with following(trader.folder) as view:
        until_taken(view, trader)
        most = view.read(lambda run: run.tapes[0].trades.maxlen)
        kept = view.read(lambda run: [trade.at_ns for trade in run.tapes[0].trades])
    times = held["ts_event"][held["kind"] == Kind.TRADE]
    assert most is not None
    assert np.array_equal(kept, times[-most:])
