"""Modes of the decider, and what it counts."""

import pytest

from tests.kernel.decider.signals import deciding, says
from tests.kernel.scenario import START, Journal, bars, opening, play, record
from traider.domain.events import Kind

pytestmark = pytest.mark.interpreted


def with_events(*changes: tuple[Kind, int]) -> Journal:
    feed = bars(*[says(1.0)] * 5)
    events = [record(kind, ts) for kind, ts in changes]
    return play(deciding(), feed, *events, decides=True)


def filled_at(journal: Journal) -> list[int]:
    return [int(ts) for ts in journal.of(Kind.FILL)["ts_event"]]


def test_a_decision_at_each_close() -> None:
    assert filled_at(with_events()) == [opening(1)]


@pytest.mark.parametrize(
    ("off", "on"),
    [(Kind.WARMUP_BEGIN, Kind.WARMUP_END), (Kind.PAUSE, Kind.REARM), (Kind.KILL, Kind.REARM)],
)
def test_nothing_is_decided_while_switched_off(off: Kind, on: Kind) -> None:
    assert filled_at(with_events((off, START + 2))) == []
    journal = with_events((off, START + 2), (on, opening(2) + 2))
    assert filled_at(journal) == [opening(3)]
    assert journal.order_ids == [journal.order_ids[0]]


def test_a_kill_ends_decisions_until_rearmed() -> None:
    assert with_events((Kind.KILL, START + 2)).order_ids == []
    journal = with_events((Kind.KILL, START + 2), (Kind.REARM, opening(1) + 2))
    assert filled_at(journal) == [opening(2)]


def test_features_stay_warm_while_nothing_is_decided() -> None:
    journal = with_events((Kind.PAUSE, START + 2))
    assert journal.machine.decider.markets[0]["combined"] == 1.0
    assert journal.machine.decider.account[0]["equity"] == 10_000.0


def test_the_sequence_counts_every_event_of_the_journal() -> None:
    journal = with_events()
    assert journal.machine.sequence == len(journal.events)


def test_a_trade_without_a_price_leaves_the_mark() -> None:
    journal = play(
        deciding(), bars(says(0.0)), record(Kind.TRADE, opening(1), price=0), decides=True
    )
    market = journal.machine.decider.markets[0]
    assert (market["mark_ticks"], market["mark_ts"]) == (100, opening(1))
