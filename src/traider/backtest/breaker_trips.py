"""Which circuit breakers tripped in a run, how often, and when: a line each for the notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from traider.domain.events import EventArray, Kind
from traider.kernel.breaker_records import ACCOUNT_FLAG, STATE_SHIFT, Breaker, BreakerState
from traider.store.instants import instant_text

_STATE_MASK = 15


@dataclass
class _Trips:
    """Of one breaker."""

    count: int
    first_ns: int
    last_ns: int


class BreakerTrips:
    """Counts the BREAKER events of a run that say that one tripped."""

    def __init__(self, instruments: Sequence[str]) -> None:
        self._instruments = tuple(instruments)
        self._trips: dict[tuple[int, str], _Trips] = {}

    def add(self, events: EventArray) -> None:
        """Take in what a chunk came to."""
        mine = events[events["kind"] == Kind.BREAKER]
        for event in mine[mine["flags"] >> STATE_SHIFT & _STATE_MASK == BreakerState.TRIPPED]:
            is_of_all = bool(int(event["flags"]) & ACCOUNT_FLAG)
            where = "" if is_of_all else self._instruments[int(event["instrument"])]
            ts_ns = int(event["ts_recv"])
            found = self._trips.setdefault((int(event["code"]), where), _Trips(0, ts_ns, ts_ns))
            found.count, found.last_ns = found.count + 1, ts_ns

    def notes(self) -> list[str]:
        """Return a line for each breaker that tripped, by its place among them."""
        return [_line(*of, self._trips[of]) for of in sorted(self._trips)]


def _line(code: int, where: str, trips: _Trips) -> str:
    name = Breaker(code).name.lower().replace("_", "-")
    first = instant_text(trips.first_ns)
    of = f" of {where}" if where else ""
    if trips.count == 1:
        return f"circuit breaker {name}{of} tripped at {first}"
    last = instant_text(trips.last_ns)
    return f"circuit breaker {name}{of} tripped {trips.count} times, from {first} to {last}"
