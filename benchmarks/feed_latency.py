"""How long a message takes from a socket on loopback to events, at 5,000 messages a second.

A process of its own sends messages of Coinbase's ``l2_data`` with three levels each, evenly and
stamped with the time of sending; the feed receives, decodes, maps, applies them to the kernel's
book, checks and queues them. Both read the same clock, so the difference is the time under way:

- to the event: when the records of the message are made (wire, socket, decode, map);
- to the consumer: when whoever takes the queue has them (also book, checks and queue).
"""

import asyncio
import contextlib
import json
import multiprocessing
import time
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Final

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from benchmarks.tables import print_table
from traider.domain.events import EventArray, Kind
from traider.domain.ports import Alert, Field
from traider.feed.feed import Feed, FeedInstrument
from traider.feed.feed_ports import FeedPorts
from traider.feed.latencies import Latencies
from traider.ops.clock import SystemClock
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.live_feed import keep
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.market_stream import CoinbaseStream
from traider.venues.listing import Listing
from traider.venues.market_stream import MarketStream
from traider.venues.rfc3339 import format_ns

RATE: Final = 5_000
SECONDS: Final = 10.0
_WARM_S: Final = 1.0
"""Messages of the first second are not counted."""


class _Sender(WSListener):
    """Send a snapshot, and then messages at a steady rate."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Begin with the subscription to ``level2``."""
        if b'"level2"' in frame.get_payload_as_bytes():
            self._task = asyncio.create_task(self._send(transport))

    async def _send(self, transport: WSTransport) -> None:
        number, begin = 0, time.perf_counter()
        transport.send(WSMsgType.TEXT, _message("snapshot", number))
        while not transport.is_disconnected:
            due = int((time.perf_counter() - begin) * RATE)
            while number < due and not transport.is_disconnected:
                number += 1
                transport.send(WSMsgType.TEXT, _message("update", number))
            await asyncio.sleep(0.5 / RATE)


def _message(kind: str, number: int) -> bytes:
    now = format_ns(time.time_ns())
    levels = [
        {
            "side": side,
            "event_time": now,
            "price_level": price,
            "new_quantity": f"0.{1 + number % 9}",
        }
        for side, price in (("bid", f"99.{number % 90:02d}"), ("bid", "99.95"), ("offer", "100.05"))
    ]
    event = {"type": kind, "product_id": "BTC-USD", "updates": levels}
    body = {"channel": "l2_data", "client_id": "", "timestamp": now, "sequence_num": number,
            "events": [event]}  # fmt: skip
    return json.dumps(body).encode()


def _serve(pipe: Connection) -> None:
    """Serve in a process of its own until the pipe is closed."""

    async def run() -> None:
        server = await ws_create_server(lambda _: _Sender(), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.poll, None)

    asyncio.run(run())


class _Quiet:
    """A log and an alert channel that keep nothing."""

    def debug(self, message: str, /, **fields: Field) -> None:
        """Drop a line."""

    info = warning = error = debug

    def bind(self, **fields: Field) -> "_Quiet":
        """Return itself."""
        del fields
        return self

    def send(self, alert: Alert) -> None:
        """Drop an alert."""


class _TimedFeed(Feed):
    """Measure each message when its events are there."""

    events_after = Latencies()

    def take(self, stream: MarketStream, events: EventArray) -> None:
        """Measure, then go on."""
        self.events_after.add(time.time_ns() - int(events["ts_event"][-1]))
        super().take(stream, events)


class _Consumer:
    """Measure each message when it is taken from the queue."""

    def __init__(self) -> None:
        self.after = Latencies()
        self.messages = 0

    def append(self, events: EventArray) -> None:
        """Measure ``events``, which are those of one or several messages."""
        now_ns = time.time_ns()
        changes = events[events["kind"] == int(Kind.DEPTH_UPDATE)]
        self.messages += len(changes) // 3
        for ts_event in changes["ts_event"][::3]:
            self.after.add(now_ns - int(ts_event))


async def _run(port: int) -> tuple[Latencies, _Consumer]:
    quiet, clock = _Quiet(), SystemClock()
    instrument = FeedInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.1"))
    feed = _TimedFeed([instrument], KernelBooks(1), FeedPorts(clock, quiet, quiet))
    mapper = CoinbaseMapper([Listing("BTC-USD", 0, instrument.tick_size, instrument.lot_size)])
    feed.add(CoinbaseStream(mapper, ["BTC-USD"], clock, url=f"ws://127.0.0.1:{port}/"))
    consumer = _Consumer()
    keeping = asyncio.create_task(keep(feed, consumer))
    await asyncio.sleep(_WARM_S)
    feed.events_after.clear()
    consumer.after.clear()
    consumer.messages = 0
    await asyncio.sleep(SECONDS)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    return feed.events_after, consumer


def measure() -> None:
    """Print the table."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        made, consumer = asyncio.run(_run(ours.recv()))
    finally:
        ours.send(None)
        process.join()
    rows = [
        (name, *(f"{each.quantile_ns(q) / 1e6:.3f}" for q in (0.5, 0.95, 0.99, 1.0)))
        for name, each in (("to the event", made), ("to the consumer", consumer.after))
    ]
    rate = consumer.messages / SECONDS
    print_table(
        f"Latency over loopback at {rate:,.0f} messages a second",
        ("from the wire", "p50 ms", "p95 ms", "p99 ms", "longest ms"),
        rows,
    )


if __name__ == "__main__":
    measure()
