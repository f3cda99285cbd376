"""Reactions of a trader to messages of the book: one order to each, and when all of it happened.

A reaction is a person's order (MANUAL_ORDER) that is given as soon as the trader has taken the
message. It goes the way of every order: journal, kernel, gate, intents, journal, gateway, log of
orders on the disk, signed request. What it leaves out is the arithmetic of a strategy, which
``benchmarks.step_latency`` measures. It is a limit order far below the market that is good at once
or not at all, so the venue takes it and ends it, and the account stays as it was.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.live.live_trader import RUN, LiveTerms, LiveTrader, live_trader
from benchmarks.live.orders import limit_order
from benchmarks.live.stamped_exchange import StampedTerms, Stamps, stamped_exchange
from traider.domain.events import EventArray, Kind
from traider.domain.orders import TimeInForce
from traider.gateway.client_ids import ClientIds
from traider.runtime.live_feed import keep
from traider.venues.rfc3339 import parse_ns

STAGES: Final = (
    "wire to receipt",
    "receipt to trader: decode, book, checks",
    "trader to gateway: kernel twice, journal twice",
    "gateway to executor: seal, log of orders on the disk",
    "executor to exchange: token, request, socket",
)
_WARM_S: Final = 3.0
_LOOK_S: Final = 0.2


@dataclass(frozen=True)
class Reactions:
    """Times of orders, ns, a row a reaction: whole way, then the stages."""

    whole_ns: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    stages_ns: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
    messages: int
    unmatched: int
    """Orders that were refused here, or did not come to the exchange."""
    lines: tuple[str, ...]
    """What the trader warned of."""


@dataclass(frozen=True)
class _Handed:
    """A message that was reacted to, and the order; ns, monotonic but for the first."""

    event_ns: int
    received_ns: int
    handed_ns: int
    order_id: int


class _Reactor:
    """Gives the trader what the feed brings, and one order after it."""

    def __init__(self, live: LiveTrader, speed: float) -> None:
        self._live, self._speed = live, speed
        self.is_on = False
        self.messages = 0
        self.handed: list[_Handed] = []

    def append(self, events: EventArray) -> None:
        """Take what came, and react to the newest message of the book in it."""
        handed_ns, now_ns = time.monotonic_ns(), self._live.clock.now_ns()
        self._live.trader.append(events)
        changes = np.flatnonzero(events["kind"] == Kind.DEPTH_UPDATE)
        if not self.is_on or not len(changes):
            return
        self.messages += len(np.unique(events["ts_event"][changes]))
        last = events[changes[-1]]
        received_ns = handed_ns - round((now_ns - int(last["ts_recv"])) / self._speed)
        self._live.trader.tell(limit_order(self._live, TimeInForce.IOC))
        order_id = self._live.way.newest_id
        self.handed.append(_Handed(int(last["ts_event"]), received_ns, handed_ns, order_id))


def measure_reactions(count: int, terms: StampedTerms, folder: Path) -> Reactions:
    """Have a trader in ``folder`` react ``count`` times to an exchange of ``terms``."""
    with stamped_exchange(terms) as exchange:
        address = exchange.address
        live_terms = LiveTerms(address, folder, terms.products, terms.speed)
        handed, live = asyncio.run(_react(live_terms, terms.speed, count))
    return _reactions(handed, live, exchange.stamps())


async def _react(terms: LiveTerms, speed: float, count: int) -> tuple[_Reactor, LiveTrader]:
    async with live_trader(terms) as live:
        reactor = _Reactor(live, speed)
        keeping = asyncio.create_task(keep(live.feed, reactor))
        await asyncio.sleep(_WARM_S)
        reactor.is_on = True
        while len(reactor.handed) < count and not keeping.done():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(_LOOK_S)
        reactor.is_on = False
        await asyncio.sleep(_LOOK_S)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        return reactor, live


def _reactions(reactor: _Reactor, live: LiveTrader, stamps: Stamps) -> Reactions:
    """Match what both sides noted: a message by its time, an order by its id."""
    left: dict[int, int] = {}
    for text, left_ns in stamps.left:
        left.setdefault(parse_ns(text), left_ns)
    ids, came = ClientIds(RUN), dict(stamps.came)
    rows = []
    for each in reactor.handed:
        times = (
            left.get(each.event_ns),
            each.received_ns,
            each.handed_ns,
            live.way.submitted.get(each.order_id),
            live.way.sent.get(each.order_id),
            came.get(ids.of(each.order_id)),
        )
        if None not in times:
            rows.append(times)
    found = np.array(rows, dtype=np.int64).reshape(-1, len(STAGES) + 1)
    return Reactions(
        found[:, -1] - found[:, 0],
        np.diff(found, axis=1),
        reactor.messages,
        len(reactor.handed) - len(rows),
        tuple(live.quiet.lines),
    )
