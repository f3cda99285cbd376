"""Reactions of a trader to messages of the book: one order to each, and when all of it happened.

A reaction is a person's order (MANUAL_ORDER) that the kernel takes with the message, in one turn,
as a strategy's order comes of the message's own turn; or, ``Way.APART``, one that is given when the
message has been taken, and goes through kernel and journal once more. It goes the way of every
order: kernel, gate, journal, gateway, log of orders on the disk, signed request. What it leaves out
is the arithmetic of a strategy, which ``benchmarks.step_latency`` measures. It is a limit order far
below the market that is good at once or not at all, so the venue takes it and ends it, and the
account stays as it was. A message that comes while the order before is at the venue is not reacted
to, as a client that waits for its answer does not either; with ``Way.OVERLAPPING`` it is, and waits
for that answer, because orders of one instrument reach the venue one after another.
"""

import asyncio
import time
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from struct import Struct
from typing import Final

import numpy as np

from benchmarks.live.live_trader import RUN, LiveTerms, LiveTrader, live_trader
from benchmarks.live.orders import limit_order
from benchmarks.live.processors import Place, processor_of
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


class Way(Enum):
    """How orders follow messages."""

    WITH_IT = auto()
    """In the message's own turn, where no order is at the venue."""
    APART = auto()
    """The same, when the message has been taken."""
    OVERLAPPING = auto()
    """In the message's own turn, whether or not an order is at the venue."""


_CHANGE: Final = int(Kind.DEPTH_UPDATE)
_TIMES: Final = Struct("<qq")
"""The two times that a record begins with."""
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

    def __init__(self, live: LiveTrader, speed: float, way: Way) -> None:
        self._live, self._speed, self._way = live, speed, way
        self.is_on = False
        self.messages = 0
        self.handed: list[_Handed] = []
        self._order = empty_events(1)
        """What is ordered next: a strategy has its price by then too."""
        self._raw = self._order.view(np.uint8).data
        """Its bytes."""

    def append(self, events: EventArray) -> None:
        """Take what came, and react to the newest message of the book in it."""
        handed_ns, now_ns = time.monotonic_ns(), self._live.clock.now_ns()
        trader = self._live.trader
        kinds = events["kind"].tolist()
        if not self.is_on or _CHANGE not in kinds or self._must_wait():
            trader.append(events)
            return
        order = self._order
        if self._way is Way.APART:
            trader.append(events)
            trader.tell(order)
        else:
            # In place, and with nothing looked up: a strategy has its order by then.
            _TIMES.pack_into(self._raw, 0, now_ns, now_ns)
            trader.append(join_events([events, order]))
        changes = np.flatnonzero(events["kind"] == _CHANGE)
        last = events[changes[-1]]
        self.messages += len(np.unique(events["ts_event"][changes]))
        received_ns = handed_ns - round((now_ns - int(last["ts_recv"])) / self._speed)
        order_id = self._live.way.newest_id
        self.prepare()
        self.handed.append(_Handed(int(last["ts_event"]), received_ns, handed_ns, order_id))

    def _must_wait(self) -> bool:
        """Return whether an order is at the venue that is waited for."""
        if self._way is Way.OVERLAPPING or not self.handed:
            return False
        life = self._live.gateway.lives.get(self.handed[-1].order_id)
        return life is not None and not life.is_over

    def prepare(self) -> None:
        """Make the next order, of the price by now."""
        self._order = limit_order(self._live, TimeInForce.IOC)
        self._raw = self._order.view(np.uint8).data


def measure_reactions(
    count: int, terms: StampedTerms, folder: Path, way: Way = Way.WITH_IT
) -> Reactions:
    """Have a trader in ``folder`` react ``count`` times to an exchange of ``terms``."""
    with stamped_exchange(terms) as exchange:
        address = exchange.address
        live_terms = LiveTerms(address, folder, terms.products, terms.speed)
        with processor_of(Place.TRADER):
            handed, live = run(_react(live_terms, count, way))
    return _reactions(handed, live, exchange.stamps())


async def _react(terms: LiveTerms, count: int, way: Way) -> tuple[_Reactor, LiveTrader]:
    async with live_trader(terms) as live:
        reactor = _Reactor(live, terms.speed, way)
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
