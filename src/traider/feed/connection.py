"""One connection under supervision: opened, subscribed, watched, mended, and opened again.

    connection = FeedConnection(stream, owner, receipt, ports, terms)
    await connection.run()        # until it is cancelled

| what happens | what is done |
| --- | --- |
| it is to open | it waits for its turn among the connections of the venue (``pacing``) |
| it opens | the subscriptions are sent, as fast as the venue allows |
| the venue says that too much was asked | all its connections pause, this one is made anew |
| a book breaks (GAP) | its snapshot is asked for at once, again every ``patience_s`` |
| the venue's books are fetched | GET beside the stream, at the opening and after each break |
| a book freezes (its owner says so, or the venue that it left it) | as if it broke |
| a snapshot does not come after ``asks_max`` asks | the connection is ended |
| nothing arrives for the venue's time of silence | the connection is ended: it may be half-open |
| a message cannot be read | the connection is ended: what it would have said is unknown |
| it ends, for whatever reason | every book breaks; it is opened again after a pause (``backoff``) |
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind
from traider.feed.feed_ports import FeedPorts
from traider.feed.pacing import Pacing
from traider.feed.receive_clock import ReceiveClock
from traider.venues.backoff import Backoff, BackoffTerms
from traider.venues.errors import VenueError, VenueUnreachableError
from traider.venues.event_writer import EventWriter
from traider.venues.market_stream import (
    AcknowledgedBooks,
    FetchedBooks,
    LimitedStream,
    MarketStream,
    StreamLimits,
)
from traider.venues.public_rest import PublicRest, PublicRestTerms
from traider.venues.web_socket import SocketTerms, WebSocket

_SECOND_NS = 1_000_000_000
_WATCH_S = 0.1
_GAP = int(Kind.GAP)


class ConnectionState(Enum):
    """Where a connection stands."""

    CONNECTING = "connecting"
    OPEN = "open"
    WAITING = "waiting to connect again"
    ENDED = "ended"


@dataclass(frozen=True)
class ConnectionTerms:
    """How patient a connection is."""

    patience_s: float = 5.0
    """How long a snapshot may take before it is asked for again."""
    asks_max: int = 3
    """Asks for one snapshot before the connection is ended."""
    backoff: BackoffTerms = field(default_factory=BackoffTerms)
    socket: SocketTerms = field(default_factory=SocketTerms)
    rest: PublicRestTerms = field(default_factory=PublicRestTerms)


class ConnectionOwner(Protocol):
    """Whoever takes what connections bring."""

    def take(self, stream: MarketStream, events: EventArray) -> None:
        """Take the events of one message, or of a connection's end."""

    def opened(self, stream: MarketStream, now_ns: int) -> None:
        """Take note that the connection is open."""

    def ended(self, stream: MarketStream, now_ns: int) -> None:
        """Take note that it is open no more."""

    def unreadable(self, stream: MarketStream, now_ns: int) -> None:
        """Take note of a message that could not be read."""

    def unsubscribed(self, stream: MarketStream, symbols: Sequence[str], now_ns: int) -> None:
        """Take note of the symbols whose books the venue does not tell any more; none is good."""

    def doubted(self, stream: MarketStream) -> tuple[str, ...]:
        """Return the symbols whose books are to be asked for again, though they look whole."""


@dataclass
class ConnectionCounts:
    """What a connection went through."""

    messages: int = 0
    bytes: int = 0
    unreadable: int = 0
    opened: int = 0
    ended: int = 0
    asked: int = 0
    """Snapshots asked for anew."""
    slowed: int = 0
    """Times the venue said that too much was asked."""


class FeedConnection:
    """Keep one stream coming."""

    def __init__(
        self,
        stream: MarketStream,
        owner: ConnectionOwner,
        receipt: ReceiveClock,
        ports: FeedPorts,
        terms: ConnectionTerms | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.stream = stream
        self.state = ConnectionState.CONNECTING
        self.counts = ConnectionCounts()
        self.why = ""
        """Why it ended last."""
        self._owner = owner
        self._receipt = receipt
        self._clock = ports.clock
        self._log = ports.log.bind(connection=stream.name)
        self._terms = terms or ConnectionTerms()
        self._pacing = pacing or Pacing(StreamLimits(), ports.clock)
        self._backoff = Backoff(self._terms.backoff)
        self._socket: WebSocket | None = None
        self._out = EventWriter()
        self._opened_ns = self._heard_ns = self._sent_ns = 0
        self._is_subscribed = False
        """Whether everything was asked for: before that nothing is late."""
        self._asks: dict[str, tuple[int, int]] = {}
        """When the snapshot of a symbol was asked for last, and how often in this break."""
        self._left: dict[str, int] = {}
        """Since when the venue says that it does not tell the book of a symbol."""
        self._tasks: set[asyncio.Task[None]] = set()
        """What goes on while the connection is open, and ends with it."""

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        try:
            while True:
                held_s = 0.0
                self.state = ConnectionState.CONNECTING
                try:
                    await self._live()
                    held_s = (self._clock.monotonic_ns() - self._opened_ns) / _SECOND_NS
                except VenueUnreachableError as fault:
                    self.why = fault.what
                pause_s = self._backoff.next_s(held_s)
                self.state = ConnectionState.WAITING
                self._log.warning("feed ended", why=self.why, held_s=held_s, pause_s=pause_s)
                await asyncio.sleep(pause_s)
        finally:
            self.state = ConnectionState.ENDED

    def reconnect(self, why: str) -> None:
        """End the connection; it is opened again after a pause."""
        if self._socket is not None:
            self._socket.close(why)

    # ------------------------------------------------------------------------- told by the socket

    def received(self, raw: bytes) -> None:
        """Map one message and hand over its events."""
        ts_recv = self._receipt.stamp()
        self._heard_ns = self._clock.monotonic_ns()
        self.counts.messages += 1
        self.counts.bytes += len(raw)
        if self.why:
            return  # the connection is being ended: what still arrives belongs to no book
        try:
            self.stream.mapper.take(raw, ts_recv, self._out)
        except DataError as fault:
            if isinstance(self.stream, LimitedStream) and self.stream.is_slow_down(raw):
                self._slow_down(raw)
            else:
                self._refuse(fault, raw, ts_recv)
            return
        self._hand_over()

    def closed(self, why: str) -> None:
        """Break the books of the connection."""
        self.why = self.why or why
        self.counts.ended += 1
        self._socket = None
        now_ns = self._receipt.stamp()
        self.stream.mapper.disconnect(now_ns, self._out)
        events = self._out.take()
        if len(events):
            self._owner.take(self.stream, events)
        self._owner.ended(self.stream, now_ns)

    def _hand_over(self) -> None:
        """Hand over what was mapped, and mend what it shows to be broken."""
        if len(self._out):
            events = self._out.take()
            self._owner.take(self.stream, events)
            if _GAP in events["kind"].tolist():
                self._mend()

    def _refuse(self, fault: DataError, raw: bytes, ts_recv: int) -> None:
        """End the connection over a message that cannot be read."""
        self.counts.unreadable += 1
        self._owner.unreadable(self.stream, ts_recv)
        self._log.error("message cannot be read", why=fault.line(), head=repr(raw[:200]))
        self._end(f"a message cannot be read: {fault.what}")

    def _slow_down(self, raw: bytes) -> None:
        """Pause, and begin anew: what was refused is not known, but nothing was misread."""
        self.counts.slowed += 1
        self._pacing.slow_down()
        self._log.warning("venue asks for less", head=repr(raw[:200]))
        self._end("the venue says that too much was asked")

    # ------------------------------------------------------------------------------ while it lives

    async def _live(self) -> None:
        """Open the connection and stay until it ends."""
        try:
            async with self._pacing.opening:
                await self._pacing.connection_turn()
                socket = await WebSocket.open(self.stream.url, self, self._terms.socket)
                self._begin(socket)
                await self._say(socket, self.stream.subscribe())
            now = self._clock.monotonic_ns()
            self._asks = dict.fromkeys(self.stream.symbols, (now, 0))
            self._is_subscribed = True
            self._fetch_books(self.stream.symbols)
            await socket.ended()
        finally:
            for task in self._tasks:
                task.cancel()
            if self._socket is not None:
                socket = self._socket
                socket.close("we stopped")
                await socket.ended()

    def _begin(self, socket: WebSocket) -> None:
        """Take note that it is open, and begin to watch it."""
        self._socket, self.why = socket, ""
        self._opened_ns = self._heard_ns = self._sent_ns = self._clock.monotonic_ns()
        self.state = ConnectionState.OPEN
        self.counts.opened += 1
        self._owner.opened(self.stream, self._receipt.stamp())
        self._is_subscribed = False
        self._left = {}
        self._start(self._watch())

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Let something go on while the connection is open."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, socket: WebSocket, messages: Sequence[bytes]) -> None:
        """Send messages as fast as the venue allows, while the connection is this one."""
        for message in messages:
            await self._pacing.message_turn()
            if self._socket is not socket:
                return
            socket.send(message)

    async def _watch(self) -> None:
        """Look after silence and missing snapshots."""
        silence_ns = round(self.stream.silence_s * _SECOND_NS)
        while True:
            await asyncio.sleep(_WATCH_S)
            now = self._clock.monotonic_ns()
            if now - self._heard_ns > silence_ns:
                self._end(f"nothing was heard for {self.stream.silence_s:g} s")
                return
            keepalive = self.stream.keepalive()
            if keepalive and self._socket and 2 * (now - self._sent_ns) > silence_ns:
                self._socket.send(keepalive)
                self._sent_ns = now
            if isinstance(self.stream, AcknowledgedBooks):
                self._look_at_subscriptions(self.stream.unsubscribed(), now)
            self._mend()

    def _look_at_subscriptions(self, unsubscribed: Sequence[str], now: int) -> None:
        """Tell the owner of books that the venue has left; asking anew leaves them in passing."""
        self._left = {symbol: self._left.get(symbol, now) for symbol in unsubscribed}
        patience_ns = round(self._terms.patience_s * _SECOND_NS)
        left = [symbol for symbol, since in self._left.items() if now - since >= patience_ns]
        self._owner.unsubscribed(self.stream, left, self._receipt.stamp())

    def _mend(self) -> None:
        """Ask for the snapshots that are missing, those asked for a moment ago excepted."""
        missing = self.stream.mapper.missing()
        missing += tuple(s for s in self._owner.doubted(self.stream) if s not in missing)
        now = self._clock.monotonic_ns()
        patience_ns = round(self._terms.patience_s * _SECOND_NS)
        for symbol in self._asks:
            if symbol not in missing:
                self._asks[symbol] = (min(self._asks[symbol][0], now - patience_ns), 0)
        late = [s for s in missing if now - self._asks.get(s, (0, 0))[0] >= patience_ns]
        if not late or self._socket is None or not self._is_subscribed:
            return
        if max(self._asks.get(symbol, (0, 0))[1] for symbol in late) >= self._terms.asks_max:
            self._end(f"no snapshot of {', '.join(late[:5])} after {self._terms.asks_max} asks")
            return
        for symbol in late:
            self._asks[symbol] = (now, self._asks.get(symbol, (0, 0))[1] + 1)
        self.counts.asked += len(late)
        self._log.info("snapshot asked for", symbols=", ".join(late))
        self._start(self._ask(self._socket, tuple(late)))

    async def _ask(self, socket: WebSocket, symbols: tuple[str, ...]) -> None:
        """Ask for some snapshots; patience with them begins when the words have gone."""
        await self._say(socket, self.stream.resubscribe(symbols))
        now = self._clock.monotonic_ns()
        for symbol in symbols:
            self._asks[symbol] = (now, self._asks[symbol][1])
        self._fetch_books(symbols)

    def _fetch_books(self, symbols: Sequence[str]) -> None:
        """Fetch the books of some symbols, where they come so."""
        if isinstance(self.stream, FetchedBooks):
            for symbol in symbols:
                self._start(self._fetch(symbol, self.stream.book_url(symbol)))

    async def _fetch(self, symbol: str, url: str) -> None:
        """Fetch one book; what goes wrong is tried again with the next ask."""
        try:
            async with PublicRest(self._terms.rest) as rest:
                raw = await rest.get(url)
        except VenueError as fault:
            self._log.warning("book not fetched", symbol=symbol, why=fault.line())
            return
        if self.why:
            return  # the connection is being ended
        ts_recv = self._receipt.stamp()
        try:
            self.stream.mapper.snapshot(symbol, raw, ts_recv, self._out)
        except DataError as fault:
            self._refuse(fault, raw, ts_recv)
            return
        self._hand_over()

    def _end(self, why: str) -> None:
        self.why = self.why or why
        if self._socket is not None:
            self._socket.close(why)
