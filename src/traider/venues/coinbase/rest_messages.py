"""Answers of Coinbase's REST interface as typed, frozen structs.

Amounts stay the text that the venue wrote (an empty one means that it told none); ``amount`` reads
one. Times are RFC 3339, for ``rfc3339.parse_ns``. Fields that nothing needs are not read, and those
that a struct gives a default may be missing.

Source: docs.cdp.coinbase.com, Advanced Trade REST endpoints (2026-09); real answers of 2026-04-07.
"""

from decimal import Decimal, InvalidOperation
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from traider.domain.errors import DataError
from traider.venues.errors import VenueSilenceError


def amount(text: str) -> Decimal:
    """Return an amount; an empty text is zero.

    Raises:
        DataError: it is no finite decimal number.
    """
    try:
        value = Decimal(text or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise DataError(f"{text[:40]!r} is no amount", where="Coinbase", fix="ask again")
    return value


class Cash(Struct, frozen=True):
    """An amount of one currency."""

    value: str
    currency: str


class ServerTime(Struct, frozen=True):
    """GET /time."""

    iso: str
    epoch_millis: str = field(name="epochMillis")

    @property
    def now_ns(self) -> int:
        """The venue's clock."""
        return int(self.epoch_millis) * 1_000_000


class Candle(Struct, frozen=True):
    """One bar; ``start`` is when it opens, in seconds."""

    start: str
    low: str
    high: str
    open: str
    close: str
    volume: str

    @property
    def start_s(self) -> int:
        """When it opens, s since 1970 UTC."""
        return int(self.start)


class Candles(Struct, frozen=True):
    """GET /products/{id}/candles: newest first, at most 350."""

    candles: list[Candle]


class BookLevel(Struct, frozen=True):
    """Price and size of one level."""

    price: str
    size: str


class PriceBook(Struct, frozen=True):
    """A book; best levels first."""

    product_id: str
    bids: list[BookLevel]
    asks: list[BookLevel]
    time: str = ""


class ProductBook(Struct, frozen=True):
    """GET /product_book, /market/product_book."""

    pricebook: PriceBook


class BestBidAsk(Struct, frozen=True):
    """GET /best_bid_ask."""

    pricebooks: list[PriceBook]


class MarketTrade(Struct, frozen=True):
    """One trade; ``side`` is the maker's."""

    trade_id: str
    product_id: str
    price: str
    size: str
    time: str
    side: str


class Ticker(Struct, frozen=True):
    """GET /products/{id}/ticker: the last trades, newest first."""

    trades: list[MarketTrade]
    best_bid: str
    best_ask: str


class Account(Struct, frozen=True):
    """The account of one currency; what is owned is available and on hold together."""

    uuid: str
    currency: str
    available_balance: Cash
    hold: Cash
    active: bool = True
    ready: bool = True
    retail_portfolio_id: str = ""

    @property
    def available(self) -> Decimal:
        """What may be spent."""
        return amount(self.available_balance.value)

    @property
    def held(self) -> Decimal:
        """What open orders hold."""
        return amount(self.hold.value)


class Accounts(Struct, frozen=True):
    """GET /accounts, one page."""

    accounts: list[Account]
    has_next: bool
    cursor: str = ""


class FeeTier(Struct, frozen=True):
    """The rates of the account, fractions of the notional."""

    taker_fee_rate: str
    maker_fee_rate: str
    pricing_tier: str = ""

    @property
    def maker(self) -> Decimal:
        """What resting orders pay."""
        return amount(self.maker_fee_rate)

    @property
    def taker(self) -> Decimal:
        """What orders that take pay."""
        return amount(self.taker_fee_rate)


class TransactionSummary(Struct, frozen=True):
    """GET /transaction_summary."""

    fee_tier: FeeTier
    total_volume: float = 0.0
    total_fees: float = 0.0


class Order(Struct, frozen=True):
    """An order as the venue keeps it; amounts add up over its life."""

    order_id: str
    client_order_id: str
    product_id: str
    side: str
    status: str
    created_time: str
    order_configuration: dict[str, dict[str, str | bool | int | None]] = {}
    time_in_force: str = ""
    order_type: str = ""
    filled_size: str = ""
    average_filled_price: str = ""
    filled_value: str = ""
    total_fees: str = ""
    number_of_fills: str = ""
    outstanding_hold_amount: str = ""
    trigger_status: str = ""
    reject_reason: str = ""
    reject_message: str = ""
    cancel_message: str = ""
    pending_cancel: bool = False
    settled: bool = False
    attached_order_id: str = ""
    originating_order_id: str = ""
    last_fill_time: str | None = None


class OneOrder(Struct, frozen=True):
    """GET /orders/historical/{id}."""

    order: Order


class Orders(Struct, frozen=True):
    """GET /orders/historical/batch, one page."""

    orders: list[Order]
    has_next: bool = False
    cursor: str = ""


class Fill(Struct, frozen=True):
    """One fill."""

    entry_id: str
    trade_id: str
    order_id: str
    trade_time: str
    price: str
    size: str
    commission: str
    product_id: str
    side: str
    sequence_timestamp: str = ""
    trade_type: str = "FILL"
    liquidity_indicator: str = "UNKNOWN_LIQUIDITY_INDICATOR"
    size_in_quote: bool = False

    @property
    def base_size(self) -> Decimal:
        """What was traded, in the base currency, also when ``size`` counts the quote."""
        size = amount(self.size)
        return size / amount(self.price) if self.size_in_quote else size


class Fills(Struct, frozen=True):
    """GET /orders/historical/fills, one page; an empty cursor ends them."""

    fills: list[Fill]
    cursor: str = ""


class KeyPermissions(Struct, frozen=True):
    """GET /key_permissions."""

    can_view: bool
    can_trade: bool
    can_transfer: bool = False
    portfolio_uuid: str = ""


Answer = TypeVar("Answer")


def decode(body: bytes, kind: type[Answer], where: str) -> Answer:
    """Return an answer as ``kind``.

    Raises:
        VenueSilenceError: the body is something else, so that nothing of it can be trusted.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as fault:
        raise VenueSilenceError(
            f"an answer cannot be read: {fault}", where=where, fix="ask what became of it"
        ) from fault
