"""The pump: carries virtual time forward, step by step, in one order.

The market's next step, the end of an order and the exchange's own timers are taken in order of
time; at one instant the market comes first and the timers last. Requests are served between two
turns of the pump, at the time it has reached. When the machine cannot keep up, virtual time lags
and nothing is skipped.

As fast as it can (speed 0) or at a rate, the market moves only while someone is subscribed.
Whenever it is behind its time, it waits for a client that has more than ``BACKLOG_BYTES`` to take.
When the market has ended, time goes on at the machine's pace and the books stand.
"""

import asyncio
import time
from typing import Final

from traider.venues.simulated.exchange import Exchange, Market

QUARTER_NS: Final = 250_000_000
STEPS_A_TURN: Final = 128
BACKLOG_BYTES: Final = 1024 * 1024
SLOW_BYTES_MAX: Final = 64 * 1024 * 1024
"""A client that has not taken so much is cut off, lest the exchange runs out of memory."""
STALL_S_MAX: Final = 20.0
IDLE_S: Final = 0.02
SLEEP_S_MAX: Final = 0.25


class Pump:
    """Drive an exchange.

    Args:
        exchange: what is driven.
        market: where the crowd comes from.
        rate: messages a second of the machine that the market's pace is set by, whatever its own
            times; 0 keeps to its times.
    """

    def __init__(self, exchange: Exchange, market: Market, rate: float = 0.0) -> None:
        self._exchange, self._market, self._rate = exchange, market, rate
        self.steps = 0
        self.is_paused = False
        self.has_ended = False
        self._timer_ns = (exchange.desk.now_ns // QUARTER_NS + 1) * QUARTER_NS
        self._wake = asyncio.Event()
        self._paid = 0
        self._rate_since = 0.0
        self._is_heard = False

    def pause(self) -> None:
        """Stand still from now on."""
        self.is_paused = True

    def resume(self) -> None:
        """Go on."""
        self.is_paused = False
        self._exchange.clock.restart()
        self._rate_since = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Turn until the task is canceled."""
        hub = self._exchange.hub
        while True:
            if self.is_paused or (self._is_unpaced() and not self._has_subscriber()):
                await self._rest(SLEEP_S_MAX if self.is_paused else IDLE_S)
                self._exchange.clock.restart()
                self._rate_since = 0.0
                continue
            more = self._turn()
            self._exchange.keep()
            backlog = hub.flush()
            if backlog > BACKLOG_BYTES and (more or self._is_unpaced()):
                await self._drain()
            elif backlog > SLOW_BYTES_MAX:
                hub.cut_slow(SLOW_BYTES_MAX)
            await (asyncio.sleep(0) if more else self._rest(self._wait_s()))

    def _turn(self) -> bool:
        """Carry out some steps; return whether more are due already."""
        clock, desk = self._exchange.clock, self._exchange.desk
        self._notice_end()
        self._is_heard = self._has_subscriber()
        target = None if self._is_unpaced() else clock.target_ns()
        allowed = self._allowance()
        for _ in range(STEPS_A_TURN):
            due = self._next_due()
            if target is not None and due > target:
                desk.now_ns = max(desk.now_ns, target)
                clock.reach(desk.now_ns)
                return False
            if allowed is not None and self._paid >= allowed:
                return False
            desk.now_ns = max(desk.now_ns, due)
            clock.reach(desk.now_ns)
            self._carry_out(due)
            if self._notice_end():
                return True
        return True

    def _notice_end(self) -> bool:
        """Go over to the machine's pace when the market ends; return whether it just did."""
        if self.has_ended or self._market.next_ns() is not None:
            return False
        self.has_ended = True
        self._exchange.clock.restart()
        return True

    def _next_due(self) -> int:
        due = self._timer_ns
        end, market = self._exchange.desk.next_end_ns(), self._market.next_ns()
        if end is not None and end < due:
            due = end
        return market if market is not None and market <= due else due

    def _carry_out(self, due: int) -> None:
        exchange, market = self._exchange, self._market.next_ns()
        before = exchange.delivery.messages
        if market is not None and market <= due:
            self._market.step()
            self.steps += 1
        elif due < self._timer_ns:
            exchange.desk.expire()
        else:
            self._timers()
        exchange.hub.publish()
        self._paid += max(exchange.delivery.messages - before, not self._is_heard)

    def _timers(self) -> None:
        hub, quarters = self._exchange.hub, self._timer_ns // QUARTER_NS
        self._exchange.desk.expire()
        self._exchange.apply_conditions()
        hub.quarter()
        if quarters % 4 == 0:
            hub.second()
        if quarters % 20 == 0:
            hub.five_seconds()
        self._timer_ns += QUARTER_NS

    def _is_unpaced(self) -> bool:
        """Whether the market's times set no pace: there is a rate, or no speed at all."""
        return bool(self._rate or not self._exchange.clock.speed) and not self.has_ended

    def _allowance(self) -> int | None:
        """Return how many messages the rate allows by now; None without a rate."""
        if not self._rate or self.has_ended:
            return None
        now = time.monotonic()
        if not self._rate_since:
            self._rate_since, self._paid = now, 0
        return int((now - self._rate_since) * self._rate)

    def _has_subscriber(self) -> bool:
        return any(c.subscriptions for c in self._exchange.hub.connections.values())

    def _wait_s(self) -> float:
        if self._is_unpaced():
            return 0.001
        wait = self._exchange.clock.wall_seconds_until(self._next_due())
        return min(max(wait, 0.0), SLEEP_S_MAX)

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless someone resumes the market meanwhile.

        Not by ``wait_for``: before Python 3.12 it may swallow the cancel that ends the pump.
        """
        self._wake.clear()
        alarm = asyncio.get_running_loop().call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            alarm.cancel()

    async def _drain(self) -> None:
        """Wait until every client has taken its backlog; cut off the one that does not."""
        since = time.monotonic()
        while self._exchange.hub.flush() > BACKLOG_BYTES // 2:
            if time.monotonic() - since > STALL_S_MAX:
                self._exchange.hub.cut_slow(BACKLOG_BYTES // 2)
            await asyncio.sleep(0.001)
