"""Accounts that outlive the exchange's process: orders, fills, balances and the time, in a folder.

    accounts.jsonl   a line a change: the orders that changed, whole, and every balance
    clock            the time reached, ns

A line is written before anyone is told of the change, so what a client was told is there after the
process was killed; it is not forced to the disk, so a loss of power may take the last lines. Opened
again, the file is written anew with the last state of each order, and orders that were live rest
again, behind the crowd at their price, which meets them as the market opens.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError, UsageError
from traider.venues.simulated.desk import Desk, Watcher
from traider.venues.simulated.market import Market, Trade
from traider.venues.simulated.orders import Fill, Order
from traider.venues.simulated.portfolios import Portfolio

_ACCOUNTS: Final = "accounts.jsonl"
_CLOCK: Final = "clock"
_DIGITS: Final = 20


class KeptPortfolio(Struct, frozen=True):
    """An account, without its orders."""

    portfolio_id: str
    name: str
    user_id: str
    created_ns: int


class Change(Struct, frozen=True):
    """What a line tells: how accounts stand after one request or one step of the market."""

    now_ns: int
    portfolios: list[KeptPortfolio]
    orders: list[Order]
    balances: dict[str, dict[str, tuple[int, int]]]
    """Total and hold by owner and currency."""
    trade_ids: dict[str, int]
    """Number of the last trade by market."""


class AccountKeeper(Watcher):
    """Keep the accounts of a desk in a folder; changes are handed on to who watched the desk.

    Raises:
        UsageError: another process keeps accounts there.
        DataError: what is kept there cannot be read.
    """

    def __init__(self, folder: Path, desk: Desk) -> None:
        self._folder, self._desk = folder, desk
        self._watcher = desk.watcher
        self._changed: dict[str, Order] = {}
        self._lock = _locked(folder)
        self._clock = os.open(folder / _CLOCK, os.O_RDWR | os.O_CREAT, 0o600)
        self._told_ns = 0
        self._restore()
        desk.watcher = self
        self._file = self._begin()

    def traded(self, market: Market, trade: Trade) -> None:
        """Hand a trade on."""
        if self._watcher:
            self._watcher.traded(market, trade)

    def order_changed(self, order: Order) -> None:
        """Remember the order for the next line, and hand it on."""
        self._changed[order.order_id] = order
        if self._watcher:
            self._watcher.order_changed(order)

    def write(self) -> None:
        """Write what changed since the last call, and the time.

        Raises:
            DataError: the disk takes no more.
        """
        try:
            if self._changed:
                os.write(self._file, self._line(list(self._changed.values())))
                self._changed.clear()
            if self._desk.now_ns != self._told_ns:
                self._told_ns = self._desk.now_ns
                os.pwrite(self._clock, f"{self._told_ns:0{_DIGITS}d}".encode(), 0)
        except OSError as fault:
            raise DataError(
                f"accounts cannot be kept: {fault.strerror}",
                where=str(self._folder),
                fix="make room on the disk",
            ) from fault

    def close(self) -> None:
        """Write what is left and let the folder go."""
        self.write()
        for descriptor in (self._file, self._clock, self._lock):
            os.close(descriptor)

    def _line(self, orders: list[Order]) -> bytes:
        desk = self._desk
        change = Change(
            desk.now_ns,
            [
                KeptPortfolio(each.portfolio_id, each.name, each.user_id, each.created_ns)
                for each in desk.portfolios.values()
            ],
            orders,
            {
                owner: {
                    currency: (balance.total, balance.hold)
                    for currency, balance in desk.ledger.balances(owner)
                }
                for owner in desk.ledger.owners()
            },
            {name: market.last_trade_id for name, market in desk.markets.items()},
        )
        return msgspec.json.encode(change) + b"\n"

    def _begin(self) -> int:
        """Write the file anew, as everything stands, and return it open for more."""
        path = self._folder / _ACCOUNTS
        orders = [
            order
            for portfolio in self._desk.portfolios.values()
            for order in portfolio.orders.values()
        ]
        fresh = path.with_suffix(".new")
        fresh.write_bytes(self._line(orders))
        fresh.replace(path)
        self._changed.clear()
        return os.open(path, os.O_WRONLY | os.O_APPEND)

    def _restore(self) -> None:
        """Bring the desk to what is kept, if anything is."""
        last: Change | None = None
        orders: dict[str, Order] = {}
        for last in _changes(self._folder / _ACCOUNTS):
            orders |= {order.order_id: order for order in last.orders}
        if last is None:
            return
        desk = self._desk
        for kept in last.portfolios:
            if kept.portfolio_id not in desk.portfolios:
                desk.portfolios[kept.portfolio_id] = Portfolio(*msgspec.structs.astuple(kept))
        for owner, balances in last.balances.items():
            for currency, (total, hold) in balances.items():
                balance = desk.ledger.balance(owner, currency)
                balance.total, balance.hold = total, hold
        for name, number in last.trade_ids.items():
            if name in desk.markets:
                desk.markets[name].last_trade_id = number
        for order in orders.values():
            order.product = desk.products[order.product.product_id]
            desk.take_back(order)
        _count_fills(desk, orders)
        desk.name_anew(f"{last.now_ns}/{len(orders)}")


def kept_time_ns(folder: Path) -> int:
    """Return the time that the accounts kept in ``folder`` have reached; 0 when there are none.

    Raises:
        DataError: it cannot be read.
    """
    try:
        text = (folder / _CLOCK).read_text("ascii")
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as fault:
        raise _unreadable(folder / _CLOCK, fault) from fault
    if text and not text.isdigit():
        raise _unreadable(folder / _CLOCK, ValueError(text[:40]))
    return int(text or 0)


def _changes(path: Path) -> Iterator[Change]:
    """Yield the lines of a file; one that was not finished is left out."""
    if not path.exists():
        return
    decoder = msgspec.json.Decoder(Change)
    try:
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield decoder.decode(line)
    except (OSError, msgspec.DecodeError) as fault:
        raise _unreadable(path, fault) from fault


def _count_fills(desk: Desk, orders: dict[str, Order]) -> None:
    """Let accounts know their fills again, in the order they came."""
    found: list[tuple[int, Order, Fill]] = [
        (fill.time_ns, order, fill) for order in orders.values() for fill in order.fills
    ]
    for _, order, fill in sorted(found, key=lambda row: (row[0], row[2].trade_id)):
        quote = order.product.quote
        desk.portfolios[order.owner].count_fill(
            order, fill, desk.dollars(quote, fill.value_units), desk.dollars(quote, fill.fee_units)
        )


def _locked(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UsageError(
            "another exchange keeps its accounts here", where=str(folder), fix="name another folder"
        ) from None
    return lock


def _unreadable(path: Path, fault: Exception) -> DataError:
    return DataError(
        f"kept accounts cannot be read: {fault}", where=str(path), fix="name another folder"
    )
