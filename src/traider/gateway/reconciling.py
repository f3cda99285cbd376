"""Compare our books with the venue's: values in, differences out. Nothing is asked or changed here.

The invariants, each with the differences that break it:

| number | invariant | broken by |
| --- | --- | --- |
| 1 ids | an order of ours that is open at the venue is open in our books | OrphanOrder |
| 2 ids | it is there once | DoubleOrder |
| 3 ids | an order that is open in our books is open at the venue | GoneOrder |
| 4 ids | every open order is ours | ForeignOrder |
| 5 ids | a fill of the venue is in our books | MissedFill, ForeignFill |
| 6 ids | a fill of our books is at the venue | LostFill |
| 7 quantity | as much is filled of an order as its fills in our books make | QuantityDiffers |
| 8 average price | a fill has one price, size and fee, here and there | ChangedFill |
| 9 average price | an order's average price is that of its fills in our books | AverageDiffers |
| 10 cash | the account holds its opening balance, and what fills and transfers made of it | \
BalanceDiffers |
| 11 cash | the account covers the run's part: capital, coins, the cash it made | Uncovered |

With 5 to 8 true, position, average price and cash of the run are the venue's, since both are sums
over the same fills. A difference may be a report that is under way: whoever compares does so
several times, and believes what was found each time.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, assert_never

from traider.domain.approvals import ApprovedOrder
from traider.domain.units import EXACT
from traider.gateway.account_books import cash_of, currencies_of
from traider.gateway.executor import VenueBalance, VenueFill, VenueOrder, VenueState

_ZERO: Final = Decimal(0)
_AVERAGE_STEP: Final = Decimal("1e-8")
"""Venues cut an average price to some decimals; less than this is no difference."""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order of ours that is not over, as far as we know; legs of a pair are one."""

    order_ids: tuple[int, ...]
    """Packed ids of its legs, the first is the one it was placed under."""
    approved: ApprovedOrder
    """Its first leg: what the venue is asked for."""
    venue_id: str
    """Empty as long as it is not known."""
    instrument: int
    size: Decimal
    filled_size: Decimal
    """What the fills in our books make, of all its legs."""
    sent_ns: int
    """From here on the venue may have made it, by its clock."""


@dataclass(frozen=True, slots=True)
class OwnBooks:
    """What we believe."""

    orders: Sequence[OwnOrder]
    fills: Mapping[str, VenueFill]
    """Every fill known since ``since_ns``, a person's too, by fill id."""
    balances: Mapping[str, Decimal]
    """What the account must hold of each currency; empty when nothing is known of it."""
    parts: Mapping[str, Decimal]
    """What of it is the run's."""
    since_ns: int
    """From here on fills are compared, by the venue's clock."""


@dataclass(frozen=True, slots=True)
class VenueBooks:
    """What the venue says."""

    orders: Sequence[VenueOrder]
    """Those that are open."""
    asked: Mapping[int, VenueOrder | None]
    """What became of orders of ours that are not among them, by their first leg's id."""
    fills: Sequence[VenueFill]
    """Those since ``OwnBooks.since_ns``, and perhaps some before."""
    balances: Sequence[VenueBalance]


@dataclass(frozen=True, slots=True)
class OrphanOrder:
    """It bears an id of this run, is open at the venue, and our books have it not, or as over."""

    order: VenueOrder


@dataclass(frozen=True, slots=True)
class DoubleOrder:
    """The venue has two open orders under one id of ours; this is the younger."""

    order: VenueOrder


@dataclass(frozen=True, slots=True)
class GoneOrder:
    """Open in our books and not at the venue; ``found`` is how it ended, None when it is nowhere.

    Its fills are missed fills, told apart.
    """

    own: OwnOrder
    found: VenueOrder | None


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """Someone placed it at the venue by hand, or another program did."""

    order: VenueOrder


@dataclass(frozen=True, slots=True)
class MissedFill:
    """A fill of an order of ours that was not told."""

    fill: VenueFill


@dataclass(frozen=True, slots=True)
class ForeignFill:
    """Someone traded at the venue by hand, or another program did."""

    fill: VenueFill


@dataclass(frozen=True, slots=True)
class LostFill:
    """A fill of our books that the venue has no more."""

    fill: VenueFill


@dataclass(frozen=True, slots=True)
class ChangedFill:
    """A fill that the venue tells otherwise than before."""

    ours: VenueFill
    theirs: VenueFill


@dataclass(frozen=True, slots=True)
class QuantityDiffers:
    """What is filled of an order is not what its fills make, though none is missed."""

    own: OwnOrder
    filled_size: Decimal
    """As the venue tells it."""


@dataclass(frozen=True, slots=True)
class AverageDiffers:
    """An order's average price is not that of its fills, though none is missed."""

    own: OwnOrder
    ours: Decimal
    theirs: Decimal


@dataclass(frozen=True, slots=True)
class BalanceDiffers:
    """The account holds more or less of a currency than is explained."""

    currency: str
    expected: Decimal
    found: Decimal

    @property
    def change(self) -> Decimal:
        """What came unexplained; negative for what went."""
        return EXACT.subtract(self.found, self.expected)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """The account holds less of a currency than the run's part of it."""

    currency: str
    part: Decimal
    found: Decimal

    @property
    def shortage(self) -> Decimal:
        """What is missing."""
        return EXACT.subtract(self.part, self.found)


OrderDifference = OrphanOrder | DoubleOrder | GoneOrder | ForeignOrder
FillDifference = MissedFill | ForeignFill | LostFill | ChangedFill
NumberDifference = QuantityDiffers | AverageDiffers | BalanceDiffers | Uncovered
Difference = OrderDifference | FillDifference | NumberDifference


@dataclass(frozen=True, slots=True)
class Comparing:
    """How finely books are compared."""

    balance_step: Mapping[str, Decimal] = field(default_factory=dict)
    """Less than this of a currency is no difference; none is 1e-8 of it."""

    def step(self, currency: str) -> Decimal:
        """Return what is no difference of a currency."""
        return self.balance_step.get(currency, _AVERAGE_STEP)


def differences(
    ours: OwnBooks, theirs: VenueBooks, comparing: Comparing | None = None
) -> tuple[Difference, ...]:
    """Return how the books differ: orders first, then fills, then numbers."""
    found: list[Difference] = [*_orders(ours, theirs), *_fills(ours, theirs)]
    missed = {each.fill.order_id for each in found if isinstance(each, MissedFill)}
    found += _quantities(ours, theirs, missed)
    found += _balances(ours, theirs, comparing or Comparing(), found)
    return tuple(found)


def sightings(
    before: Mapping[tuple[str, ...], int], found: Sequence[Difference]
) -> dict[tuple[str, ...], int]:
    """Return how often in a row each difference was found, from what it was before."""
    return {key: before.get(key, 0) + 1 for key in map(key_of, found)}


def key_of(difference: Difference) -> tuple[str, ...]:
    """Return what makes a difference the same one when it is found again."""
    key: tuple[object, ...]
    match difference:
        case OrphanOrder(order) | DoubleOrder(order) | ForeignOrder(order):
            key = (order.venue_id,)
        case GoneOrder(own):
            key = (own.order_ids[0],)
        case MissedFill(fill) | ForeignFill(fill) | LostFill(fill):
            key = (fill.fill_id,)
        case ChangedFill(_, theirs):
            key = (theirs.fill_id, *_terms(theirs))
        case QuantityDiffers(own, filled_size):
            key = (own.order_ids[0], own.filled_size, filled_size)
        case AverageDiffers(own, mine, told):
            key = (own.order_ids[0], mine, told)
        case BalanceDiffers():
            key = (difference.currency, difference.change.normalize())
        case Uncovered():
            key = (difference.currency,)
        case _:
            assert_never(difference)
    return (type(difference).__name__, *map(str, key))


def _orders(ours: OwnBooks, theirs: VenueBooks) -> Iterator[Difference]:
    known = {order_id for own in ours.orders for order_id in own.order_ids}
    seen: set[int] = set()
    for order in sorted(theirs.orders, key=lambda each: (each.created_ns, each.venue_id)):
        if not order.order_ids:
            yield ForeignOrder(order)
        elif seen.intersection(order.order_ids):
            yield DoubleOrder(order)
        elif not known.intersection(order.order_ids):
            yield OrphanOrder(order)
        seen.update(order.order_ids)
    for own in ours.orders:
        if seen.isdisjoint(own.order_ids):
            found = theirs.asked.get(own.order_ids[0])
            if found is None or found.state not in (VenueState.PENDING, VenueState.OPEN):
                yield GoneOrder(own, found)


def _fills(ours: OwnBooks, theirs: VenueBooks) -> Iterator[Difference]:
    told = {fill.fill_id: fill for fill in theirs.fills}
    for fill in sorted(told.values(), key=lambda each: (each.ts_ns, each.fill_id)):
        mine = ours.fills.get(fill.fill_id)
        if mine is None:
            if fill.ts_ns >= ours.since_ns:
                yield MissedFill(fill) if fill.order_id else ForeignFill(fill)
        elif _terms(mine) != _terms(fill):
            yield ChangedFill(mine, fill)
    for fill in ours.fills.values():
        if fill.ts_ns >= ours.since_ns and fill.fill_id not in told:
            yield LostFill(fill)


def _terms(fill: VenueFill) -> tuple[int, Decimal, Decimal, Decimal]:
    return fill.side, fill.price, fill.size, fill.fee


def _quantities(ours: OwnBooks, theirs: VenueBooks, missed: set[int]) -> Iterator[Difference]:
    """Hold orders against the sums of their fills; one that misses a fill is explained by it."""
    places = {order_id: order for order in theirs.orders for order_id in order.order_ids}
    size: defaultdict[int, Decimal] = defaultdict(Decimal)
    value: defaultdict[int, Decimal] = defaultdict(Decimal)
    for fill in ours.fills.values():
        size[fill.order_id] += fill.size
        value[fill.order_id] += fill.size * fill.price
    for own in ours.orders:
        order = places.get(own.order_ids[0]) or theirs.asked.get(own.order_ids[0])
        if order is None or missed.intersection(own.order_ids):
            continue
        if order.filled_size != own.filled_size:
            yield QuantityDiffers(own, order.filled_size)
            continue
        counted = sum((size[each] for each in own.order_ids), _ZERO)
        if not counted or counted != own.filled_size or not order.average_price:
            continue  # nothing is filled, or some of it before the span that is compared
        average = sum((value[each] for each in own.order_ids), _ZERO) / counted
        if abs(average - order.average_price) >= _AVERAGE_STEP:
            yield AverageDiffers(own, average, order.average_price)


def _balances(
    ours: OwnBooks, theirs: VenueBooks, comparing: Comparing, found: Sequence[Difference]
) -> Iterator[Difference]:
    """Hold balances against what is expected once the fills just found are counted."""
    if not ours.balances:
        return
    flows = flows_of(found)
    held = {each.currency: each.total for each in theirs.balances}
    for currency in sorted({*ours.balances, *held}):
        expected = EXACT.add(ours.balances.get(currency, _ZERO), flows.get(currency, _ZERO))
        total = held.get(currency, _ZERO)
        if abs(EXACT.subtract(total, expected)) >= comparing.step(currency):
            yield BalanceDiffers(currency, expected, total)
        elif not flows and (part := ours.parts.get(currency, _ZERO)) > max(total, _ZERO):
            # Fills that were just found change the part too: it is looked at once they are counted.
            yield Uncovered(currency, part, total)


def flows_of(found: Sequence[Difference]) -> dict[str, Decimal]:
    """Return what the fills among ``found`` change of each currency once they are counted."""
    flows: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in found:
        match each:
            case MissedFill(fill) | ForeignFill(fill):
                _flow(flows, fill, 1)
            case LostFill(fill):
                _flow(flows, fill, -1)
            case ChangedFill(mine, fill):
                _flow(flows, mine, -1)
                _flow(flows, fill, 1)
            case _:
                continue
    return dict(flows)


def _flow(flows: defaultdict[str, Decimal], fill: VenueFill, sign: int) -> None:
    base, quote = currencies_of(fill.symbol)
    flows[base] = EXACT.add(flows[base], sign * fill.side * fill.size)
    flows[quote] = EXACT.add(flows[quote], sign * cash_of(fill))
