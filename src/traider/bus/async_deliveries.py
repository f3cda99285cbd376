"""A subscription for tasks of an event loop: a thread reads ahead, by a bounded number of batches.

    async with AsyncDeliveries(subscription) as deliveries:
        while (delivery := await deliveries.take()) is not None:
            …
            await deliveries.commit(delivery)

When the loop is slow the thread takes nothing more until half of what was read is taken. When that
lasts, it pauses the subscription and goes on asking it, so that it stays in its group: readers that
ask for nothing are taken for dead. The owner of the subscription closes it, after this.
"""

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import Final, Self

from traider.bus.errors import BusError
from traider.bus.port import Delivery, Subscription
from traider.domain.errors import TraiderError

_LOOK_S: Final = 0.02
"""How long the thread waits for a batch before it looks for commits."""

_ROOM_S: Final = 0.002
"""How often it looks whether there is room."""


class AsyncDeliveries:
    """Take and commit without blocking the event loop that this was entered in."""

    def __init__(self, subscription: Subscription, ahead: int = 64, hold_s: float = 30.0) -> None:
        self.pauses = 0
        """How often the loop was slow for longer than ``hold_s``."""
        self._hold_s = hold_s
        self._subscription = subscription
        self._ahead = ahead
        self._waiting: deque[Delivery] = deque()
        self._commits: deque[tuple[Delivery, Future[bool]]] = deque()
        self._fault: TraiderError | None = None
        self._stop = False
        self._ready = asyncio.Event()
        self._thread = threading.Thread(target=self._read, name="bus-reader", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        """Begin to read."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(self, *caught: object) -> None:
        """Stop reading; commits that were asked for are made."""
        self._stop = True
        await asyncio.to_thread(self._thread.join)

    async def take(self, timeout_s: float | None = None) -> Delivery | None:
        """Return what comes next, or None when nothing does in the time allowed.

        Raises:
            BusError: as the subscription's own ``take``.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self._waiting:
                    if self._fault is not None:
                        raise self._fault
                    self._ready.clear()
                    if not self._waiting and self._fault is None:
                        await self._ready.wait()
        except TimeoutError:
            return None
        return self._waiting.popleft()

    async def commit(self, delivery: Delivery) -> bool:
        """Commit as the subscription does; False where it does, and when reading has ended."""
        if not self._thread.is_alive():
            return False
        asked: Future[bool] = Future()
        self._commits.append((delivery, asked))
        return await asyncio.wrap_future(asked)

    def _read(self) -> None:
        try:
            while not self._stop:
                self._answer()
                if len(self._waiting) >= self._ahead:
                    self._wait_for_room()
                delivery = self._subscription.take(_LOOK_S)
                if delivery is not None:
                    self._waiting.append(delivery)
                    self._wake()
            self._answer()
        except TraiderError as fault:
            self._fault = fault
        finally:
            self._fault = self._fault or BusError("the reader has ended")
            self._refuse()
            self._wake()

    def _wait_for_room(self) -> None:
        until_s, is_paused = time.monotonic() + self._hold_s, False
        while not self._stop and len(self._waiting) > self._ahead // 2:
            self._answer()
            if not is_paused and time.monotonic() > until_s:
                self._subscription.pause()
                is_paused, self.pauses = True, self.pauses + 1
            if is_paused:
                delivery = self._subscription.take(_LOOK_S)
                if delivery is not None:  # it was on its way
                    self._waiting.append(delivery)
            else:
                time.sleep(_ROOM_S)
        if is_paused:
            self._subscription.resume()

    def _answer(self) -> None:
        while self._commits:
            delivery, asked = self._commits.popleft()
            asked.set_result(self._subscription.commit(delivery))

    def _refuse(self) -> None:
        while self._commits:
            self._commits.popleft()[1].set_result(False)

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ready.set)
