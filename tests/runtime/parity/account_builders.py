"""Runs as values, for tests of parity: orders that traded, on a market of a few known prices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from traider.domain.fills import Fill
from traider.portfolio.funding import FundingPayment
from traider.runtime.parity.accounts import RunAccount, TradedOrder

NAME: Final = "X:BTC-USD"
MARK: Final = Decimal(110)
Rows = Sequence[tuple[str, str]]
"""Price and quantity of each fill."""


def order(
    side: int,
    rows: Rows,
    *,
    at: int = 1_000,
    traded: int = 1_050,
    fee: str = "0",
    wanted: str = "",
    leg: int = 0,
    name: str = NAME,
) -> TradedOrder:
    """Return an order decided ``at``, filled at ``traded``; ``fee`` is its first fill's."""
    fills = [
        Fill(name, side, Decimal(price), Decimal(size), Decimal(0 if place else fee), traded)
        for place, (price, size) in enumerate(rows)
    ]
    size = Decimal(wanted) if wanted else sum((fill.quantity for fill in fills), Decimal(0))
    return TradedOrder(name, side, at, size, tuple(fills), (at << 8 | leg,))


def account(
    orders: Sequence[TradedOrder],
    prices: Mapping[int, str] | None = None,
    *,
    mark: Decimal = MARK,
    funding: Sequence[FundingPayment] = (),
    corrections: Mapping[str, Decimal] | None = None,
) -> RunAccount:
    """Return a run that did these orders, its profit by books that round each notional."""
    marks = {each.instrument: mark for each in orders}
    fills = [fill for each in orders for fill in each.fills]
    profit = sum((-fill.side * fill.notional - fill.fee for fill in fills), Decimal(0))
    profit += sum((fill.signed_quantity * mark for fill in fills), Decimal(0))
    profit -= sum((each.amount for each in funding), Decimal(0))
    profit += sum((corrections or {}).values(), Decimal(0))
    known = {ts: Decimal(price) for ts, price in (prices or {}).items()}
    return RunAccount(
        profit=profit,
        marks=marks,
        orders=tuple(orders),
        funding=tuple(funding),
        corrections=corrections or {},
        price_at=lambda _name, ts_ns: known.get(ts_ns),
    )
