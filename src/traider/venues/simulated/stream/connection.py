"""One WebSocket connection: what it subscribed to, and its messages in the order of their numbers.

``sequence_num`` counts every message of the connection, whatever its channel, from 0 on, as the
recorded connection does. Messages are gathered and leave in one write a turn.
"""

from asyncio import Transport
from collections import deque
from typing import Final

from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.stream.frames import close_frame, text_frame

DIGESTS_KEPT: Final = 20_000


class Connection:
    """A client's connection.

    Args:
        number: its number on this exchange.
        peer: address and port of the client.
        transport: where frames go.
    """

    def __init__(self, number: int, peer: str, transport: Transport) -> None:
        self.number, self.peer, self.transport = number, peer, transport
        self.subscriptions: dict[str, dict[str, None]] = {}
        """Products by channel, in the order they were asked for."""
        self.portfolio: Portfolio | None = None
        """Whose orders the user channel tells."""
        self.sequence = 0
        """Number of the next message."""
        self.messages = 0
        self.told_ns = 0
        """Time of the last message, by the exchange's clock."""
        self.muted = False
        """Whether the connection is half-open: alive for TCP, and silent."""
        self.digests: deque[tuple[int, str, int]] = deque(maxlen=DIGESTS_KEPT)
        """Number of a message of depth, its product, and the digest of the book after it."""
        self._frames: list[bytes] = []
        self._after_next: list[bytes] = []
        self._holds = 0

    def number_next(self) -> int:
        """Use up one message number."""
        self.sequence += 1
        return self.sequence - 1

    def put(self, payload: bytes) -> None:
        """Queue a message, which leaves with the next flush."""
        self.messages += 1
        self._frames.append(text_frame(payload))
        if self._after_next:
            self._frames += self._after_next
            self._after_next = []

    def put_after_next(self, payload: bytes) -> None:
        """Queue a message behind the one that comes next."""
        self.messages += 1
        self._after_next.append(text_frame(payload))

    def hold(self) -> None:
        """Keep everything back until ``release``."""
        self.flush()
        self._holds += 1

    def release(self) -> None:
        """Let go what was kept back."""
        self._holds -= 1
        self.flush()

    def end(self, code: int = 0) -> None:
        """End the connection: with a close frame, or cut when there is no code."""
        if code and not self.muted:
            self.transport.write(close_frame(code))
            self.transport.close()
        else:
            self.transport.abort()

    def flush(self) -> int:
        """Write what is queued; return how many bytes the client has not taken yet."""
        if self._holds:
            return 0
        frames, self._frames = self._frames, []
        if self.muted or self.transport.is_closing():
            return 0
        if frames:
            self.transport.write(b"".join(frames))
        return self.transport.get_write_buffer_size()

    def wants(self, channel: str, product_id: str) -> bool:
        """Whether ``product_id`` is subscribed on ``channel``."""
        return product_id in self.subscriptions.get(channel, ())

    def full_set(self) -> dict[str, list[str]]:
        """Return everything subscribed, as an acknowledgment tells it."""
        return {channel: list(names) for channel, names in self.subscriptions.items()}
