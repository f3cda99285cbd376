"""Products: what can be traded, on which grid, in the words of Coinbase's product list.

The shipped ones have the increments and limits that ``GET /market/products`` told on 2026-08-09;
a file of that answer lists more. A ``-USDC`` product that names a ``-USD`` one as its alias shares
that one's book, and settles in its own currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from traider.domain.errors import DataError
from traider.venues.simulated.amounts import MILLION, ONE, text_of, units_of

_NAMES: Final = {
    "BTC": "Bitcoin", "ETH": "Ethereum", "SOL": "Solana", "XRP": "XRP", "DOGE": "Dogecoin",
    "USD": "US Dollar", "USDC": "USDC", "USDT": "Tether", "EUR": "Euro",
}  # fmt: skip
FIAT: Final = frozenset({"USD", "EUR", "GBP", "INR", "SGD", "AUD", "CAD"})

# id, price, price increment, base increment, base max, quote max, alias
_SHIPPED: Final = (
    ("BTC-USD", "65086.18", "0.01", "0.00000001", "3400", "150000000", ""),
    ("BTC-USDC", "65083.67", "0.01", "0.00000001", "3400", "150000000", "BTC-USD"),
    ("ETH-USD", "1919.41", "0.01", "0.00000001", "42000", "150000000", ""),
    ("ETH-USDC", "1919.41", "0.01", "0.00000001", "42000", "150000000", "ETH-USD"),
    ("SOL-USD", "77.12", "0.01", "0.00000001", "1274000", "25000000", ""),
    ("SOL-USDC", "77.12", "0.01", "0.00000001", "1274000", "25000000", "SOL-USD"),
    ("BTC-EUR", "56306.27", "0.01", "0.00000001", "400", "10000000", ""),
    ("BTC-USDT", "65086.18", "0.01", "0.00000001", "3400", "10000000", ""),
    ("ETH-USDT", "1919.41", "0.01", "0.00000001", "42000", "10000000", ""),
)


@dataclass(frozen=True, slots=True)
class Product:
    """One product. Steps and bounds are exact units; see ``amounts``."""

    product_id: str
    base: str
    quote: str
    tick_units: int
    """Price increment."""
    lot_units: int
    """Base increment."""
    quote_step_units: int
    lots_min: int
    lots_max: int
    quote_min_units: int
    quote_max_units: int
    price_units: int
    """Last price known when the list was made: where a synthetic market starts."""
    alias: str = ""
    alias_to: tuple[str, ...] = ()
    base_name: str = ""
    quote_name: str = ""

    @property
    def book_id(self) -> str:
        """The product whose book this one trades in."""
        return self.alias or self.product_id

    @property
    def tick_lot_units(self) -> int:
        """What one lot costs at a price of one tick, in units of the quote currency."""
        return self.tick_units * self.lot_units // ONE

    def price_text(self, ticks: int) -> str:
        """Return a price as the wire has it."""
        return text_of(ticks * self.tick_units)

    def size_text(self, lots: int) -> str:
        """Return a size as the wire has it."""
        return text_of(lots * self.lot_units)


def shipped_products() -> dict[str, Product]:
    """Return the products that need no file."""
    rows = [
        {
            "product_id": name,
            "price": price,
            "price_increment": tick,
            "base_increment": lot,
            "quote_increment": tick,
            "base_min_size": lot,
            "base_max_size": base_max,
            "quote_min_size": "1",
            "quote_max_size": quote_max,
            "alias": alias,
        }
        for name, price, tick, lot, base_max, quote_max, alias in _SHIPPED
    ]
    return listed(_product(row) for row in rows)


def read_products(path: Path) -> dict[str, Product]:
    """Return the online spot products of a file with an answer of ``GET /market/products``.

    Raises:
        DataError: the file cannot be read, or is no such answer.
    """
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            body = msgspec.json.decode(stream.read())
        rows = [row for row in body["products"] if row.get("status") == "online"]
        return listed(_product(row) for row in rows)
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except (pa.ArrowException, OSError, msgspec.DecodeError, KeyError, TypeError) as fault:
        raise DataError(
            f"is no list of products: {type(fault).__name__} {fault}",
            where=str(path),
            fix="save the answer of GET /market/products",
        ) from fault


def product_on_grid(product_id: str, tick: str, lot: str) -> Product:
    """Return a product whose grid a recording or a file of bars tells."""
    return _product(
        {
            "product_id": product_id,
            "price_increment": tick,
            "base_increment": lot,
            "quote_increment": tick,
            "base_min_size": lot,
            "base_max_size": "1000000000",
            "quote_min_size": tick,
            "quote_max_size": "1000000000000",
        }
    )


def listed(products: Iterable[Product]) -> dict[str, Product]:
    """Return products by id; aliases without their product stand alone."""
    found = {product.product_id: product for product in products}
    aliases: dict[str, list[str]] = {}
    for product in found.values():
        if product.alias in found:
            aliases.setdefault(product.alias, []).append(product.product_id)
    return {
        name: _with_aliases(product, found, tuple(aliases.get(name, ())))
        for name, product in found.items()
    }


def _with_aliases(product: Product, found: dict[str, Product], to: tuple[str, ...]) -> Product:
    alias = product.alias if product.alias in found else ""
    return replace(product, alias=alias, alias_to=to)


def _product(row: dict[str, Any]) -> Product:
    name = str(row["product_id"])
    # A perpetual that is replayed here has a third part; it trades as if it were spot.
    base, quote = name.split("-")[:2]
    tick, lot = _step(row, "price_increment"), _step(row, "base_increment")
    if tick * lot % (ONE * MILLION):
        raise DataError(
            f"{name} has steps too fine to count fees exactly", fix="leave the product out"
        )
    return Product(
        product_id=name,
        base=base,
        quote=quote,
        tick_units=tick,
        lot_units=lot,
        quote_step_units=_step(row, "quote_increment"),
        lots_min=-(-_step(row, "base_min_size") // lot),
        lots_max=_step(row, "base_max_size") // lot,
        quote_min_units=_step(row, "quote_min_size"),
        quote_max_units=_step(row, "quote_max_size"),
        price_units=units_of(str(row.get("price") or "0")) or 0,
        alias=str(row.get("alias") or ""),
        base_name=str(row.get("base_name") or _NAMES.get(base, base)),
        quote_name=str(row.get("quote_name") or _NAMES.get(quote, quote)),
    )


def _step(row: dict[str, Any], name: str) -> int:
    units = units_of(str(row[name]))
    if not units:
        raise DataError(
            f"{row['product_id']}: {name} is {row[name]!r}", fix="give a positive decimal"
        )
    return units
