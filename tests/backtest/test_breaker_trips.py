"""What a report says of circuit breakers that tripped."""

from traider.backtest.breaker_trips import BreakerTrips
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.kernel.breaker_records import ACCOUNT_FLAG, STATE_SHIFT, Action, Breaker, BreakerState

MINUTE_NS = 60_000_000_000
FIRST_NS = 1_621_398_600_000_000_000
"""2021-05-19T04:30."""


def told(
    breaker: Breaker, minute: int, state: BreakerState = BreakerState.TRIPPED, instrument: int = -1
) -> EventArray:
    event = empty_events(1)
    event["kind"], event["code"] = Kind.BREAKER, breaker
    event["ts_recv"] = FIRST_NS + minute * MINUTE_NS
    whole = ACCOUNT_FLAG if instrument < 0 else 0
    event["flags"] = whole | state << STATE_SHIFT | Action.CLOSE_ONLY
    event["instrument"] = max(instrument, 0)
    return event


def test_each_breaker_is_told_with_how_often_and_when() -> None:
    trips = BreakerTrips(["X:A-USD", "X:B-USD"])
    trips.add(empty_events(3))
    trips.add(
        join_events(
            [
                told(Breaker.PRICE_JUMP, 0, instrument=1),
                told(Breaker.DRAWDOWN_CLOSE, 1),
                told(Breaker.PRICE_JUMP, 60, BreakerState.CLOSED, instrument=1),
            ]
        )
    )
    trips.add(told(Breaker.PRICE_JUMP, 90, instrument=1))
    trips.add(told(Breaker.DRAWDOWN_CLOSE, 95, BreakerState.REARMED))
    close, jump = trips.notes()
    assert close == "circuit breaker drawdown-close tripped at 2021-05-19T04:31:00Z"
    assert jump.startswith("circuit breaker price-jump of X:B-USD tripped 2 times, ")
    assert jump.endswith("from 2021-05-19T04:30:00Z to 2021-05-19T06:00:00Z")


def test_without_one_nothing_is_said() -> None:
    trips = BreakerTrips(["X:A-USD"])
    trips.add(told(Breaker.LATENCY, 0, BreakerState.CLOSED))
    assert trips.notes() == []
