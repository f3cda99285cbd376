"""Synthetic markets of depth and trades: a walking book, messages of several levels, prints.

Everything comes from one seed. Trades take from the best level before the message that says so,
or after it (told late); now and then a side is cleared, or messages are missed and a whole
snapshot mends the book.
"""

from dataclasses import dataclass, field

import numpy as np

from tests.kernel.builders import START_NS, record
from traider.domain.events import EventArray, Kind, MarketFlag, join_events

LAST = int(MarketFlag.LAST_OF_MESSAGE)
MIDDLE = 10_000
DEPTH = 8
STEP_NS = 400_000_000


@dataclass
class BookMarket:
    """A market being written: its book, its clock and the events so far."""

    random: np.random.Generator
    instrument: int
    lot_step: int
    now_ns: int = START_NS
    middle: int = MIDDLE
    sides: dict[int, dict[int, int]] = field(default_factory=lambda: {1: {}, -1: {}})
    parts: list[EventArray] = field(default_factory=list)

    def size(self) -> int:
        """Draw the size of a level or trade."""
        return int(self.random.geometric(0.02)) * self.lot_step

    def write(self, kind: Kind, **words: int) -> None:
        """Add a record of this instrument, received now."""
        delay = words.pop("delay", int(self.random.integers(0, 20_000_000)))
        event = record(kind, self.now_ns, self.instrument, **words)
        event["ts_event"] -= delay
        self.parts.append(event)

    def message(self, levels: list[tuple[int, int, int]]) -> None:
        """State levels (side, price, size) anew in one message."""
        for place, (side, price, size) in enumerate(levels):
            if size:
                self.sides[side][price] = size
            else:
                self.sides[side].pop(price, None)
            self.write(
                Kind.DEPTH_UPDATE,
                side=side,
                price=price,
                size=size,
                flags=LAST if place == len(levels) - 1 else 0,
                delay=0,
            )

    def snapshot(self) -> None:
        """Begin a fresh book around the middle."""
        self.sides = {
            side: {self.middle - side * (1 + n): self.size() for n in range(DEPTH)}
            for side in (1, -1)
        }
        rows = [(side, *level) for side, book in self.sides.items() for level in book.items()]
        for place, (side, price, size) in enumerate(rows):
            self.write(
                Kind.DEPTH_SNAPSHOT,
                side=side,
                price=price,
                size=size,
                w3=place,
                flags=LAST if place == len(rows) - 1 else 0,
            )

    def best(self, side: int) -> int:
        """Return the best price of a side; the middle when it is empty."""
        book = self.sides[side]
        return side * max(side * price for price in book) if book else self.middle

    def trade(self) -> None:
        """Let a taker hit the best level, told before or after the level's new size."""
        taker = int(self.random.choice([-1, 1]))
        price = self.best(-taker)
        there = self.sides[-taker].get(price, 0)
        size = min(self.size(), there) if there else self.size()
        level = [(-taker, price, there - size)] if there else []
        told = taker if self.random.random() < 0.9 else 0
        late = self.random.random() < 0.3
        if level and late:
            self.message(level)
        self.write(Kind.TRADE, side=told, price=price, size=size, delay=1 if late else 0)
        if level and not late:
            self.message(level)

    def change(self) -> None:
        """Change a few levels, and now and then move the whole market."""
        if self.random.random() < 0.3:
            self.middle = max(self.middle + int(self.random.integers(-3, 4)), 100)
        levels = []
        for _ in range(int(self.random.integers(1, 5))):
            side = int(self.random.choice([-1, 1]))
            price = self.middle - side * int(self.random.integers(1, DEPTH + 1))
            levels.append((side, price, 0 if self.random.random() < 0.25 else self.size()))
        for side in (1, -1):
            crossed = [p for p in self.sides[side] if side * (p - self.middle) >= 0]
            levels += [(side, price, 0) for price in crossed]
        self.message(levels)

    def break_off(self) -> None:
        """Miss messages: a gap, updates that mean little, the stream mended, a whole snapshot."""
        self.write(Kind.GAP)
        self.change()
        self.now_ns += STEP_NS
        self.write(Kind.RESYNC)
        self.snapshot()

    def step(self) -> None:
        """Let one thing happen, some time after the last."""
        self.now_ns += int(self.random.integers(0, 2 * STEP_NS))
        chance = self.random.random()
        if chance < 0.35:
            self.trade()
        elif chance < 0.97:
            self.change()
        elif chance < 0.98:
            side = int(self.random.choice([-1, 0, 1]))
            for cleared in (1, -1) if side == 0 else (side,):
                self.sides[cleared] = {}
            self.write(Kind.DEPTH_CLEAR, side=side, flags=LAST)
            self.snapshot()
        else:
            self.break_off()


def book_stream(seed: int, steps: int, instrument: int = 0, *, lot_step: int = 1) -> EventArray:
    """Return ``steps`` happenings of a market, some three seconds of events each ten of them."""
    market = BookMarket(np.random.default_rng(seed), instrument, lot_step)
    market.write(Kind.TRADE, side=1, price=MIDDLE, size=lot_step)
    market.snapshot()
    for _ in range(steps):
        market.step()
    return join_events(market.parts)


def trade_stream(seed: int, steps: int, instrument: int = 0, *, lot_step: int = 1) -> EventArray:
    """Return the trades of such a market alone."""
    events = book_stream(seed, steps, instrument, lot_step=lot_step)
    found: EventArray = events[events["kind"] == Kind.TRADE]
    return found
