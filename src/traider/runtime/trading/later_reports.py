"""Reports of the gateway, handed to the trader when the orders that they follow have left.

A gateway reports an order's verdict in the same breath in which it sends the order. The request
itself leaves with the next turn of the event loop: the kernel's work with the report must not come
before. Reports stay in their order, and those that come together are one input.
"""

import asyncio
from typing import Final, Protocol

from traider.domain.events import EventArray, join_events

_TURNS: Final = 4
"""Of the loop, until a request that was asked for is written: its task, and its writer's."""


class ReportTaker(Protocol):
    """Whoever reports are for: the trader."""

    def report(self, events: EventArray) -> None:
        """Take what the gateway reports."""


class LaterReports:
    """The sink of a gateway in the trader's own process. An ``EventSink``; for one event loop."""

    def __init__(self, trader: ReportTaker) -> None:
        self._trader = trader
        self._waiting: list[EventArray] = []
        self._came = asyncio.Event()

    def append(self, events: EventArray) -> None:
        """Take reports in the order of the gateway's log."""
        self._waiting.append(events)
        self._came.set()

    def flush(self) -> None:
        """Hand over what waits: before decisions begin, and at the end.

        Raises:
            DataError: the trader's journal cannot be written.
            KernelError, StrategyError: the kernel cannot go on.
        """
        self._came.clear()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            self._trader.report(join_events(waiting))

    async def run(self) -> None:
        """Hand reports over until cancelled; a fault of the trader ends it.

        Raises:
            DataError, KernelError, StrategyError: as ``flush``.
        """
        while True:
            await self._came.wait()
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self.flush()
