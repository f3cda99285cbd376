"""What Coinbase tells of an account: balances, fees, orders, fills. Every page is read."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import UsageError
from traider.venues.coinbase.rest_messages import (
    Account,
    Accounts,
    FeeTier,
    Fill,
    Fills,
    KeyPermissions,
    OneOrder,
    Order,
    Orders,
    TransactionSummary,
    decode,
)
from traider.venues.coinbase.rest_session import RestSession
from traider.venues.errors import VenueSilenceError
from traider.venues.rfc3339 import format_ns, parse_ns

_ACCOUNTS_PAGE: Final = 250
_PAGE: Final = 100
_PAGES_MAX: Final = 10_000

Words = dict[str, str | Sequence[str]]


@dataclass(frozen=True)
class OrderFilter:
    """Which orders to list; empty fields choose all.

    ``status`` OPEN does not bring those that are PENDING or QUEUED, and is refused beside others:
    ask twice.
    """

    product_ids: Sequence[str] = ()
    statuses: Sequence[str] = ()
    start: str = ""
    """Created from here on, RFC 3339."""
    end: str = ""

    def query(self) -> Words:
        """Return the words of the request."""
        words: Words = {
            "product_ids": list(self.product_ids),
            "order_status": list(self.statuses),
            "start_date": self.start,
            "end_date": self.end,
        }
        return {name: value for name, value in words.items() if value}


@dataclass(frozen=True)
class FillFilter:
    """Which fills to list: those of some orders, or else of products and times."""

    order_ids: Sequence[str] = ()
    product_ids: Sequence[str] = ()
    start: str = ""
    """From this sequence time on, RFC 3339."""
    end: str = ""

    def query(self) -> Words:
        """Return the words of the request.

        Raises:
            UsageError: orders are named beside others: the venue refuses that.
        """
        words: Words = {
            "order_ids": list(self.order_ids),
            "product_ids": list(self.product_ids),
            "start_sequence_timestamp": self.start,
            "end_sequence_timestamp": self.end,
        }
        chosen = {name: value for name, value in words.items() if value}
        if "order_ids" in chosen and len(chosen) > 1:
            raise UsageError("fills of orders take no other filter", fix="filter what comes back")
        return chosen


class AccountReads:
    """Balances, fees, orders and fills; every call needs a key."""

    def __init__(self, session: RestSession) -> None:
        self._session = session

    async def accounts(self) -> list[Account]:
        """Return the account of every currency.

        Raises:
            VenueError: see ``RestSession``.
        """
        words: Words = {"limit": str(_ACCOUNTS_PAGE)}
        found = []
        async for body in self._pages("/accounts", words):
            page = decode(body, Accounts, "/accounts")
            found += page.accounts
            words["cursor"] = page.cursor if page.has_next else ""
        return found

    async def fees(self, product_type: str = "SPOT") -> FeeTier:
        """Return the rates the account pays now; an order keeps those of its placing."""
        path = "/transaction_summary"
        body = await self._session.get(path, {"product_type": product_type})
        return decode(body, TransactionSummary, path).fee_tier

    async def permissions(self) -> KeyPermissions:
        """Return what the key may do."""
        path = "/key_permissions"
        return decode(await self._session.get(path), KeyPermissions, path)

    async def order(self, order_id: str) -> Order:
        """Return one order, by the venue's own id."""
        path = f"/orders/historical/{order_id}"
        return decode(await self._session.get(path), OneOrder, path).order

    async def orders(self, chosen: OrderFilter | None = None) -> list[Order]:
        """Return orders, newest first."""
        path = "/orders/historical/batch"
        words: Words = {**(chosen or OrderFilter()).query(), "limit": str(_PAGE)}
        found = []
        async for body in self._pages(path, words):
            page = decode(body, Orders, path)
            found += page.orders
            words["cursor"] = page.cursor if page.has_next else ""
        return found

    async def find(self, client_order_id: str, product_id: str, since_ns: int) -> Order | None:
        """Return the order that was placed under an id of ours; None when there is none.

        This settles a placing whose outcome is Unknown. One that was sent a moment ago may be told
        late: None says that it is not there yet.

        Args:
            client_order_id: the id it was placed under.
            product_id: the product it was placed for.
            since_ns: created from here on, by the venue's clock: take what is surely before.
        """
        path = "/orders/historical/batch"
        chosen = OrderFilter(product_ids=(product_id,), start=format_ns(since_ns))
        words: Words = {**chosen.query(), "limit": str(_PAGE)}
        async for body in self._pages(path, words):
            page = decode(body, Orders, path)
            for order in page.orders:
                if order.client_order_id == client_order_id:
                    return order
            is_past = any(parse_ns(order.created_time) < since_ns for order in page.orders)
            words["cursor"] = page.cursor if page.has_next and not is_past else ""
        return None

    async def fills(self, chosen: FillFilter | None = None) -> list[Fill]:
        """Return fills, newest first, each once."""
        path = "/orders/historical/fills"
        words: Words = {**(chosen or FillFilter()).query(), "limit": str(_PAGE)}
        found: dict[str, Fill] = {}
        async for body in self._pages(path, words):
            page = decode(body, Fills, path)
            found.update((fill.entry_id, fill) for fill in page.fills)
            words["cursor"] = page.cursor
        return list(found.values())

    async def _pages(self, path: str, words: Words) -> AsyncIterator[bytes]:
        """Yield the pages of a list, as long as whoever reads them sets a new cursor."""
        seen: set[str] = set()
        for _ in range(_PAGES_MAX):
            yield await self._session.get(path, words)
            cursor = str(words.get("cursor", ""))
            if not cursor:
                return
            if cursor in seen:
                break
            seen.add(cursor)
        raise VenueSilenceError("pages that never end", where=path, fix="ask for less at once")
