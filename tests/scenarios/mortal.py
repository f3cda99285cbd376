"""A trader that dies and goes on, on one exchange and one state folder, and the laws between.

Both kinds of series use it: crashes drawn by seed (``crashing``) and one at each reach of a fixed
session (``enumerating``).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life
from tests.scenarios.trader_setup import setup_of
from tests.scenarios.truth import Wanted, broken_laws
from traider.domain.events import Kind, empty_events
from traider.domain.payload_table import PAYLOADS

PATIENCE_S: Final = 120.0
"""Of the loop's time, like all seconds here."""
_START_LOOK_S: Final = 0.005
_LOOK_S: Final = 0.05


@dataclass
class Crashes:
    """What came of a session."""

    points: Counter[str] = field(default_factory=Counter)
    """Crashes by fault point."""
    recovered_s: list[float] = field(default_factory=list)
    """From a start after a crash until decisions are on: waiting, and the processor's time."""
    orders: int = 0
    fills: int = 0

    @property
    def crashes(self) -> int:
        """How often the trader died."""
        return self.points.total()

    def add(self, other: "Crashes") -> None:
        """Count another session too."""
        self.points += other.points
        self.recovered_s += other.recovered_s
        self.orders += other.orders
        self.fills += other.fills


def after(count: int, only: str = "") -> Callable[[str], bool]:
    """Return what wants a life to die at the ``count``-th point, of a name or of any."""
    left = [count]

    def is_due(name: str) -> bool:
        left[0] -= only in ("", name)
        return left[0] == 0 and only in ("", name)

    return is_due


class Mortal:
    """Begins lives, buries them, and holds what they leave against the laws."""

    def __init__(self, floor: Floor, folder: Path, name: str) -> None:
        self.floor, self._folder, self._name = floor, folder, name
        self.done = Crashes()

    def where(self) -> str:
        """Say which crash was the last one."""
        last = next(reversed(self.done.points), "")
        return f"{self._name}, after crash {self.done.crashes} (the newest kind: {last})"

    async def begin(self, crash_at: Callable[[str], bool] | None = None) -> Life:
        """Start a life; return when it is open, or dead as it was to be."""
        life = Life(self.floor, self._folder, setup_of())
        if crash_at is not None:
            life.crash_at = crash_at
        loop = asyncio.get_running_loop()
        began, worked = loop.time(), time.process_time()
        life.begin()
        while not (life.is_open or life.is_over.is_set()):
            assert loop.time() - began < PATIENCE_S, f"{self.where()}: it does not start"
            await asyncio.sleep(_START_LOOK_S)
        assert life.is_dead or life.fault is None, f"{self.where()}: {life.fault!r}"
        if self.done.crashes and not life.is_dead:
            taken_s = loop.time() - began + time.process_time() - worked
            self.done.recovered_s.append(taken_s)
        return life

    async def bury(self, life: Life) -> None:
        """End what is dead already, or kill it now."""
        if not life.is_dead:
            await life.crash()
        else:
            await life.let_go()
        self.done.points[life.died_at] += 1

    async def say(self, life: Life, value: float) -> None:
        """Let the model have an opinion."""
        event = empty_events(1)
        event["kind"], event["version"] = Kind.MODEL_SCORE, PAYLOADS[Kind.MODEL_SCORE].version
        event["f0"], event["f1"] = value, 1.0
        await life.do(lambda: life.parts.trader.tell(event))

    async def hold(self, life: Life) -> None:
        """Hold everything still, and hold it against the laws."""
        self.floor.clear_faults()
        life.crash_at = lambda _: False
        loop = asyncio.get_running_loop()
        found: list[str] = []
        end = loop.time() + PATIENCE_S
        while loop.time() < end:
            found = await broken_laws(self.floor, life, Wanted())
            if not found:
                return
            assert life.fault is None, f"{self.where()}: {life.fault!r}"
            await asyncio.sleep(_LOOK_S)
        raise AssertionError(f"{self.where()}: {'; '.join(found)}")

    async def finish(self, life: Life) -> None:
        """End in order, and count."""
        await life.stop()
        orders = self.floor.orders(life.run_id)
        self.done.orders = len(orders)
        self.done.fills = sum(len(order.fills) for order in orders)
