"""The latencies that a run had, as a back-test on its record can have them again.

An order of the back-test takes as long as the run's order of the same kind that was decided
nearest in time; without one, as any order of the instrument, then as any at all. Nothing is drawn
by chance. What is nearest may be far in time: then the venue is taken to be as it was.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from traider.runtime.parity.order_timing import Answered, Likeness, OrderTiming
from traider.runtime.parity.reception import Moment

_ANY: Final = -1
_asked: Final = itemgetter(0)


@dataclass(frozen=True)
class Spread:
    """How long something took: ns of the market's time."""

    count: int
    p50_ns: int
    p99_ns: int
    longest_ns: int


class Durations:
    """How long things took, looked up by kind and time."""

    def __init__(self, answered: Iterable[Answered]) -> None:
        self._rows: dict[tuple[int, ...], list[tuple[int, int]]] = {}
        found = sorted(answered, key=lambda each: (each.asked_ns, each.done_ns))
        for each in found:
            row = each.asked_ns, each.done_ns - each.asked_ns
            for key in _keys(each.likeness):
                self._rows.setdefault(key, []).append(row)

    def near(self, likeness: Likeness, asked_ns: int) -> int | None:
        """Return how long the like nearest in time took, the earlier of two; None without any."""
        for key in _keys(likeness):
            rows = self._rows.get(key)
            if rows:
                place = bisect_left(rows, asked_ns, key=_asked)
                nearest = min(
                    rows[max(place - 1, 0) : place + 1], key=lambda row: abs(_asked(row) - asked_ns)
                )
                return nearest[1]
        return None

    @property
    def spread(self) -> Spread:
        """The distribution of all, percentiles by the nearest rank; zeros where there is none."""
        taken = sorted(duration for _, duration in self._rows.get(_keys((0, 0, 0))[-1], []))
        if not taken:
            return Spread(0, 0, 0, 0)
        count = len(taken)
        p50, p99 = (taken[-(-count * percent // 100) - 1] for percent in (50, 99))
        return Spread(count, p50, p99, taken[-1])


@dataclass(frozen=True)
class MeasuredLatency:
    """How long a run's orders, cancels and expiries took."""

    orders: Durations
    """From the decision until the order met the market, by the record's clock."""
    cancels: Durations
    """From the decision until the trader was told that the order had ended."""
    expiries: Durations
    """From the end of an order's life until the trader was told; before it where the venue's clock
    is ahead."""


def moments_of(timing: OrderTiming) -> Iterable[Moment]:
    """Yield the venue's moments whose time of receipt has to be known."""
    return ((each.likeness[0], each.done_ns) for each in timing.orders)


def measured_latency(
    timing: OrderTiming, received_ns: Mapping[Moment, int]
) -> MeasuredLatency | None:
    """Return a run's latencies, its orders' by the record's clock; None if none was answered."""
    orders: Sequence[Answered] = [
        Answered(each.likeness, each.asked_ns, received_ns[each.likeness[0], each.done_ns])
        for each in timing.orders
    ]
    if not orders:
        return None
    return MeasuredLatency(Durations(orders), Durations(timing.cancels), Durations(timing.expiries))


def _keys(likeness: Likeness) -> Sequence[tuple[int, ...]]:
    """Return under what an answer is looked for, the nearest kind first."""
    return likeness, (likeness[0], _ANY, _ANY), (_ANY, _ANY, _ANY)
