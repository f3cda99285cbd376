"""Crash a trader once at each reach of a fault point of a fixed act: first, second and so on.

An act begins flat and ends flat: an entry that fills in parts, a target that is reached, a smaller
wish, a stop that moves, a break of the news of orders, a fall through the stop, an entry again and
the way out. The trader dies at reach ``n`` of it; the next life recovers, the laws are checked, all
is made flat, and the act begins anew for reach ``n + 1``. A start is enumerated the same way, with
a position and its exits in the market.
"""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life, drive
from tests.scenarios.mortal import PATIENCE_S, Crashes, Mortal, after
from tests.scenarios.trader_setup import scratch
from tests.scenarios.truth import broken_records

OPENING: Final = 50_000
"""The price that an act begins at."""
Moment = tuple[str, Any]
ACT: Final[tuple[Moment, ...]] = (
    ("fault", {"kind": "partial_fills", "count": 3, "for_ms": 2_000}),
    ("score", 1.0),
    ("price", 51_200),
    ("score", 0.3),
    ("fault", {"kind": "disconnect", "channel": "user"}),
    ("price", 50_600),
    ("fault", {"kind": "answer_lost", "method": "POST", "path": "/orders"}),
    ("score", 1.0),
    ("price", 48_500),
    ("score", 0.0),
    ("price", OPENING),
)
_MOMENT_S: Final = 0.12
"""From moment to moment: more than two decisions."""
_LOOK_S: Final = 0.02


def crash_at_each(first: int, count: int, *, starts: bool = False) -> tuple[Crashes, bool]:
    """Crash at reaches ``first`` to ``first + count - 1``; return whether there are more.

    Args:
        first: number of a reach, from 1 on.
        count: how many reaches.
        starts: whether they are of a start instead of the act.

    Raises:
        AssertionError: a law did not hold; it says after which crash.
    """

    async def run() -> tuple[Crashes, bool]:
        async with Floor(seed=first) as floor:
            act = _Act(Mortal(floor, folder, f"{'start' if starts else 'act'} from {first}"))
            is_more = await (act.starts if starts else act.acts)(first, count)
            return act.mortal.done, is_more

    with scratch() as folder:
        done, is_more = drive(run())
        found = broken_records(folder)
        assert not found, f"from reach {first}, after the end: {'; '.join(found)}"
    return done, is_more


class _Act:
    def __init__(self, mortal: Mortal) -> None:
        self.mortal = mortal

    async def acts(self, first: int, count: int) -> bool:
        """Crash amid the act; return whether it has reaches after these."""
        mortal = self.mortal
        life = await mortal.begin()
        for reach in range(first, first + count):
            await self._flatten(life)
            life.crash_at = after(reach)
            await self._play(life)
            if not life.is_dead:
                await mortal.hold(life)
                await mortal.finish(life)
                return False
            await mortal.bury(life)
            life = await mortal.begin()
            await mortal.hold(life)
        await mortal.finish(life)
        return True

    async def starts(self, first: int, count: int) -> bool:
        """Crash amid a start with a position; return whether it has reaches after these."""
        mortal = self.mortal
        life = await mortal.begin()
        await mortal.say(life, 1.0)
        await self._until(life, self._is_held)
        for reach in range(first, first + count):
            await mortal.hold(life)
            await mortal.bury(life)
            life = await mortal.begin(after(reach))
            if not life.is_dead:
                await mortal.hold(life)
                await mortal.finish(life)
                return False
            await mortal.bury(life)
            life = await mortal.begin()
        await mortal.hold(life)
        await mortal.finish(life)
        return True

    async def _play(self, life: Life) -> None:
        doings: dict[str, Callable[[Life, Any], Awaitable[None]]] = {
            "score": self.mortal.say,
            "price": self._move,
            "fault": self._fault,
        }
        for what, value in ACT:
            if life.is_dead:
                return
            await doings[what](life, value)
            await asyncio.sleep(_MOMENT_S)
        assert life.is_dead or life.fault is None, f"{self.mortal.where()}: {life.fault!r}"

    async def _move(self, _life: Life, price: int) -> None:
        self.mortal.floor.move(Decimal(price))

    async def _fault(self, _life: Life, rule: dict[str, Any]) -> None:
        self.mortal.floor.fault(**rule)

    async def _flatten(self, life: Life) -> None:
        """Hold nothing, and let nothing rest, at the price that an act begins at."""
        floor = self.mortal.floor
        floor.move(Decimal(OPENING))
        await self.mortal.say(life, 0.0)
        await self._until(
            life,
            lambda run_id: (
                not floor.position(run_id)
                and not any(order.is_live for order in floor.orders(run_id))
            ),
        )

    def _is_held(self, run_id: str) -> bool:
        floor = self.mortal.floor
        return 0 < floor.position(run_id) == floor.protected(run_id)

    async def _until(self, life: Life, is_so: Callable[[str], bool]) -> None:
        loop = asyncio.get_running_loop()
        end, run_id = loop.time() + PATIENCE_S, life.run_id
        while not is_so(run_id):
            assert loop.time() < end, f"{self.mortal.where()}: it does not come to that"
            assert life.fault is None, f"{self.mortal.where()}: {life.fault!r}"
            await asyncio.sleep(_LOOK_S)
