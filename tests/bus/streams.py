"""Numbered events to send over a bus, and a reader that keeps what it takes."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from traider.bus import BusInstrument, Delivery, EventBatch, Position, Subscription
from traider.domain.events import EventArray, Kind, empty_events, join_events

PATIENCE_S = 60.0


def instrument(name: str = "TEST:A") -> BusInstrument:
    return BusInstrument(name, Decimal("0.01"), Decimal("0.00001"))


def numbered(first: int, count: int, number: int = 0) -> EventArray:
    """Return trades that carry their own number."""
    events = empty_events(count)
    events["kind"], events["instrument"] = Kind.TRADE, number
    events["ts_recv"] = events["price"] = np.arange(first, first + count)
    return events


def batch(first: int, count: int, name: str = "TEST:A", epoch: int = 1) -> EventBatch:
    return EventBatch(instrument(name), "test", epoch, first, numbered(first, count))


def numbers(events: EventArray) -> list[int]:
    return [int(price) for price in events["price"]]


@dataclass
class Ledger:
    """What the readers of a group have done, as a store that outlives them would keep it."""

    events: dict[str, list[EventArray]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[str, Position] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    missing: int = 0

    def take(self, delivery: Delivery) -> None:
        self.events[delivery.batch.key].append(delivery.batch.events)
        self.positions[delivery.batch.key] = delivery.position
        self.missing += delivery.missing

    def numbers(self, key: str) -> list[int]:
        return numbers(join_events(self.events[key]))

    @property
    def count(self) -> int:
        return sum(len(part) for parts in self.events.values() for part in parts)

    # The ports of ``Progress``.
    def position(self, key: str) -> Position | None:
        return self.positions.get(key)

    def revoked(self, keys: Sequence[str]) -> None:
        self.given_up += keys

    def lost(self, keys: Sequence[str]) -> None:
        self.given_up += keys


def drain(reader: Subscription, ledger: Ledger, count: int, *, commit: bool = True) -> None:
    """Take until the ledger holds ``count`` events."""
    until = time.monotonic() + PATIENCE_S
    while ledger.count < count:
        assert time.monotonic() < until, f"{ledger.count} of {count} events came"
        delivery = reader.take(0.2)
        if delivery is not None:
            ledger.take(delivery)
            if commit:
                reader.commit(delivery)
