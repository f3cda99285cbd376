"""From an event to a numbered message on a connection."""

from traider.venues.simulated.desk import Desk
from traider.venues.simulated.stream.connection import Connection
from traider.venues.simulated.times import TimeText


class Delivery:
    """Number, stamp and queue messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._time = TimeText()
        self.messages = 0
        """Messages numbered on all connections."""

    def send(self, connection: Connection, channel: str, product_id: str, event: str) -> int:
        """Queue one message; return its number."""
        del product_id
        number = connection.number_next()
        self.messages += 1
        connection.put(self.envelope(channel, number, event))
        return number

    def envelope(self, channel: str, number: int, event: str) -> bytes:
        """Return a message as it goes over the wire."""
        time = self._time(self._desk.now_ns)
        return (
            f'{{"channel":"{channel}","client_id":"","timestamp":"{time}",'
            f'"sequence_num":{number},"events":[{event}]}}'
        ).encode()
