"""Which trade of one run is which of another: by instrument, side, and time of the decision.

A trade is what was bought, or sold, of one instrument on one wish: orders of one side decided
within the window of the first of them, with none of the other side between. So the legs of a
ladder are one trade, and so are the orders that replaced each other as a price was followed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from traider.domain.units import EXACT
from traider.runtime.parity.accounts import TradedOrder

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Pair:
    """A trade of the run, and the one of the reference that stands for the same decision.

    One of the two may be missing, never both.
    """

    run: TradedOrder | None
    reference: TradedOrder | None

    @property
    def order(self) -> TradedOrder:
        """Return the run's trade, or the reference's where the run has none."""
        order = self.reference if self.run is None else self.run
        assert order is not None  # noqa: S101 - a pair is made of at least one
        return order


def pairs_of(
    run: Sequence[TradedOrder], reference: Sequence[TradedOrder], window_ns: int
) -> list[Pair]:
    """Return every trade of both once, in order of decision.

    Of one instrument and side, trades are taken for the same that were decided at the same time;
    then the nearest in time, less than two windows apart: what did not trade at one decision is
    wanted again at the next. What is left has no counterpart.
    """
    of_run = _by_market(trades_of(run, window_ns))
    of_reference = _by_market(trades_of(reference, window_ns))
    found: list[Pair] = []
    for key in sorted(of_run.keys() | of_reference.keys()):
        found += _nearest(of_run.get(key, []), of_reference.get(key, []), 2 * window_ns)
    return sorted(found, key=lambda pair: (pair.order.decided_ns, pair.order.instrument))


def trades_of(orders: Sequence[TradedOrder], window_ns: int) -> Iterator[TradedOrder]:
    """Yield the trades that orders make, each as one order."""
    under_way: dict[str, list[TradedOrder]] = {}
    for order in sorted(orders, key=lambda each: (each.decided_ns, each.orders)):
        group = under_way.setdefault(order.instrument, [])
        if group and (
            group[0].side != order.side or order.decided_ns - group[0].decided_ns >= window_ns
        ):
            yield _joined(group)
            group = under_way[order.instrument] = []
        group.append(order)
    for group in under_way.values():
        yield _joined(group)


def _joined(orders: Sequence[TradedOrder]) -> TradedOrder:
    """Return orders of one trade as one.

    Later orders are for what earlier ones left, so what was wanted is what traded and what the last
    of them still wanted.
    """
    if len(orders) == 1:
        return orders[0]
    first, last_ns = orders[0], orders[-1].decided_ns
    wanted = _ZERO
    for order in orders:
        traded = _ZERO
        for fill in order.fills:
            traded = EXACT.add(traded, fill.quantity)
        left = order.wanted > traded and order.decided_ns == last_ns
        wanted = EXACT.add(wanted, order.wanted if left else traded)
    return TradedOrder(
        first.instrument,
        first.side,
        first.decided_ns,
        wanted,
        tuple(chain.from_iterable(order.fills for order in orders)),
        tuple(chain.from_iterable(order.orders for order in orders)),
    )


def _by_market(orders: Iterator[TradedOrder]) -> dict[tuple[str, int], list[TradedOrder]]:
    found: dict[tuple[str, int], list[TradedOrder]] = {}
    for order in orders:
        found.setdefault((order.instrument, order.side), []).append(order)
    return found


def _nearest(
    run: list[TradedOrder], reference: list[TradedOrder], window_ns: int
) -> Iterator[Pair]:
    """Yield neighbors in time as pairs, the nearest first, and what is left by itself."""
    taken_run: set[int] = set()
    taken_reference: set[int] = set()
    for _, place, other in sorted(_neighbors(run, reference, window_ns)):
        if place not in taken_run and other not in taken_reference:
            yield Pair(run[place], reference[other])
            taken_run.add(place)
            taken_reference.add(other)
    yield from (Pair(each, None) for k, each in enumerate(run) if k not in taken_run)
    yield from (Pair(None, each) for k, each in enumerate(reference) if k not in taken_reference)


def _neighbors(
    run: list[TradedOrder], reference: list[TradedOrder], window_ns: int
) -> Iterator[tuple[int, int, int]]:
    """Yield how far apart two trades are, and their places; both lists are in order of time."""
    first = 0
    for place, each in enumerate(run):
        earliest = each.decided_ns - window_ns
        while first < len(reference) and reference[first].decided_ns <= earliest:
            first += 1
        for other in range(first, len(reference)):
            apart = reference[other].decided_ns - each.decided_ns
            if apart >= window_ns:
                break
            yield abs(apart), place, other
