"""Recordings of Binance: which symbols they hold, on which grid.

The market and the symbols are told by the address (``wss://fstream.binance.com/stream?streams=
btcusdt@depth/…``), by SUBSCRIBE requests, or by the name of the file
(``BINANCE-USDM-BTCUSDT-20240808.txt.zst``); tick and lot by the registry, else by the messages.

GET ``…/exchangeInfo`` is not asked: orders from before a tick was made coarser still rest in the
book. NKNUSDT, tickSize 0.0001, has the level ``["0.25974000","51.00000000"]`` in its snapshot of
2021-10-12; CTKUSDT on USD-M, tickSize 0.001, has ``0.50579`` in that of 2021-07-22.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.venues.binance.instruments import Market, instrument_name, registered
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection


class _Request(Struct, frozen=True):
    method: str = ""
    params: list[str] = []


_decode_request: Final = Decoder(_Request).decode


class BinanceRecordings:
    """Understand recordings of spot and of USD-M futures."""

    def products(
        self,
        connection: Connection,
        answers: Sequence[Answered],  # noqa: ARG002 - see above
    ) -> tuple[Product, ...]:
        """Return the symbols of the streams that were asked for.

        Raises:
            DataError: nothing tells a symbol.
        """
        market, symbols = _market(connection), _symbols(connection)
        if not symbols:
            raise DataError(
                "nothing tells which symbols were recorded",
                where=connection.name,
                fix="name the file BINANCE-SPOT-<symbol> or BINANCE-USDM-<symbol>",
            )
        return tuple(_product(market, symbol) for symbol in symbols)

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> BinanceMapper:
        """Return a mapper for the market of the connection."""
        return BinanceMapper(_market(connection), listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return the symbol of GET ``…/depth``."""
        parts = urlsplit(url)
        if not parts.path.endswith("/depth"):
            return ""
        return parse_qs(parts.query).get("symbol", [""])[0]


def _product(market: Market, symbol: str) -> Product:
    name, known = str(instrument_name(market, symbol)), registered(market, symbol)
    funding = known.funding if known else None
    return Product(
        symbol,
        name,
        known.tick_size if known else None,
        known.lot_size if known else None,
        funding.phases[-1].interval_ns if funding else 0,
    )


def _market(connection: Connection) -> Market:
    """Return the market that the host or the name of a connection tells."""
    if connection.address:
        host = urlsplit(connection.address).hostname or ""
        return Market.USDM if "fstream" in host else Market.SPOT
    return Market.USDM if Market.USDM.value in connection.name.upper().split("-") else Market.SPOT


def _symbols(connection: Connection) -> list[str]:
    """Return the symbols in the order they were asked for."""
    query = parse_qs(urlsplit(connection.address).query)
    streams = [name for text in query.get("streams", []) for name in text.split("/")]
    for request in connection.requests:
        try:
            message = _decode_request(request)
        except DecodeError as fault:
            raise DataError(f"a request cannot be read: {fault}", where=connection.name) from fault
        if message.method == "SUBSCRIBE":
            streams += message.params
    found = [stream.partition("@")[0].upper() for stream in streams if "@" in stream]
    parts = connection.name.upper().split("-")
    if not found and len(parts) > 2 and parts[1] in {market.value for market in Market}:
        found = [parts[2]]
    return list(dict.fromkeys(symbol for symbol in found if not symbol.startswith("!")))
