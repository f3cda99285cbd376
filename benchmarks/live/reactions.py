"""Reactions of a trader to messages of the book: one order to each, and when all of it happened.

A reaction is a person's order (MANUAL_ORDER) that the kernel takes with the message, in one turn,
as a strategy's order comes of the message's own turn; or, ``is_apart``, one that is given when the
message has been taken, and goes through kernel and journal once more. It goes the way of every
order: kernel, gate, journal, gateway, log of orders on the disk, signed request. What it leaves out
is the arithmetic of a strategy, which ``benchmarks.step_latency`` measures. It is a limit order far
below the market that is good at once or not at all, so the venue takes it and ends it, and the
account stays as it was.
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
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.orders import TimeInForce
from traider.gateway.client_ids import ClientIds
from traider.ops.event_loop import run
from traider.runtime.live_feed import keep
from traider.venues.rfc3339 import parse_ns

STAGES: Final = (
    "wire to receipt",
    "receipt to trader: decode, book, checks",
    "trader to gateway: kernel, gate, journal",
    "gateway to executor: seal, log of orders on the disk",
    "executor to exchange: request, socket",
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

    def __init__(self, live: LiveTrader, speed: float, *, is_apart: bool) -> None:
        self._live, self._speed, self._is_apart = live, speed, is_apart
        self.is_on = False
        self.messages = 0
        self.handed: list[_Handed] = []
        self._order = empty_events(1)
        """What is ordered next: a strategy has its price by then too."""

    def append(self, events: EventArray) -> None:
        """Take what came, and react to the newest message of the book in it."""
        handed_ns, now_ns = time.monotonic_ns(), self._live.clock.now_ns()
        trader = self._live.trader
        changes = np.flatnonzero(events["kind"] == Kind.DEPTH_UPDATE)
        if not self.is_on or not len(changes):
            trader.append(events)
            return
        last = events[changes[-1]]
        order = self._order
        if self._is_apart:
            trader.append(events)
            trader.tell(order)
        else:
            order["ts_event"] = order["ts_recv"] = self._live.clock.now_ns()
            trader.append(join_events([events, order]))
        self.messages += len(np.unique(events["ts_event"][changes]))
        received_ns = handed_ns - round((now_ns - int(last["ts_recv"])) / self._speed)
        order_id = self._live.way.newest_id
        self.prepare()
        self.handed.append(_Handed(int(last["ts_event"]), received_ns, handed_ns, order_id))

    def prepare(self) -> None:
        """Make the next order, of the price by now."""
        self._order = limit_order(self._live, TimeInForce.IOC)


def measure_reactions(
    count: int, terms: StampedTerms, folder: Path, *, is_apart: bool = False
) -> Reactions:
    """Have a trader in ``folder`` react ``count`` times to an exchange of ``terms``."""
    with stamped_exchange(terms) as exchange:
        address = exchange.address
        live_terms = LiveTerms(address, folder, terms.products, terms.speed)
        handed, live = run(_react(live_terms, count, is_apart=is_apart))
    return _reactions(handed, live, exchange.stamps())


async def _react(terms: LiveTerms, count: int, *, is_apart: bool) -> tuple[_Reactor, LiveTrader]:
    async with live_trader(terms) as live:
        reactor = _Reactor(live, terms.speed, is_apart=is_apart)
        keeping = asyncio.create_task(keep(live.feed, reactor))
        await asyncio.sleep(_WARM_S)
        reactor.prepare()
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
