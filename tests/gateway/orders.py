"""Intents and reports as a trader and a gateway write them."""

from decimal import Decimal
from typing import Final

from traider.domain.events import EventArray, Kind, OrderFlag, join_events
from traider.domain.orders import OrderId, OrderType
from traider.domain.payloads import encode_event
from traider.gateway.reports import report, verdict
from traider.journal import JournalInstrument
from traider.kernel.codes import Verdict

APPROVED: Final = (0, 0.0, 0.0)
REFUSED: Final = (int(Verdict.MAX_SIZE), 5.0, 1.0)
NOW_NS: Final = 1_700_000_000_000_000_000
INSTRUMENTS: Final = (
    JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.0001")),
    JournalInstrument("COINBASE:ETH-USD", "ETH-USD", Decimal("0.01"), Decimal("0.001")),
)
SIZE: Final = 10


def packed(sequence: int, leg: int = 0, epoch: int = 1) -> int:
    """Return the id of an order that a decision at ``sequence`` gave."""
    return OrderId(epoch, sequence, leg).pack()


def intent(order_id: int, *, flags: int = 0, side: int = 1, size: int = SIZE) -> EventArray:
    """Return the wish for a limit order of instrument 0."""
    return encode_event(
        {
            "kind": "ORDER_INTENT",
            "ts_event": NOW_NS,
            "ts_recv": NOW_NS,
            "side": side,
            "flags": int(OrderType.LIMIT) | flags,
            "price": 5_000_000,
            "size": size,
            "order_id": order_id,
        }
    )


def cancel(order_id: int) -> EventArray:
    """Return the wish to take an order back."""
    return encode_event(
        {
            "kind": "ORDER_INTENT",
            "ts_event": NOW_NS,
            "ts_recv": NOW_NS,
            "flags": int(OrderFlag.CANCEL),
            "order_id": order_id,
        }
    )


def sent(order: EventArray) -> EventArray:
    """Return an intent with its approval and the word that it left."""
    return join_events([order, verdict(order, NOW_NS, APPROVED), report(Kind.SENT, order, NOW_NS)])


def refused(order: EventArray) -> EventArray:
    """Return an intent with the gate's refusal."""
    return join_events([order, verdict(order, NOW_NS, REFUSED)])


def fill(order: EventArray, lots: int, leaves: int) -> EventArray:
    """Return the report that a part traded."""
    return report(Kind.FILL, order, NOW_NS, price=5_000_000, size=lots, leaves=leaves)
