"""How well an order was executed, beside the market that it met; exact, rounded when it is shown.

With side s (+1 buy), quantity wanted W and executed Q, average price P, arrival mid A (the mark
when it was decided) and mid E when it was over, fees F and multiplier m:

    slippage             s (P - A) / A
    against VWAP         s (P - V) / V, V of the market's trades from the decision to the last fill
    shortfall            s (P - A) Q m + s (E - A) (W - Q) m + F, as a share of A W m
    fees                 F / (P Q m)

All are positive where they cost. A number whose parts are not known is None, and ``unknown`` says
which and why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median_low
from typing import Final

from traider.compliance.order_records import OrderOutcome, OrderRecord

_NS_PER_S: Final = 1_000_000_000
_NOT_SENT: Final = (OrderOutcome.REFUSED, OrderOutcome.WAITING)
SHARES: Final = ("slippage", "half_spread", "vwap", "shortfall", "fee")
"""Shares that are shown in basis points."""


@dataclass(frozen=True, slots=True)
class MarketMet:
    """The market that an order met; None for what is not known."""

    arrival: Decimal | None
    arrival_of: str
    """What the arrival mid is of: ``book``, ``quote``, ``trade`` or ``bar``."""
    spread: Decimal | None
    end: Decimal | None
    """The mid when the order was over; of an open one, when the journal ends."""
    vwap: Fraction | None
    """Of the market's trades from the decision to the last fill."""
    volume: Decimal
    """What they traded."""


@dataclass(frozen=True, slots=True)
class ExecutionQuality:
    """One order that was sent, measured; shares are fractions, not basis points."""

    order: OrderRecord
    met: MarketMet
    slippage: Fraction | None
    half_spread: Fraction | None
    vwap: Fraction | None
    shortfall: Fraction | None
    shortfall_amount: Fraction | None
    """In the account's currency, fees in it at their value."""
    arrival_value: Fraction | None
    """What was wanted, at the arrival mid."""
    fee: Fraction | None
    fill_ratio: Fraction | None
    maker_share: Fraction | None
    to_first_fill_ns: int | None
    to_last_fill_ns: int | None
    unknown: tuple[str, ...]

    @property
    def notional(self) -> Fraction:
        """What traded, at its prices."""
        return sum((Fraction(each.notional) for each in self.order.executions), Fraction(0))


def was_sent(order: OrderRecord) -> bool:
    """Return whether an order passed the gate: others met no market."""
    return order.outcome not in _NOT_SENT


def quality_of(order: OrderRecord, met: MarketMet) -> ExecutionQuality:
    """Measure one order that was sent."""
    terms, fills = order.terms, order.executions
    price, executed = order.average_price, Fraction(order.executed)
    arrival = None if met.arrival is None else Fraction(met.arrival)
    wanted = None if terms.quantity is None else Fraction(terms.quantity)
    fees = sum((Fraction(each.fee_value) for each in fills), Fraction(0))
    paid = sum((Fraction(each.notional) for each in fills), Fraction(0))
    amount = _shortfall(order, met, fees)
    base = None
    if arrival is not None:
        base = arrival * (executed if wanted is None else wanted) * Fraction(terms.multiplier)
    return ExecutionQuality(
        order=order,
        met=met,
        slippage=_apart(terms.side, price, arrival),
        half_spread=_share(None if met.spread is None else Fraction(met.spread) / 2, arrival),
        vwap=_apart(terms.side, price, met.vwap),
        shortfall=_share(amount, base),
        shortfall_amount=amount,
        arrival_value=base,
        fee=_share(fees, abs(paid)) if fills else None,
        fill_ratio=_share(executed, wanted),
        maker_share=_share(Fraction(order.maker_quantity), executed) if fills else None,
        to_first_fill_ns=fills[0].heard_ns - order.decided_ns if fills else None,
        to_last_fill_ns=fills[-1].heard_ns - order.decided_ns if fills else None,
        unknown=tuple(_unknown(order, met)),
    )


def _shortfall(order: OrderRecord, met: MarketMet, fees: Fraction) -> Fraction | None:
    """Return what deciding and not trading at once at the arrival mid cost, in money."""
    terms, price = order.terms, order.average_price
    if met.arrival is None:
        return None
    arrival, multiplier = Fraction(met.arrival), Fraction(terms.multiplier)
    executed = Fraction(order.executed)
    total = fees
    if price is not None:
        total += terms.side * (price - arrival) * executed * multiplier
    if terms.quantity is None:
        return total if order.executions else None
    missed = Fraction(terms.quantity) - executed
    if missed:
        if met.end is None:
            return None
        total += terms.side * (Fraction(met.end) - arrival) * missed * multiplier
    return total


def _apart(side: int, price: Fraction | None, other: Fraction | None) -> Fraction | None:
    if price is None or not other:
        return None
    return side * (price - other) / other


def _share(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    return None if part is None or not whole else part / whole


def _unknown(order: OrderRecord, met: MarketMet) -> Iterable[str]:
    if met.arrival is None:
        yield "arrival: no book, trade or bar was journaled before the decision"
    elif met.spread is None:
        yield "spread: no open book or quote was journaled at the decision"
    if order.executions and met.vwap is None:
        yield "vwap: no trade of the market was journaled from the decision to the last fill"
    if order.terms.quantity is None:
        yield "fill ratio: the order was sized in money"


# ------------------------------------------------------------------------------------ in sum


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """Several orders; each share is of those alone that know theirs.

    Shares are weighted by what traded, the shortfall by what was wanted at the arrival mid: so it
    counts orders that never traded, too.
    """

    name: str
    orders: int
    filled: int
    """Of which something traded."""
    notional: Fraction
    shares: Mapping[str, tuple[Fraction | None, int]]
    """By name of ``SHARES``: the share, and how many orders know it."""
    fill_ratio: Fraction | None
    """Mean over the orders that know theirs."""
    maker_share: Fraction | None
    median_fill_ns: int | None
    """From decision to last fill; the lower middle one."""


def summarize_quality(
    found: Sequence[ExecutionQuality],
) -> dict[str, tuple[QualitySummary, ...]]:
    """Return the sums of all, by instrument, by type and by hour of the decision (UTC)."""
    return {
        "all": (_summary("all", found),),
        "instrument": _grouped(found, lambda each: each.order.terms.instrument),
        "type": _grouped(found, lambda each: each.order.terms.type),
        "hour": _grouped(found, _hour),
    }


def _grouped(
    found: Sequence[ExecutionQuality], name: Callable[[ExecutionQuality], str]
) -> tuple[QualitySummary, ...]:
    groups: dict[str, list[ExecutionQuality]] = {}
    for each in found:
        groups.setdefault(name(each), []).append(each)
    return tuple(_summary(key, groups[key]) for key in sorted(groups))


def _hour(each: ExecutionQuality) -> str:
    return f"{datetime.fromtimestamp(each.order.decided_ns // _NS_PER_S, UTC):%H}"


def _summary(name: str, found: Sequence[ExecutionQuality]) -> QualitySummary:
    filled = [each for each in found if each.order.executions]
    ratios = [each.fill_ratio for each in found if each.fill_ratio is not None]
    times = [each.to_last_fill_ns for each in filled if each.to_last_fill_ns is not None]
    return QualitySummary(
        name=name,
        orders=len(found),
        filled=len(filled),
        notional=sum((each.notional for each in filled), Fraction(0)),
        shares={share: _weighted(found, share) for share in SHARES},
        fill_ratio=sum(ratios, Fraction(0)) / len(ratios) if ratios else None,
        maker_share=_weighted(found, "maker_share")[0],
        median_fill_ns=median_low(times) if times else None,
    )


def _weighted(found: Sequence[ExecutionQuality], name: str) -> tuple[Fraction | None, int]:
    total, weights, count = Fraction(0), Fraction(0), 0
    for each in found:
        share: Fraction | None = getattr(each, name)
        weight = each.arrival_value if name == "shortfall" else each.notional
        if share is not None and weight:
            total, weights, count = total + share * abs(weight), weights + abs(weight), count + 1
    return (total / weights if weights else None), count
