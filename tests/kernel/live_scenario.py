"""A small market of depth and trades for scripted orders, in ticks and lots of one unit.

Times are seconds after ``START``; an order given at second 1 reaches the venue ``LATENCY`` later.
The book most tests begin with::

    bids  99: 10   98: 20   97: 30
    asks 101:  5  102: 10  103: 20
"""

from dataclasses import replace
from typing import Final

from tests.kernel.scenario import (
    PERPETUAL,
    PLAIN_VENUE,
    SPOT,
    START,
    Journal,
    Order,
    buy,
    play,
    record,
    sell,
    spec_of,
)
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.kernel.codes import QueueModel
from traider.kernel.specification import KernelSpec, MarketSpec, VenueSpec

SECOND: Final = 1_000_000_000
END: Final = 60.0
"""A last event, so that every answer before it comes due."""
LAST: Final = int(MarketFlag.LAST_OF_MESSAGE)
COIN: Final = replace(SPOT, name="COIN", book_window=64, far_levels=64)
SWAP: Final = replace(PERPETUAL, name="SWAP", book_window=64, far_levels=64)
PROBABILISTIC: Final = replace(PLAIN_VENUE, queue=QueueModel.PROBABILISTIC)
OPTIMISTIC: Final = replace(PLAIN_VENUE, queue=QueueModel.OPTIMISTIC, touch_fills=True)

BIDS: Final = {99: 10, 98: 20, 97: 30}
ASKS: Final = {101: 5, 102: 10, 103: 20}

Part = EventArray | Order | tuple[Order, ...]


def at(second: float) -> int:
    """Return the time of a second."""
    return START + round(second * SECOND)


def snapshot(
    second: float, bids: dict[int, int] = BIDS, asks: dict[int, int] = ASKS, instrument: int = 0
) -> EventArray:
    """Return a whole book."""
    levels = [(1, *level) for level in bids.items()] + [(-1, *level) for level in asks.items()]
    rows = [
        record(
            Kind.DEPTH_SNAPSHOT,
            at(second),
            instrument=instrument,
            side=side,
            price=price,
            size=size,
            w3=place,
            flags=LAST if place == len(levels) - 1 else 0,
        )
        for place, (side, price, size) in enumerate(levels)
    ]
    return join_events(rows)


def level(second: float, side: int, price: int, size: int, instrument: int = 0) -> EventArray:
    """Return a message that states one level anew."""
    return record(
        Kind.DEPTH_UPDATE,
        at(second),
        instrument=instrument,
        side=side,
        price=price,
        size=size,
        flags=LAST,
    )


def trade(second: float, side: int, price: int, size: int, instrument: int = 0) -> EventArray:
    """Return a trade whose taker bought (+1), sold (-1) or is unknown (0)."""
    return record(Kind.TRADE, at(second), instrument=instrument, side=side, price=price, size=size)


def told_late(event: EventArray, second: float) -> EventArray:
    """Return ``event`` received at ``second``, after what else happened since."""
    late = event.copy()
    late["ts_recv"] = at(second)
    return late


def quote(second: float, bid: int, ask: int, instrument: int = 0) -> EventArray:
    """Return the best bid and ask, from which the gate knows a price."""
    return record(Kind.QUOTE, at(second), instrument=instrument, w0=bid, w1=1, w2=ask, w3=1)


def at_second(order: Order, second: float) -> Order:
    """Return ``order`` given at ``second``."""
    return replace(order, bar=0, after_ns=round(second * SECOND))


def bid(second: float, size: int, **terms: int) -> Order:
    """Return a purchase at ``second``, a market order unless ``terms`` say more."""
    return at_second(buy(0, size, **terms), second)


def ask(second: float, size: int, **terms: int) -> Order:
    """Return a sale at ``second``, a market order unless ``terms`` say more."""
    return at_second(sell(0, size, **terms), second)


def live(
    *parts: Part,
    market: MarketSpec = SWAP,
    venue: VenueSpec = PLAIN_VENUE,
    cash: int = 1_000_000,
) -> Journal:
    """Play ``parts`` on the usual book, whose middle is known to the gate from the start."""
    return play_live(spec_of(market, venue=venue, cash=cash), snapshot(0), *parts)


def play_live(spec: KernelSpec, *parts: Part) -> Journal:
    """Play ``parts``; the gate knows the price 100 of every instrument from the start."""
    count = len(spec.markets)
    known = [quote(second, 99, 101, k) for second in (0, END) for k in range(count)]
    return play(spec, *known, *parts)
