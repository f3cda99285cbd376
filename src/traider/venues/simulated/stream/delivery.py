"""From an event to a numbered message on a connection, and the faults on the way.

Two kinds of fault are told apart. One strikes a message that has its number already: it gets lost,
comes twice, late, out of order or broken, and the numbers show it. The other strikes news of an
order before it is numbered: the numbers are whole, and what they tell is late, double or out of
order.
"""

import asyncio
from collections.abc import Callable

from traider.venues.simulated.desk import Desk
from traider.venues.simulated.faults.plan import FaultPlan
from traider.venues.simulated.faults.rules import (
    FRAME_FAULTS,
    NEWS_FAULTS,
    FaultKind,
    FaultRule,
)
from traider.venues.simulated.stream.connection import Connection
from traider.venues.simulated.times import time_text


class Delivery:
    """Number, stamp and queue messages.

    Args:
        desk: tells the time.
        faults: what may strike.
        wall_seconds: how long some ms of the exchange last on the machine.
    """

    def __init__(self, desk: Desk, faults: FaultPlan, wall_seconds: Callable[[int], float]) -> None:
        self._desk, self._faults, self._wall_seconds = desk, faults, wall_seconds
        self.messages = 0
        """Messages numbered on all connections."""
        self._held_news: dict[int, tuple[str, str]] = {}

    def send(self, connection: Connection, channel: str, product_id: str, event: str) -> int:
        """Queue one message; return its number."""
        rule = self._faults.for_message(FRAME_FAULTS, channel, product_id, connection.number)
        if rule is not None and rule.kind is FaultKind.SEQUENCE_GAP:
            connection.sequence += rule.count
            rule = None
        number = connection.number_next()
        self.messages += 1
        connection.told_ns = self._desk.now_ns
        payload = self._envelope(channel, number, event)
        if rule is None:
            connection.put(payload)
        else:
            self._strike(connection, payload, rule)
        return number

    def send_news(self, connection: Connection, product_id: str, event: str) -> None:
        """Queue news of an order."""
        rule = self._faults.for_message(NEWS_FAULTS, "user", product_id, connection.number)
        held = self._held_news.pop(connection.number, None)
        if rule is not None and rule.kind is FaultKind.LATE_FILL:
            self._later(rule, lambda: self._send_now(connection, product_id, event))
        elif rule is not None and rule.kind is FaultKind.OUT_OF_ORDER_FILL:
            self._held_news[connection.number] = (product_id, event)
        else:
            self.send(connection, "user", product_id, event)
        if rule is not None and rule.kind is FaultKind.DUPLICATE_FILL:
            self.send(connection, "user", product_id, event)
        if held is not None:
            self.send(connection, "user", *held)

    def _send_now(self, connection: Connection, product_id: str, event: str) -> None:
        self.send(connection, "user", product_id, event)
        connection.flush()

    def _envelope(self, channel: str, number: int, event: str) -> bytes:
        """Return a message as it goes over the wire."""
        time = time_text(self._desk.told_ns)
        return (
            f'{{"channel":"{channel}","client_id":"","timestamp":"{time}",'
            f'"sequence_num":{number},"events":[{event}]}}'
        ).encode()

    def _strike(self, connection: Connection, payload: bytes, rule: FaultRule) -> None:
        """Queue a message that a fault strikes, or what is left of it."""
        match rule.kind:
            case FaultKind.DUPLICATE:
                connection.put(payload)
                connection.put(payload)
            case FaultKind.REORDER:
                connection.put_after_next(payload)
            case FaultKind.DELAY:
                connection.hold()
                connection.put(payload)
                self._later(rule, connection.release)
            case FaultKind.HALF_OPEN:
                connection.flush()
                connection.muted = True
            case FaultKind.DISCONNECT:
                connection.flush()
                connection.end(rule.status)
            case FaultKind.MALFORMED:
                connection.put(b"{" + payload.replace(b":", b"=", 3))
            case FaultKind.TRUNCATED:
                connection.put(payload[: len(payload) // 2])
            case _:
                # Dropped: its number is used up, and nothing is sent.
                return

    def _later(self, rule: FaultRule, action: Callable[[], None]) -> None:
        seconds = self._wall_seconds(rule.delay_ms)
        asyncio.get_running_loop().call_later(seconds, action)
