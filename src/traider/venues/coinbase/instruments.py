"""What Coinbase's products are called here, and what they are, as GET …/products tells.

| product | name | why |
| --- | --- | --- |
| ``BTC-USD`` | ``COINBASE:BTC-USD`` | |
| ``BTC-USDC`` | ``COINBASE:BTC-USD`` | one book, see below |
| ``USDT-USDC``, ``EURC-USDC`` … | their own | books of their own, without an ``alias`` |
| ``BIT-24APR26-CDE`` | ``COINBASE:BIT-USD-260424`` | the contract's code is the base |

``BTC-USDC`` has the ``alias`` ``BTC-USD`` (GET …/products, 2026-08-09), and market channels answer
a subscription to it under that name (docs.cdp.coinbase.com, "WebSocket channels"). Contracts on one
coin differ in size, so a future is named by its code.

Sizes of futures count contracts of ``contract_size``. ``limit_only`` is taken for post-only: the
gate knows no narrower rule that keeps it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from traider.domain.errors import DataError, UsageError
from traider.domain.instruments import Instrument, InstrumentName, InstrumentStatus
from traider.domain.registry import shipped_instruments

VENUE: Final = "COINBASE"

# The first two by the docs, "WebSocket channels"; the others have no alias (2026-08-09).
_OWN_BOOKS: Final = frozenset({"USDT-USDC", "EURC-USDC", "AUDD-USDC", "TGBP-USDC", "XSGD-USDC"})
_SECOND_NS: Final = 1_000_000_000


class FutureDetails(Struct, frozen=True):
    """What a future adds."""

    contract_code: str
    contract_expiry: str
    contract_size: str
    contract_root_unit: str = ""


class CoinbaseProduct(Struct, frozen=True):
    """One product of GET ``/api/v3/brokerage/products`` or ``…/market/products``."""

    product_id: str
    base_increment: str
    base_min_size: str
    quote_min_size: str
    quote_currency_id: str
    price_increment: str = ""
    quote_increment: str = ""
    base_currency_id: str = ""
    product_type: str = "SPOT"
    status: str = ""
    alias: str = ""
    trading_disabled: bool = False
    is_disabled: bool = False
    cancel_only: bool = False
    limit_only: bool = False
    post_only: bool = False
    view_only: bool = False
    future_product_details: FutureDetails | None = None

    @property
    def tick_size(self) -> Decimal:
        """The grid of prices: ``price_increment``; older answers have ``quote_increment`` alone.

        Raises:
            DataError: it is no number.
        """
        return _step(self.price_increment or self.quote_increment, self.product_id)

    @property
    def lot_size(self) -> Decimal:
        """The grid of sizes.

        Raises:
            DataError: it is no number.
        """
        return _step(self.base_increment, self.product_id)


class Products(Struct, frozen=True):
    """GET ``…/products``."""

    products: list[CoinbaseProduct]


_decode_products: Final = Decoder(Products).decode


def read_products(raw: bytes) -> tuple[CoinbaseProduct, ...]:
    """Return the products of an answer to GET ``…/products``.

    Raises:
        DataError: the answer cannot be read.
    """
    try:
        return tuple(_decode_products(raw).products)
    except DecodeError as fault:
        raise DataError(f"the products cannot be read: {fault}", fix="ask again") from fault


def stream_symbol(symbol: str) -> str:
    """Return the product that market channels answer under when ``symbol`` is subscribed."""
    base, _, quote = symbol.upper().rpartition("-")
    aliased = quote == "USDC" and symbol.upper() not in _OWN_BOOKS
    return f"{base}-USD" if aliased else symbol.upper()


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of a spot product.

    Raises:
        DataError: the product is no pair of two currencies.
    """
    base, _, quote = stream_symbol(symbol).partition("-")
    try:
        return InstrumentName(VENUE, base, quote)
    except UsageError:
        raise DataError(f"{symbol!r} is no spot product", fix="write BASE-QUOTE") from None


def product_name(product: CoinbaseProduct) -> InstrumentName:
    """Return our name of a product.

    Raises:
        DataError: it can have none.
    """
    future = product.future_product_details
    if product.product_type != "FUTURE" or future is None:
        return instrument_name(product.alias or product.product_id)
    try:
        day = _expiry(future).strftime("%y%m%d")
        return InstrumentName(VENUE, future.contract_code, product.quote_currency_id, day)
    except (UsageError, ValueError) as fault:
        raise DataError(f"{product.product_id} cannot be named: {fault}") from fault


def instrument_of(product: CoinbaseProduct) -> Instrument:
    """Return the instrument that a product is; fees are those of the registry's lowest tiers.

    Raises:
        DataError: the product has no grid, or contradicts itself.
    """
    name, future = product_name(product), product.future_product_details
    try:
        instrument = Instrument(
            name=name,
            symbol=product.product_id,
            settle=name.quote,
            tick_size=Decimal(product.price_increment),
            lot_size=Decimal(product.base_increment),
            min_size=Decimal(product.base_min_size),
            min_notional=Decimal(product.quote_min_size),
            fees=shipped_instruments()["COINBASE:BTC-USD"].fees,
            expiry_ns=int(_expiry(future).timestamp()) * _SECOND_NS if future else 0,
            status=product_status(product),
        )
        return (
            replace(instrument, multiplier=Decimal(future.contract_size)) if future else instrument
        )
    except InvalidOperation as fault:
        raise DataError(
            "a grid or a minimum is no number", where=product.product_id, fix="ask again"
        ) from fault


def product_status(product: CoinbaseProduct) -> InstrumentStatus:
    """Return whether a product can be traded; a future's ``status`` is empty while it can."""
    if product.status == "delisted":
        return InstrumentStatus.DELISTED
    is_off = product.trading_disabled or product.is_disabled or product.view_only
    if is_off or product.status not in ("", "online"):
        return InstrumentStatus.HALTED
    if product.cancel_only:
        return InstrumentStatus.CANCEL_ONLY
    if product.post_only or product.limit_only:
        return InstrumentStatus.POST_ONLY
    return InstrumentStatus.TRADING


def told_status(status: str) -> InstrumentStatus:
    """Return what the channel ``status`` says of a product: ``online`` or anything else."""
    if status == "delisted":
        return InstrumentStatus.DELISTED
    return InstrumentStatus.TRADING if status == "online" else InstrumentStatus.HALTED


def grids(products: Sequence[CoinbaseProduct]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return tick and lot by product.

    Raises:
        DataError: a product has no grid.
    """
    return {each.product_id: (each.tick_size, each.lot_size) for each in products}


def _step(text: str, product_id: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise DataError("the grid is no number", where=product_id) from None


def _expiry(future: FutureDetails) -> datetime:
    return datetime.fromisoformat(future.contract_expiry)
