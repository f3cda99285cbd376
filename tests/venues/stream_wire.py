"""A mapper fed one message after the other, and its records as mappings that a test can read."""

import json
from decimal import Decimal
from typing import Any

from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray, Kind, MarketFlag, sort_events
from traider.domain.payloads import decode_event
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.market_mapper import MarketMapper

NS = 1_721_347_020_984_000_000
"""Receive time before the first message; each is a millisecond later."""
LAST = int(MarketFlag.LAST_OF_MESSAGE)
BEFORE = int(MarketFlag.GAP_BEFORE)
MARKED = LAST | BEFORE


def listing(symbol: str, instrument: int = 0, tick: str = "0.1", lot: str = "0.001") -> Listing:
    """A listing on a grid of 0.1 and 0.001."""
    return Listing(symbol, instrument, Decimal(tick), Decimal(lot))


class StreamWire:
    """A mapper and the book that its records make of instrument 0."""

    def __init__(self, mapper: MarketMapper) -> None:
        self.mapper = mapper
        self.out = EventWriter()
        self.book = DictionaryBook()
        self.ts_recv = NS

    def send(self, message: Any) -> EventArray:
        """Map one message (bytes as they are, anything else as JSON); return its records."""
        self.ts_recv += 1_000_000
        self.mapper.take(_bytes(message), self.ts_recv, self.out)
        return self._taken()

    def answer(self, symbol: str, message: Any) -> EventArray:
        """Map the answer to a REST request."""
        self.ts_recv += 1_000_000
        self.mapper.snapshot(symbol, _bytes(message), self.ts_recv, self.out)
        return self._taken()

    def disconnect(self) -> EventArray:
        """End the connection."""
        self.ts_recv += 1_000_000
        self.mapper.disconnect(self.ts_recv, self.out)
        return self._taken()

    def said(self, message: Any) -> list[dict[str, Any]]:
        """Map one message and return its records as mappings, without what is always the same."""
        return [readable(self.ts_recv, record) for record in self.send(message)]

    def _taken(self) -> EventArray:
        events = self.out.take()
        mine = events[events["instrument"] == 0]
        assert sort_events(mine).tobytes() == mine.tobytes()
        self.book.replay(mine)
        return events


def _bytes(message: Any) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message).encode()


def readable(ts_recv: int, record: Any) -> dict[str, Any]:
    """Return a record's fields without version, and without times equal to the receipt."""
    fields: dict[str, Any] = decode_event(record)
    del fields["version"], fields["instrument"]
    assert fields.pop("ts_recv") == ts_recv
    return {name: value for name, value in fields.items() if (name, value) != ("ts_event", ts_recv)}


def kinds(events: EventArray) -> list[str]:
    """Return the names of the kinds."""
    return [Kind(kind).name for kind in events["kind"].tolist()]
