"""Crash a trader again and again amid its work, at another fault point each time.

One session is one exchange and one state folder. The model changes its mind, the market moves, the
exchange does wrong; the life at work dies at a point that is drawn by seed, in the middle of its
work or of its start. The next one starts on what is there. Then all is held still, and the laws of
``truth`` must hold; the recovery itself has replayed the whole journal and compared it.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life, drive
from tests.scenarios.trader_setup import scratch, setup_of
from tests.scenarios.truth import Wanted, broken_laws, broken_records
from traider.domain.events import Kind, empty_events
from traider.domain.payload_table import PAYLOADS

PATIENCE_S: Final = 15.0
_WORK_S: Final = 1.0
"""A life that does not get to its point in so long is killed right then."""
_LOOK_S: Final = 0.05
_AT_START: Final = 0.25
"""Part of the lives that are to die while they start."""
_POINTS_MAX: Final = 120
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


@dataclass
class Crashes:
    """What came of a session."""

    points: Counter[str] = field(default_factory=Counter)
    """Crashes by fault point."""
    recovered_s: list[float] = field(default_factory=list)
    """From a start after a crash until decisions are on."""
    orders: int = 0
    fills: int = 0

    @property
    def crashes(self) -> int:
        """How often the trader died."""
        return self.points.total()


def crash_session(seed: int, crashes: int) -> Crashes:
    """Run a session until the trader died so often and went on each time.

    Raises:
        AssertionError: a law did not hold; it says after which crash.
    """
    with scratch() as folder:
        session = _Session(seed, folder)
        done = drive(session.run(crashes))
        found = broken_records(folder)
        assert not found, f"seed {seed}, after the end: {'; '.join(found)}"
    return done


class _Session:
    def __init__(self, seed: int, folder: Path) -> None:
        self._seed, self._folder = seed, folder
        self._dice = random.Random(seed)  # noqa: S311 - the same each time
        self._done = Crashes()
        self._floor: Floor | None = None

    async def run(self, crashes: int) -> Crashes:
        async with Floor(seed=self._seed) as self._floor:
            life = await self._begin(dies_early=False)
            while True:
                if not life.is_dead:
                    await self._hold(life)
                if self._done.crashes >= crashes and not life.is_dead:
                    break
                if not life.is_dead:
                    life.crash_at = self._somewhere()
                    await self._work(life)
                await self._bury(life)
                early = self._dice.random() < _AT_START and self._done.crashes < crashes
                life = await self._begin(dies_early=early)
            await life.stop()
            orders = self._floor.orders(life.run_id)
            self._done.orders = len(orders)
            self._done.fills = sum(len(order.fills) for order in orders)
        return self._done

    async def _begin(self, *, dies_early: bool) -> Life:
        """Start a life; return when it is open, or dead as it was to be."""
        assert self._floor is not None
        life = Life(self._floor, self._folder, setup_of())
        if dies_early:
            life.crash_at = self._after(self._dice.randint(1, 40))
        began = time.monotonic()
        life.begin()
        while not (life.is_open or life.is_over.is_set()):
            assert time.monotonic() - began < PATIENCE_S, f"{self._where()}: it does not start"
            await asyncio.sleep(0.002)
        assert life.is_dead or life.fault is None, f"{self._where()}: {life.fault!r}"
        if self._done.crashes and not life.is_dead:
            self._done.recovered_s.append(time.monotonic() - began)
        return life

    def _somewhere(self) -> Callable[[str], bool]:
        """Draw a place: a named one that is seldom reached, or the n-th of any name."""
        if self._dice.random() < _NAMED:
            return self._after(self._dice.randint(1, 3), self._dice.choice(_SELDOM))
        return self._after(self._dice.randint(1, _POINTS_MAX))

    def _after(self, count: int, only: str = "") -> Callable[[str], bool]:
        left = [count]

        def is_due(name: str) -> bool:
            left[0] -= only in ("", name)
            return left[0] == 0 and only in ("", name)

        return is_due

    async def _bury(self, life: Life) -> None:
        if not life.is_dead:
            await life.crash()
        else:
            await life.let_go()
        self._done.points[life.died_at] += 1

    async def _work(self, life: Life) -> None:
        """Let this and that happen until the life is over, or had its time."""
        assert self._floor is not None
        end = time.monotonic() + _WORK_S
        while not life.is_over.is_set() and time.monotonic() < end:
            chance = self._dice.random()
            if chance < 0.4:
                await self._say(life, self._dice.choice(_SCORES))
            elif chance < 0.7:
                self._floor.move(Decimal(self._dice.choice(_PRICES)))
            else:
                self._floor.fault(**self._dice.choice(_FAULTS))
            with suppress(TimeoutError):
                await asyncio.wait_for(life.is_over.wait(), self._dice.uniform(0.01, 0.12))
        assert life.is_dead or life.fault is None, f"{self._where()}: {life.fault!r}"

    async def _say(self, life: Life, value: float) -> None:
        event = empty_events(1)
        event["kind"], event["version"] = Kind.MODEL_SCORE, PAYLOADS[Kind.MODEL_SCORE].version
        event["f0"], event["f1"] = value, 1.0
        await life.do(lambda: life.parts.trader.tell(event))

    async def _hold(self, life: Life) -> None:
        """Hold everything still, and hold it against the laws."""
        assert self._floor is not None
        self._floor.clear_faults()
        life.crash_at = lambda _: False
        found: list[str] = []
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = await broken_laws(self._floor, life, Wanted())
            if not found:
                return
            await asyncio.sleep(_LOOK_S)
        raise AssertionError(f"{self._where()}: {'; '.join(found)}")

    def _where(self) -> str:
        return f"seed {self._seed}, after crash {self._done.crashes} ({dict(self._done.points)})"
