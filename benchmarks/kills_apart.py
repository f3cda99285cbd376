"""Kill the gateway's process or the trader's, again and again, and look whether all is whole.

    python -m benchmarks.kills_apart --kills 20 --seed 1

One exchange stands, with faults laid on it by seed. ``traider run --gateway apart`` keeps both
processes; one of them, as the dice say, is killed with SIGKILL at any moment of trading. It comes
back by its supervisor, and the run is held against the exchange (``laws``). At the end it is
stopped in order, and its whole journal is replayed. Exit code 1 when a law was broken.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.run_apart import Apart, kill_at_once, laws_of, on_exchange, wait_until
from benchmarks.run_process import parity_of
from benchmarks.standing_exchange import FAULTS, StandingExchange
from benchmarks.tables import print_table

SPEED: Final = 60.0
_PARTS: Final = ("gateway", "trader")
_TRADES_S: Final = 2.0


@dataclass
class ApartKills:
    """What came of it."""

    killed: Counter[str] = field(default_factory=Counter)
    checks: int = 0
    orders: int = 0
    fills: int = 0
    violations: list[str] = field(default_factory=list)


async def kill_apart(folder: Path, kills: int, seed: int) -> ApartKills:
    """Run an exchange and the two processes in ``folder``, and kill so often."""
    done, dice = ApartKills(), random.Random(seed)  # noqa: S311 - the same each time
    async with StandingExchange(folder / "exchange", SPEED) as exchange:
        pair = _begun(folder, exchange)
        try:
            for number in range(kills):
                if number and number % len(_PARTS * 4) == 0:
                    done.violations += await _ended(pair)
                    pair = _begun(folder, exchange)
                await _kill_one(pair, exchange, dice, done)
            done.violations += await _ended(pair)
        finally:
            pair.process.kill()
            pair.process.wait()
        truth = await exchange.truth()
        done.orders = len(truth.orders)
        done.fills = sum(int(order.number_of_fills or 0) for order in truth.orders)
    done.violations += await asyncio.to_thread(parity_of, folder / "run")
    return done


def _begun(folder: Path, exchange: StandingExchange) -> Apart:
    return Apart(folder / "run", *on_exchange(exchange.url), "--gateway", "apart")


async def _ended(pair: Apart) -> list[str]:
    code = await asyncio.to_thread(pair.ended)
    return [f"it ended with exit code {code}: {pair.words[-600:]}"] if code else []


async def _kill_one(
    pair: Apart, exchange: StandingExchange, dice: random.Random, done: ApartKills
) -> None:
    await asyncio.to_thread(wait_until, pair.is_trading, "trading")
    await exchange.lay(dice.choice(FAULTS))
    await asyncio.sleep(dice.uniform(0.0, _TRADES_S))
    part = _PARTS[done.killed.total() % len(_PARTS)]
    victim = pair.child(part)
    kill_at_once(victim)
    done.killed[part] += 1
    await asyncio.to_thread(wait_until, lambda: pair.child(part) not in (0, victim), "a new one")
    if part == "trader":
        await asyncio.to_thread(
            wait_until, lambda: pair.is_trading(pair.child("trader")), "trading again"
        )
    await exchange.clear()
    found = await laws_of(pair.state, exchange)
    done.checks += 1
    done.violations += [f"after kill {done.killed.total()} ({part}): {each}" for each in found]


def measure(kills: int = 8, seed: int = 1) -> int:
    """Kill, print, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        done = asyncio.run(kill_apart(Path(folder), kills, seed))
    ways = ", ".join(f"{count} {part}" for part, count in sorted(done.killed.items()))
    print_table(
        f"Real kills of a gateway and a trader apart (seed {seed})",
        ("", "found"),
        [
            ["kills", f"{done.killed.total()} ({ways})"],
            ["checks against the exchange", str(done.checks)],
            ["orders, fills at the exchange", f"{done.orders}, {done.fills}"],
            ["violations", str(len(done.violations))],
        ],
    )
    for each in done.violations:
        print(f"violation: {each}")
    return 1 if done.violations else 0


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    sys.exit(measure(chosen.kills, chosen.seed))
