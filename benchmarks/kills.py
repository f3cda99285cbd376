"""Kill ``traider run`` again and again, start it on what is left, and look whether all is whole.

    python -m benchmarks.kills --kills 100 --seed 1

One exchange stands, with faults laid on it by seed. A trader is killed with SIGKILL while it
trades, soon after its start, amid its stop, or kills itself at a named fault point. Each one that
comes to trade is held against the exchange (``laws``) before its turn comes. The last one ends
in order, and its whole journal is replayed. Orders are limit orders where the seed is odd, market
orders otherwise. Exit code 1 when a law was broken.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.run_process import STYLES, NeverTradedError, TraderProcess, parity_of
from benchmarks.standing_exchange import FAULTS, StandingExchange
from benchmarks.tables import print_table

GOAL_S: Final = 3.0
SPEED: Final = 60.0
"""Seconds of the exchange in a second: twelve decisions."""
_WAYS: Final = ("trading", "trading", "starting", "stopping", "fault point", "fault point")
_POINTS: Final = (
    "order-log-append", "order-log-appended", "order-log-tell", "order-log-told",
    "gateway-before-send", "gateway-sent", "gateway-before-cancel", "gateway-cancelled",
    "gateway-before-report", "gateway-reported", "gateway-found-all", "gateway-started",
    "gateway-caught-up", "trader-before-journal", "trader-journaled",
)  # fmt: skip
_TRADES_S: Final = 3.0
_STARTS_S: Final = 6.0
_STOPS_S: Final = 0.6
_REACHES_S: Final = 6.0
"""A trader that does not get to its fault point in so long is killed right then."""
_ENDS_S: Final = 60.0
_FAULTS_AT_ONCE: Final = 2


@dataclass
class Kills:
    """What came of it."""

    ways: Counter[str] = field(default_factory=Counter)
    recovered_s: list[float] = field(default_factory=list)
    """From a process's start after a kill until it trades."""
    checks: int = 0
    orders: int = 0
    fills: int = 0
    violations: list[str] = field(default_factory=list)


class Killing:
    """A run on a standing exchange, killed as the dice say."""

    def __init__(self, exchange: StandingExchange, folder: Path, seed: int) -> None:
        self.done = Kills()
        self._exchange, self._folder = exchange, folder
        self._style = STYLES[seed % 2]
        self._dice = random.Random(seed)  # noqa: S311 - the same each time

    async def run(self, kills: int) -> Kills:
        """Kill so often, then end in order.

        Raises:
            NeverTradedError: a trader gave up by itself.
        """
        life = self._begin("")
        try:
            await life.trades()
            while self.done.ways.total() < kills:
                way = self._dice.choice(_WAYS)
                if way not in ("starting", "fault point"):
                    await self._end(life, way)
                    life = self._begin("")
                    await self._come_to_trade(life)
                    continue
                life.kill()  # a point, or a start, is a matter of the next one
                self.done.ways["trading"] += 1
                life = self._begin(self._point() if way == "fault point" else "")
                life = await self._kill_early(life, way)
            await self._finish(life)
        finally:
            if not life.is_dead:
                life.kill()
        return self.done

    def _begin(self, point: str) -> TraderProcess:
        return TraderProcess(self._folder, self._exchange.url, self._style, point)

    def _point(self) -> str:
        return f"{self._dice.choice(_POINTS)}:{self._dice.randint(1, 4)}"

    async def _come_to_trade(self, life: TraderProcess) -> None:
        taken_s = await life.trades()
        if taken_s >= 0:
            self.done.recovered_s.append(taken_s)
            await self._check(life)

    async def _check(self, life: TraderProcess) -> None:
        found = await life.agrees(self._exchange)
        self.done.checks += 1
        self.done.violations += [f"after kill {self.done.ways.total()}: {each}" for each in found]

    async def _end(self, life: TraderProcess, way: str) -> None:
        """Let a trader trade among faults, then kill it."""
        for _ in range(_FAULTS_AT_ONCE):
            await self._exchange.lay(self._dice.choice(FAULTS))
        await life.dies(self._dice.uniform(0.0, _TRADES_S))
        if way == "stopping":
            life.ask_to_stop()
            await life.dies(self._dice.uniform(0.0, _STOPS_S))
        if not life.is_dead:
            life.kill()
            self.done.ways[way] += 1

    async def _kill_early(self, life: TraderProcess, way: str) -> TraderProcess:
        """Kill a trader on its way, or let it kill itself; return the next one, which trades."""
        await self._exchange.lay(self._dice.choice(FAULTS))
        if way == "starting":
            await life.dies(self._dice.uniform(0.0, _STARTS_S))
        else:
            await life.trades()
            await life.dies(_REACHES_S)
        if not life.is_dead and await life.is_trading():
            way = "trading"
        life.kill()
        self.done.ways[way] += 1
        following = self._begin("")
        await self._come_to_trade(following)
        return following

    async def _finish(self, life: TraderProcess) -> None:
        """End in order, and prove the whole."""
        life.ask_to_stop()
        found = [] if await life.dies(_ENDS_S) else ["it did not end"]
        if life.exit_code:
            found.append(f"it ended with exit code {life.exit_code}")
        found += await asyncio.to_thread(parity_of, self._folder)
        self.done.violations += [f"at the end: {each}" for each in found]
        orders = (await self._exchange.truth()).orders
        self.done.orders = len(orders)
        self.done.fills = sum(int(order.number_of_fills or 0) for order in orders)


async def kill_and_recover(folder: Path, kills: int, seed: int) -> Kills:
    """Run an exchange and a trader in ``folder``, and kill the trader so often.

    Raises:
        NeverTradedError: a trader gave up by itself.
    """
    async with StandingExchange(folder / "exchange", SPEED) as exchange:
        killing = Killing(exchange, folder / "run", seed)
        try:
            return await killing.run(kills)
        except NeverTradedError as fault:
            killing.done.violations.append(f"after kill {killing.done.ways.total()}: {fault}")
            return killing.done


def show(done: Kills, seed: int) -> None:
    """Print the table."""
    ways = ", ".join(f"{count} {way}" for way, count in sorted(done.ways.items()))
    seconds = done.recovered_s or [0.0]
    print_table(
        f"Real kills of `traider run` (seed {seed}, {STYLES[seed % 2]} orders)",
        ("", "found"),
        [
            ["kills", f"{done.ways.total()} ({ways})"],
            ["recoveries to trading", str(len(done.recovered_s))],
            ["time to recover, s: p50", f"{statistics.median(seconds):.2f}"],
            ["time to recover, s: max", f"{max(seconds):.2f}"],
            ["goal, s", f"{GOAL_S:.1f}"],
            ["checks against the exchange", str(done.checks)],
            ["orders, fills at the exchange", f"{done.orders}, {done.fills}"],
            ["violations", str(len(done.violations))],
        ],
    )
    for each in done.violations:
        print(f"violation: {each}")


def measure(kills: int = 12, seed: int = 1) -> int:
    """Kill, print, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        done = asyncio.run(kill_and_recover(Path(folder), kills, seed))
    show(done, seed)
    return 1 if done.violations else 0


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    sys.exit(measure(chosen.kills, chosen.seed))
