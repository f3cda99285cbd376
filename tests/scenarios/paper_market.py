"""What a scripted market tells of a perpetual: a book of ten levels a side, trades, funding."""

from decimal import Decimal
from typing import Final

from tests.scenarios.paper_life import PERPETUAL
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.domain.payload_table import PAYLOADS

LEVELS: Final = 10
SECOND_NS: Final = 1_000_000_000
_HOUR_NS: Final = 3_600 * SECOND_NS
_STEP: Final = Decimal(1)
_SIZE: Final = Decimal(2)
_RATE: Final = Decimal("1e-12")
_E8: Final = Decimal("1e-8")


def ticks(price: Decimal) -> int:
    """Return a price in ticks."""
    return int(price / PERPETUAL.tick_size)


def lots(size: Decimal) -> int:
    """Return a size in lots."""
    return int(size / PERPETUAL.lot_size)


def told(kind: Kind, now_ns: int, side: int = 0, **words: int) -> EventArray:
    """Return one event of the feed."""
    event = empty_events(1)
    event["kind"], event["version"] = kind, PAYLOADS[kind].version
    event["ts_event"] = event["ts_recv"] = now_ns
    event["side"] = side
    for name, value in words.items():
        event[name] = value
    return event


def book(price: Decimal, now_ns: int) -> EventArray:
    """Return a whole book around a price."""
    places = [(side, place) for side in (1, -1) for place in range(LEVELS)]
    levels = [
        told(
            Kind.DEPTH_SNAPSHOT,
            now_ns,
            side,
            price=ticks(price - side * _STEP * (place + 1)),
            size=lots(_SIZE),
            w3=number,
        )
        for number, (side, place) in enumerate(places)
    ]
    levels[-1]["flags"] = MarketFlag.LAST_OF_MESSAGE
    return join_events(levels)


def beat(price: Decimal, now_ns: int, number: int) -> EventArray:
    """Return a sign of life: a level far away changes, and a little trades at the best price."""
    side = 1 if number % 2 else -1
    far = ticks(price - side * _STEP * (LEVELS + 5))
    change = told(Kind.DEPTH_UPDATE, now_ns, side, price=far, size=lots(_SIZE) + number % 4)
    change["flags"] = MarketFlag.LAST_OF_MESSAGE
    return join_events([change, trade(price - side * _STEP, Decimal("0.001"), -side, now_ns)])


def trade(price: Decimal, size: Decimal, side: int, now_ns: int) -> EventArray:
    """Return a trade; ``side`` is the taker's."""
    return told(Kind.TRADE, now_ns, side, price=ticks(price), size=lots(size))


def funding(
    rate: Decimal, mark: Decimal, hours: int, due_ns: int, now_ns: int, *, is_settled: bool
) -> EventArray:
    """Return a rate of ``hours``, announced for a time or settled then."""
    return told(
        Kind.FUNDING,
        now_ns,
        w0=int(rate / _RATE),
        w1=int(mark / _E8),
        w2=due_ns,
        w3=hours * _HOUR_NS,
        w4=int(is_settled),
    )
