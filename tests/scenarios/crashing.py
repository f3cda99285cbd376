"""Crash a trader again and again amid its work, at another fault point each time.

One session is one exchange and one state folder. The model changes its mind, the market moves, the
exchange does wrong; the life at work dies at a point that is drawn by seed, in the middle of its
work or of its start. The next one starts on what is there. Then all is held still, and the laws of
``truth`` must hold; the recovery itself has replayed the whole journal and compared it.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life, drive
from tests.scenarios.mortal import Crashes, Mortal, after
from tests.scenarios.trader_setup import scratch
from tests.scenarios.truth import broken_records

_WORK_S: Final = 1.0
"""A life that does not get to its point in so long is killed right then."""
_AT_START: Final = 0.25
"""Part of the lives that are to die while they start."""
_POINTS_MAX: Final = 250
_START_MAX: Final = 90
"""Points of a start, about."""
_NAMED: Final = 0.6
_SELDOM: Final = (
    "order-log-append", "order-log-appended", "order-log-tell", "order-log-told",
    "gateway-before-send", "gateway-sent", "gateway-before-cancel", "gateway-cancelled",
    "gateway-before-report", "gateway-reported", "gateway-before-find", "gateway-found",
    "gateway-settled",
)  # fmt: skip
_PRICES: Final = (48_500, 49_500, 50_000, 50_600, 51_200, 52_300)
_SCORES: Final = (1.0, 1.0, 1.0, 0.3, 0.0)
_FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "partial_fills", "count": 3, "for_ms": 10_000},
    {"kind": "duplicate_fill", "times": 5},
    {"kind": "out_of_order_fill", "times": 3},
    {"kind": "late_fill", "delay_ms": 2_000, "times": 3},
    {"kind": "disconnect", "channel": "user"},
    {"kind": "drop", "channel": "user", "times": 2},
    {"kind": "sequence_gap", "channel": "l2_data", "count": 3},
    {"kind": "answer_lost", "method": "POST", "path": "/orders"},
    {"kind": "server_error", "method": "POST", "path": "/orders", "status": 503},
    {"kind": "rate_limited", "method": "POST", "path": "/orders"},
    {"kind": "fill_before_cancel", "share": 0.5},
    {"kind": "slow", "method": "POST", "path": "/orders", "delay_ms": 1_000},
)


def crash_session(seed: int, crashes: int) -> Crashes:
    """Run a session until the trader died so often and went on each time.

    Raises:
        AssertionError: a law did not hold; it says after which crash.
    """

    async def run() -> Crashes:
        async with Floor(seed=seed) as floor:
            return await _Session(seed, Mortal(floor, folder, f"seed {seed}")).run(crashes)

    with scratch() as folder:
        done = drive(run())
        found = broken_records(folder)
        assert not found, f"seed {seed}, after the end: {'; '.join(found)}"
    return done


class _Session:
    def __init__(self, seed: int, mortal: Mortal) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - the same each time
        self._mortal = mortal

    async def run(self, crashes: int) -> Crashes:
        mortal = self._mortal
        life = await mortal.begin()
        while True:
            if not life.is_dead:
                await mortal.hold(life)
            if mortal.done.crashes >= crashes and not life.is_dead:
                break
            if not life.is_dead:
                life.crash_at = self._somewhere()
                await self._work(life)
            await mortal.bury(life)
            early = self._dice.random() < _AT_START and mortal.done.crashes < crashes
            life = await mortal.begin(after(self._dice.randint(1, _START_MAX)) if early else None)
        await mortal.finish(life)
        return mortal.done

    def _somewhere(self) -> Callable[[str], bool]:
        """Draw a place: a named one that is seldom reached, or the n-th of any name."""
        if self._dice.random() < _NAMED:
            return after(self._dice.randint(1, 3), self._dice.choice(_SELDOM))
        return after(self._dice.randint(1, _POINTS_MAX))

    async def _work(self, life: Life) -> None:
        """Let this and that happen until the life is over, or had its time."""
        loop, floor = asyncio.get_running_loop(), self._mortal.floor
        end = loop.time() + _WORK_S
        while not life.is_over.is_set() and loop.time() < end:
            chance = self._dice.random()
            if chance < 0.4:
                await self._mortal.say(life, self._dice.choice(_SCORES))
            elif chance < 0.7:
                floor.move(Decimal(self._dice.choice(_PRICES)))
            else:
                floor.fault(**self._dice.choice(_FAULTS))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._dice.uniform(0.01, 0.12)):
                    await life.is_over.wait()
        assert life.is_dead or life.fault is None, f"{self._mortal.where()}: {life.fault!r}"
