"""Funding payments, booked to the trades that were held when they fell due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from traider.portfolio.trades import Trade

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """Money paid (positive) or received (negative) for holding a perpetual."""

    instrument: str
    amount: Decimal
    ts_ns: int


def charge_funding(
    trades: Sequence[Trade], payments: Iterable[FundingPayment]
) -> tuple[Trade, ...]:
    """Return the trades, ordered by opening, with their funding taken off.

    A payment falls to the trade of its instrument that was open at its time; where one ended and
    the next began at that very time, to the one that ended. One that fell due while nothing was
    held is booked to no trade.
    """
    by_instrument: dict[str, list[int]] = {}
    for at, trade in enumerate(trades):
        by_instrument.setdefault(trade.instrument, []).append(at)
    charged = [_ZERO] * len(trades)
    reached = dict.fromkeys(by_instrument, 0)
    for payment in sorted(payments, key=lambda payment: payment.ts_ns):
        places = by_instrument.get(payment.instrument, [])
        place = reached.get(payment.instrument, 0)
        while place < len(places) and _ended_before(trades[places[place]], payment.ts_ns):
            place += 1
        reached[payment.instrument] = place
        if place < len(places) and trades[places[place]].opened_ns <= payment.ts_ns:
            charged[places[place]] += payment.amount
    return tuple(
        replace(trade, funding=paid, pnl=trade.pnl - paid) if paid else trade
        for trade, paid in zip(trades, charged, strict=True)
    )


def _ended_before(trade: Trade, ts_ns: int) -> bool:
    return not trade.is_open and trade.closed_ns < ts_ns
