"""How the market data of a venue is asked for on one connection: address, words, patience."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from traider.venues.market_mapper import MarketMapper


@dataclass(frozen=True)
class StreamLimits:
    """What a venue allows one address, over all its connections; 0 is without limit."""

    connections_per_s: float = 0.0
    messages_per_s: float = 0.0


class MarketStream(Protocol):
    """One connection to one venue for some symbols; its owner connects, sends and listens."""

    @property
    def name(self) -> str:
        """What logs and views call the connection: ``COINBASE/1``."""

    @property
    def url(self) -> str:
        """Where to connect."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols it asks for."""

    @property
    def silence_s(self) -> float:
        """How long the venue is never silent: after that the connection is dead."""

    @property
    def mapper(self) -> MarketMapper:
        """The mapper of the connection, which outlives reconnections."""

    def subscribe(self) -> list[bytes]:
        """Return the messages to send, in order, as soon as the connection is open."""

    def resubscribe(self, symbols: tuple[str, ...]) -> list[bytes]:
        """Return the messages that bring new snapshots of the books of ``symbols``."""

    def keepalive(self) -> bytes:
        """Return what to send in half the time of silence; empty when nothing is wanted."""


@runtime_checkable
class FetchedBooks(Protocol):
    """A stream of changes whose books are fetched beside it, with GET."""

    def book_url(self, symbol: str) -> str:
        """Return the address whose answer is the book of ``symbol``, for ``mapper.snapshot``."""


@runtime_checkable
class LimitedStream(Protocol):
    """A stream of a venue that limits connections and messages of an address."""

    @property
    def limits(self) -> StreamLimits:
        """What it allows; streams with the same limits share them."""

    def is_slow_down(self, raw: bytes) -> bool:
        """Whether a message that no event is made of says that too much was asked."""


@runtime_checkable
class AcknowledgedBooks(Protocol):
    """A stream of a venue that says what is subscribed on the connection."""

    def unsubscribed(self) -> tuple[str, ...]:
        """Return the symbols whose books were acknowledged on the connection, and are no more."""
