"""Messages as Coinbase writes them, and what a mapper makes of them."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from traider.domain.events import EventArray, Kind
from traider.venues.coinbase.continuity import SequenceKey
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

NS = 1_767_225_600_000_000_000
"""2026-01-01."""
TIME = "2026-01-01T00:00:00.1Z"
TIME_NS = NS + 100_000_000
LEVEL_TIME = "2026-01-01T00:00:00.05Z"
LEVEL_TIME_NS = NS + 50_000_000

Levels = Sequence[tuple[str, str, str]]
"""Side, price and size of each."""
BOOK: Levels = (("bid", "99.99", "2"), ("offer", "100.01", "1.5"))


class Wire:
    """A mapper fed one message after the other, a millisecond apart, numbered as they come."""

    def __init__(
        self, *symbols: str, key: SequenceKey = SequenceKey.CONNECTION, step: str = "0.00000001"
    ) -> None:
        names = symbols or ("BTC-USD",)
        listings = [
            Listing(symbol, number, Decimal("0.01"), Decimal(step))
            for number, symbol in enumerate(names)
        ]
        self.mapper = CoinbaseMapper(listings, key)
        self.out = EventWriter()
        self.ts_recv = NS
        self.number = 0

    def raw(self, raw: bytes) -> EventArray:
        """Map bytes as they are."""
        self.ts_recv += 1_000_000
        self.mapper.take(raw, self.ts_recv, self.out)
        return self.out.take()

    def send(self, channel: str, *events: Any, number: int | None = None) -> EventArray:
        """Map one message; ``number`` is its ``sequence_num``, by default the next one."""
        number = self.number if number is None else number
        self.number = number + 1
        message = {"channel": channel, "client_id": "", "timestamp": TIME}
        return self.raw(json.dumps({**message, "sequence_num": number, "events": events}).encode())

    def disconnect(self) -> EventArray:
        """End the connection; the next one counts from 0."""
        self.ts_recv += 1_000_000
        self.number = 0
        self.mapper.disconnect(self.ts_recv, self.out)
        return self.out.take()


def depth(
    how: str, levels: Levels = BOOK, product: str = "BTC-USD", time: str = LEVEL_TIME
) -> dict[str, Any]:
    """Return an event of ``l2_data``."""
    updates = [
        {"side": side, "event_time": time, "price_level": price, "new_quantity": size}
        for side, price, size in levels
    ]
    return {"type": how, "product_id": product, "updates": updates}


def trades(how: str, *numbers: int, side: str = "SELL", product: str = "BTC-USD") -> dict[str, Any]:
    """Return an event of ``market_trades``, newest first."""
    return {
        "type": how,
        "trades": [
            {
                "trade_id": str(number),
                "product_id": product,
                "price": "100.01",
                "size": "0.5",
                "side": side,
                "time": LEVEL_TIME,
            }
            for number in sorted(numbers, reverse=True)
        ],
    }


def heartbeat(counter: int | str = 7) -> dict[str, Any]:
    """Return an event of ``heartbeats``."""
    current = "2026-01-01 00:00:01.000000001 +0000 UTC m=+1.000000001"
    return {"current_time": current, "heartbeat_counter": counter}


def kinds(events: EventArray) -> list[str]:
    """Return the names of the kinds."""
    return [Kind(kind).name for kind in events["kind"].tolist()]
