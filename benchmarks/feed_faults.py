"""Put the feed through half an hour of faults at high speed, and compare every book it built.

    python -m benchmarks.feed_faults [--minutes 30] [--speed 60] [--seed 7]

A synthetic market runs on the local exchange, over real sockets, while messages are dropped,
doubled, reordered, delayed, cut and broken, sequence numbers skipped, books crossed, connections
ended or left half open. After each message of depth at which the feed says that the data of the
product is healthy, the digest of its book is compared with that of the exchange's own after the
same message. Outside the gaps that are marked (GAP to RESYNC) every number of a trade must follow
the one before.

It ends with 1 when a book differed, a trade is missing without a mark, or nothing was compared.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.market_health import MarketHealth
from traider.domain.ports import Alert, Field
from traider.feed.feed import FeedInstrument
from traider.feed.feed_ports import FeedPorts
from traider.ops.clock import SystemClock
from traider.runtime.config_venues import CoinbaseConfig, FeedConfig, VenuesConfig
from traider.runtime.exchange import ExchangeRequest, build_server
from traider.runtime.exchange_markets import SourceRequest
from traider.runtime.live_feed import LiveFeedRequest, keep, open_feed
from traider.venues.simulated.exchange import Limits
from traider.venues.simulated.faults.rules import FaultKind, FaultRule
from traider.venues.simulated.market import level_digest
from traider.venues.simulated.server import Server

Truth = dict[int, deque[tuple[int, str, int]]]
"""Of each connection: number, product and digest of its messages of depth."""

PRODUCTS: Final = ("BTC-USD", "ETH-USD")
MASK: Final = 2**64 - 1
_POLL_S: Final = 0.02
_MINUTE_NS: Final = 60 * 10**9

FAULTS: Final = (
    FaultRule(FaultKind.DROP, probability=0.0008, times=0, channel="l2_data"),
    FaultRule(FaultKind.DROP, probability=0.002, times=0, channel="market_trades"),
    FaultRule(FaultKind.DUPLICATE, probability=0.002, times=0),
    FaultRule(FaultKind.REORDER, probability=0.0005, times=0),
    FaultRule(FaultKind.DELAY, probability=0.0005, times=0, delay_ms=4_000),
    FaultRule(FaultKind.SEQUENCE_GAP, probability=0.0005, times=0, count=3),
    FaultRule(FaultKind.CROSSED, probability=0.0005, times=0),
    FaultRule(FaultKind.MALFORMED, probability=0.0001, times=0),
    FaultRule(FaultKind.TRUNCATED, probability=0.0001, times=0),
    FaultRule(FaultKind.DISCONNECT, probability=0.0002, times=0),
    FaultRule(FaultKind.HALF_OPEN, probability=0.0001, times=2),
)


class _Silent:
    """A log and an alert channel that keep nothing but a count."""

    def __init__(self) -> None:
        self.alerts = 0

    def debug(self, message: str, /, **fields: Field) -> None:
        """Drop a line."""

    info = warning = error = debug

    def bind(self, **fields: Field) -> "_Silent":
        """Return itself."""
        del fields
        return self

    def send(self, alert: Alert) -> None:
        """Count an alert."""
        del alert
        self.alerts += 1


@dataclass
class _Book:
    """One product as the events tell it: its levels, their digest, its health."""

    name: str
    tick_size: Decimal
    lot_size: Decimal
    levels: dict[tuple[int, int], int] = field(default_factory=dict)
    digest: int = 0
    health: MarketHealth = MarketHealth.HEALTHY
    session: int = 0
    waiting: tuple[int, int, int] | None = None
    """Session, number and digest of the last message of depth, until its health is known."""
    last_trade: int = 0
    is_blind: bool = False

    def set(self, side: int, ticks: int, lots: int) -> None:
        """Set one level."""
        before = self.levels.pop((side, ticks), 0)
        if before:
            self.digest -= self._digest(side, ticks, before)
        if lots:
            self.levels[side, ticks] = lots
            self.digest += self._digest(side, ticks, lots)
        self.digest &= MASK

    def clear(self) -> None:
        """Forget every level."""
        self.levels.clear()
        self.digest = 0

    def _digest(self, side: int, ticks: int, lots: int) -> int:
        price, size = _text(ticks * self.tick_size), _text(lots * self.lot_size)
        return level_digest(side, price, size)


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Comparison:
    """Follow the events of a feed, and compare each healthy book with the exchange's."""

    def __init__(self, instruments: Sequence[FeedInstrument]) -> None:
        self.kinds: Counter[Kind] = Counter()
        self.healths: Counter[MarketHealth] = Counter()
        self.seen: list[tuple[int, int, str, int]] = []
        """Session, number, product and digest of each healthy message of depth."""
        self.holes: list[str] = []
        self._books = [_Book(each.symbol, each.tick_size, each.lot_size) for each in instruments]

    def append(self, events: EventArray) -> None:
        """Follow ``events``."""
        for event in events:
            kind, book = Kind(int(event["kind"])), self._books[int(event["instrument"])]
            self.kinds[kind] += 1
            if kind is Kind.HEALTH:
                self._judge(book, MarketHealth(int(event["code"])))
                continue
            self._settle(book)
            if kind in (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE):
                self._depth(book, kind, event)
            elif kind is Kind.DEPTH_CLEAR:
                book.clear()
            elif kind in (Kind.GAP, Kind.RESYNC):
                # What is lost while a book is broken lies between the two.
                book.is_blind, book.last_trade = kind is Kind.GAP, 0
            elif kind is Kind.TRADE and not int(event["flags"]) & MarketFlag.HISTORY:
                self._trade(book, int(event["id"]))

    def _judge(self, book: _Book, health: MarketHealth) -> None:
        book.health = health
        self.healths[health] += 1
        if health is MarketHealth.DISCONNECTED:
            book.session += 1
            book.last_trade = 0
        self._settle(book)

    def _settle(self, book: _Book) -> None:
        """Count the last message now that the health after it is known."""
        if book.waiting is not None and book.health is MarketHealth.HEALTHY:
            session, number, digest = book.waiting
            self.seen.append((session, number, book.name, digest))
        book.waiting = None

    def _depth(self, book: _Book, kind: Kind, event: np.void) -> None:
        if kind is Kind.DEPTH_SNAPSHOT and int(event["w3"]) == 0:
            book.clear()
        book.set(int(event["side"]), int(event["price"]), int(event["size"]))
        if int(event["flags"]) & MarketFlag.LAST_OF_MESSAGE:
            book.waiting = (book.session, int(event["id"]), book.digest)

    def _trade(self, book: _Book, number: int) -> None:
        if book.last_trade and number != book.last_trade + 1 and not book.is_blind:
            self.holes.append(f"{book.name}: trade {number} after {book.last_trade}")
        book.last_trade = number


@dataclass(frozen=True)
class FaultRun:
    """What came of a run."""

    minutes: float
    seconds: float
    messages: int
    opened: int
    struck: dict[str, int]
    compared: int
    unequal: list[str]
    holes: list[str]
    comparison: Comparison
    longest_blind_s: float


async def run_faults(minutes: float, speed: float, seed: int) -> FaultRun:
    """Run exchange and feed in one process, over sockets, for so many minutes of the market."""
    with tempfile.TemporaryDirectory() as folder:
        source = SourceRequest(seed=seed, products=PRODUCTS, start_ns=time.time_ns())
        request = ExchangeRequest(source=source, speed=speed, limits=Limits(0, 0, 0, 0))
        server, _ = build_server(request, Path(folder))
        server.exchange.hub.keep_digests()
        await server.start(0)
        try:
            return await _follow(server, minutes)
        finally:
            await server.stop()


async def _follow(server: Server, minutes: float) -> FaultRun:
    silent = _Silent()
    feed = await open_feed(_request(server), FeedPorts(SystemClock(), silent, silent))
    comparison = Comparison(feed.instruments)
    truth: Truth = {}
    began, until_ns = time.monotonic(), server.exchange.desk.now_ns + round(minutes * _MINUTE_NS)
    keeping = asyncio.create_task(keep(feed, comparison))
    for rule in FAULTS:
        server.exchange.faults.lay(rule)
    while server.exchange.desk.now_ns < until_ns and not keeping.done():
        await asyncio.sleep(_POLL_S)
        for number, connection in server.exchange.hub.connections.items():
            truth[number] = connection.digests
    rows = feed.report()
    keeping.cancel()
    await asyncio.wait({keeping})
    compared, unequal = _compare(comparison, truth)
    struck = {f"{each.rule.kind.value} {each.rule.channel}".strip(): each.struck
              for each in server.exchange.faults.laid()}  # fmt: skip
    return FaultRun(
        minutes=minutes,
        seconds=time.monotonic() - began,
        messages=sum(each.counts.messages for each in feed.connections),
        opened=sum(each.counts.opened for each in feed.connections),
        struck=struck,
        compared=compared,
        unequal=unequal,
        holes=comparison.holes,
        comparison=comparison,
        longest_blind_s=max(row.counts.longest_blind_ns for row in rows) / 1e9,
    )


def _request(server: Server) -> LiveFeedRequest:
    """Return a feed that is as quick to mend as the market is to move."""
    day_s = 86_400.0  # the market's clock runs away from ours by design
    terms = FeedConfig(
        ahead_s=day_s,
        late_s=day_s,
        hold_s=0.05,
        patience_s=0.5,
        reconnect_first_s=0.02,
        reconnect_longest_s=0.5,
    )
    coinbase = CoinbaseConfig(
        rest_url=server.url(),
        stream_url=server.url("/ws", "ws"),
        connections_per_second=0.0,  # the exchange of the benchmark has no limits
        messages_per_second=0.0,
    )
    return LiveFeedRequest("coinbase", PRODUCTS, VenuesConfig(coinbase=coinbase), terms)


def _compare(comparison: Comparison, truth: Truth) -> tuple[int, list[str]]:
    """Return how many books were compared, and those that differed."""
    sessions = {
        session: {(number, name): digest for number, name, digest in digests}
        for session, digests in truth.items()
    }
    compared, unequal = 0, []
    for session, number, name, digest in comparison.seen:
        true = sessions.get(session, {}).get((number, name))
        if true is None:
            continue
        compared += 1
        if true != digest:
            unequal.append(f"{name}: book after message {number} of connection {session}")
    return compared, unequal


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    run = asyncio.run(run_faults(chosen.minutes, chosen.speed, chosen.seed))
    kinds = run.comparison.kinds
    print_table(
        "Half an hour of faults"
        if chosen.minutes == 30.0
        else f"{chosen.minutes:g} minutes of faults",
        ("what", "count"),
        [
            ("minutes of the market", f"{run.minutes:g} in {run.seconds:.1f} s"),
            ("messages", f"{run.messages:,}"),
            ("faults", ", ".join(f"{name} {count}" for name, count in run.struck.items())),
            ("connections opened", str(run.opened)),
            ("gaps marked, mended", f"{kinds[Kind.GAP]}, {kinds[Kind.RESYNC]}"),
            ("longest time blind", f"{run.longest_blind_s:.3f} s"),
            ("healthy books compared", f"{run.compared:,} of {len(run.comparison.seen):,}"),
            ("of them unequal", str(len(run.unequal))),
            (
                "health",
                ", ".join(f"{h.name.lower()} {n}" for h, n in run.comparison.healths.items()),
            ),
            ("trades, missing unmarked", f"{kinds[Kind.TRADE]:,}, {len(run.holes)}"),
        ],
    )
    for line in [*run.unequal[:5], *run.holes[:5]]:
        print(line)
    return 0 if run.compared and not run.unequal and not run.holes else 1


if __name__ == "__main__":
    sys.exit(main())
