"""Which order of one run is which of another: by instrument, side, and time of the decision."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from traider.runtime.parity.accounts import TradedOrder


@dataclass(frozen=True)
class Pair:
    """An order of the run, and the one of the reference that stands for the same decision.

    One of the two may be missing, never both.
    """

    run: TradedOrder | None
    reference: TradedOrder | None

    @property
    def order(self) -> TradedOrder:
        """Return the run's order, or the reference's where the run has none."""
        order = self.reference if self.run is None else self.run
        assert order is not None  # noqa: S101 - a pair is made of at least one
        return order


def pairs_of(
    run: Sequence[TradedOrder], reference: Sequence[TradedOrder], window_ns: int
) -> list[Pair]:
    """Return every order of both once, in order of decision.

    Of one instrument and side, orders are taken for the same that were decided at the same time as
    the same leg; then those decided at the same time; then the nearest in time, no more than
    ``window_ns`` apart. What is left has no counterpart.
    """
    of_run, of_reference = _by_market(run), _by_market(reference)
    found: list[Pair] = []
    for key in sorted(of_run.keys() | of_reference.keys()):
        found += _matched(of_run.get(key, []), of_reference.get(key, []), window_ns)
    return sorted(found, key=lambda pair: (pair.order.decided_ns, pair.order.instrument))


def _by_market(orders: Sequence[TradedOrder]) -> dict[tuple[str, int], list[TradedOrder]]:
    found: dict[tuple[str, int], list[TradedOrder]] = {}
    for order in orders:
        found.setdefault((order.instrument, order.side), []).append(order)
    return found


def _matched(
    run: list[TradedOrder], reference: list[TradedOrder], window_ns: int
) -> Iterable[Pair]:
    pairs, run, reference = _by_key(run, reference, lambda each: (each.decided_ns, each.leg))
    same_time, run, reference = _by_key(run, reference, lambda each: (each.decided_ns, 0))
    near, run, reference = _nearest(run, reference, window_ns)
    return [
        *pairs,
        *same_time,
        *near,
        *(Pair(each, None) for each in run),
        *(Pair(None, each) for each in reference),
    ]


_Matched = tuple[list[Pair], list[TradedOrder], list[TradedOrder]]


def _by_key(
    run: list[TradedOrder],
    reference: list[TradedOrder],
    key: Callable[[TradedOrder], tuple[int, int]],
) -> _Matched:
    """Pair those of equal keys, the first with the first; return what is left too."""
    waiting: dict[tuple[int, int], list[TradedOrder]] = {}
    for each in reversed(reference):
        waiting.setdefault(key(each), []).append(each)
    pairs, left = [], []
    for each in run:
        same = waiting.get(key(each))
        if same:
            pairs.append(Pair(each, same.pop()))
        else:
            left.append(each)
    kept = {id(each) for same in waiting.values() for each in same}
    return pairs, left, [each for each in reference if id(each) in kept]


def _nearest(run: list[TradedOrder], reference: list[TradedOrder], window_ns: int) -> _Matched:
    """Pair neighbors in time, the nearest first; of equally near ones the earliest."""
    run = sorted(run, key=lambda each: each.decided_ns)
    reference = sorted(reference, key=lambda each: each.decided_ns)
    near: list[tuple[int, int, int]] = []
    first = 0
    for place, each in enumerate(run):
        while first < len(reference) and reference[first].decided_ns < each.decided_ns - window_ns:
            first += 1
        for other in range(first, len(reference)):
            apart = reference[other].decided_ns - each.decided_ns
            if apart > window_ns:
                break
            near.append((abs(apart), place, other))
    of_run: set[int] = set()
    of_reference: set[int] = set()
    pairs = []
    for _, place, other in sorted(near):
        if place not in of_run and other not in of_reference:
            pairs.append(Pair(run[place], reference[other]))
            of_run.add(place)
            of_reference.add(other)
    return (
        pairs,
        [each for place, each in enumerate(run) if place not in of_run],
        [each for place, each in enumerate(reference) if place not in of_reference],
    )
