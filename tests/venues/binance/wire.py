"""Messages as Binance writes them, and what a mapper makes of them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from traider.domain.events import EventArray, Kind
from traider.domain.payloads import decode_event
from traider.venues.binance.instruments import Market
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

MS = 1_721_347_020_984
NS = MS * 1_000_000
SYMBOL = "BTCUSDT"
EIGHT_HOURS_NS = 8 * 3_600 * 10**9

Levels = Sequence[tuple[str, str]]


def listing(symbol: str = SYMBOL, instrument: int = 0) -> Listing:
    """A listing on a grid of 0.1 and 0.001."""
    return Listing(symbol, instrument, Decimal("0.1"), Decimal("0.001"), EIGHT_HOURS_NS)


class Wire:
    """A mapper fed one message after the other, a millisecond apart."""

    def __init__(self, market: Market = Market.USDM, *symbols: str) -> None:
        names = symbols or (SYMBOL,)
        self.mapper = BinanceMapper(market, [listing(s, k) for k, s in enumerate(names)])
        self.out = EventWriter()
        self.ts_recv = NS

    def send(self, message: Any) -> EventArray:
        """Map one message (bytes as they are, anything else as JSON); return its records."""
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.ts_recv += 1_000_000
        self.mapper.take(raw, self.ts_recv, self.out)
        return self.out.take()

    def said(self, message: Any) -> list[dict[str, Any]]:
        """Map one message and return its records as mappings, without what is always the same."""
        return [readable(self.ts_recv, record) for record in self.send(message)]


def readable(ts_recv: int, record: Any) -> dict[str, Any]:
    """Return a record's fields without version, and without times equal to the receipt."""
    fields: dict[str, Any] = decode_event(record)
    del fields["version"], fields["instrument"]
    assert fields.pop("ts_recv") > 0
    return {name: value for name, value in fields.items() if (name, value) != ("ts_event", ts_recv)}


def kinds(events: EventArray) -> list[str]:
    """Return the names of the kinds."""
    return [Kind(kind).name for kind in events["kind"].tolist()]


def combined(stream: str, data: dict[str, Any], symbol: str = SYMBOL) -> dict[str, Any]:
    """Wrap a message as a combined stream does."""
    return {"stream": f"{symbol.lower()}@{stream}", "data": {"s": symbol, **data}}


def usdm_depth(
    ids: tuple[int, int, int], bids: Levels = (), asks: Levels = (), symbol: str = SYMBOL
) -> dict[str, Any]:
    """Changed levels on USD-M; ``ids`` are U, u, pu."""
    first, last, previous = ids
    data = {"e": "depthUpdate", "E": MS + 3, "T": MS + 1, "U": first, "u": last, "pu": previous}
    return combined("depth@0ms", {**data, "b": bids, "a": asks}, symbol)


def spot_depth(
    ids: tuple[int, int], bids: Levels = (), asks: Levels = (), symbol: str = SYMBOL
) -> dict[str, Any]:
    """Changed levels on spot; ``ids`` are U, u."""
    data = {"e": "depthUpdate", "E": MS + 3, "U": ids[0], "u": ids[1]}
    return combined("depth@100ms", {**data, "b": bids, "a": asks}, symbol)


def snapshot(number: int, bids: Levels = (), asks: Levels = (), **times: int) -> dict[str, Any]:
    """The answer to GET …/depth."""
    return {"lastUpdateId": number, **times, "bids": bids, "asks": asks}


def trade(number: int, price: str = "100.10", size: str = "0.002", **more: Any) -> dict[str, Any]:
    """One trade on USD-M whose buyer was the maker."""
    data = {"e": "trade", "E": MS + 9, "T": MS + 7, "t": number, "p": price, "q": size}
    return combined("trade", {**data, "X": "MARKET", "m": True, **more})
