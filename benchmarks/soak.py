"""Let ``traider run`` trade a day of market time at speed among faults, unattended.

    python -m benchmarks.soak --hours 24 --speed 60 --seed 1     # make soak

An exchange of its own plays the demo's bars; faults come from the seed. Each sample is a row: how
far the market is, the memory of trader and exchange, how much later news is taken than it was sent,
and the laws of ``laws``. At the end the journal is replayed. Exit code 1 when a law was broken,
or the trader's own memory, without pages of files, grew by more than a twentieth from the second
quarter to the last.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.process_memory import ProcessMemory
from benchmarks.run_process import STYLES, NeverTradedError, TraderProcess, parity_of
from benchmarks.standing_exchange import FAULTS, StandingExchange
from benchmarks.tables import print_table
from traider.runtime.status_body import StatusBody
from traider.runtime.stress.through.laws import status_of

_NS_PER_HOUR: Final = 3_600_000_000_000
_SAMPLES: Final = 24
_FAULTS_A_SAMPLE: Final = 3
_GROWTH_MAX: Final = 0.05
_ENDS_S: Final = 120.0
_JUDGED_FROM_H: Final = 12.0
"""Of market time: in less, memories that have a bound are still filled."""


@dataclass(frozen=True)
class Sample:
    """How it stood at one instant."""

    hours: float
    """Of market time."""
    trader: ProcessMemory
    exchange: ProcessMemory
    late_ms: float
    """From a message's sending until it is taken, median, in the machine's time."""
    status: StatusBody


@dataclass
class Soaked:
    """What came of it."""

    samples: list[Sample] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: int = 0
    wall_s: float = 0.0


async def soak(folder: Path, hours: float, speed: float, seed: int) -> Soaked:
    """Trade so many hours of the market in ``folder``."""
    done, began = Soaked(), time.monotonic()
    async with StandingExchange(folder / "exchange", speed) as exchange:
        life = TraderProcess(folder / "run", exchange.url, STYLES[seed % 2])
        try:
            await life.trades()
            await _trade(life, exchange, folder / "run", hours, (done, seed))
            life.ask_to_stop()
            if not await life.dies(_ENDS_S) or life.exit_code:
                done.violations.append(f"at the end: exit code {life.exit_code}")
            done.violations += await asyncio.to_thread(parity_of, folder / "run")
        except NeverTradedError as fault:
            done.violations.append(str(fault))
        finally:
            if not life.is_dead:
                life.kill()
    done.violations += growth([(each.hours, each.trader.own) for each in done.samples])
    done.wall_s = time.monotonic() - began
    return done


async def _trade(
    life: TraderProcess,
    exchange: StandingExchange,
    folder: Path,
    hours: float,
    told: tuple[Soaked, int],
) -> None:
    """Sample until the time is over, or the trader is."""
    done, seed = told
    dice = random.Random(seed)  # noqa: S311 - the same each time
    start_ns = await exchange.now_ns()
    for number in range(1, _SAMPLES + 1):
        until_ns = start_ns + round(hours * _NS_PER_HOUR * number / _SAMPLES)
        for _ in range(_FAULTS_A_SAMPLE):
            await exchange.lay(dice.choice(FAULTS))
            done.faults += 1
        while await exchange.now_ns() < until_ns and not life.is_dead:  # noqa: ASYNC110 - asked
            await asyncio.sleep(0.2)
        found = await life.agrees(exchange)
        status = await asyncio.to_thread(status_of, folder)
        if status is None or life.is_dead:
            done.violations.append(f"the trader is gone, exit code {life.exit_code}")
            return
        if not status.parity.ok:
            found.append("the identity check found another state")
        passed_h = (await exchange.now_ns() - start_ns) / _NS_PER_HOUR
        done.violations += [f"after {passed_h:.2f} h: {each}" for each in found]
        late = status.latency_us.get("wire")
        done.samples.append(
            Sample(
                passed_h,
                ProcessMemory.of(life.pid),
                ProcessMemory.of(exchange.pid),
                0.0 if late is None else late.p50 / 1_000,
                status,
            )
        )


def growth(samples: list[tuple[float, float]]) -> list[str]:
    """Return that memory grew, where its second quarter and its last one say so.

    Args:
        samples: hours of the market, and MiB.
    """
    if not samples or samples[-1][0] < _JUDGED_FROM_H:
        return []
    quarter = len(samples) // 4
    early = statistics.median(mib for _, mib in samples[quarter : 2 * quarter])
    late = statistics.median(mib for _, mib in samples[-quarter:])
    if late <= early * (1 + _GROWTH_MAX):
        return []
    return [f"memory grew from {early:.0f} to {late:.0f} MiB"]


def show(done: Soaked, speed: float, seed: int) -> None:
    """Print the table."""
    print_table(
        f"Soak of `traider run` (speed {speed:g}, seed {seed}, {STYLES[seed % 2]} orders, "
        f"{done.faults} faults, {done.wall_s:.0f} s)",
        ("market, h", "trader, own MiB", "of files", "exchange, own MiB", "late, ms", "events",
         "orders", "fills", "identity checks"),
        [
            [
                f"{each.hours:.2f}", f"{each.trader.own:.0f}", f"{each.trader.files:.0f}",
                f"{each.exchange.own:.0f}", f"{each.late_ms:.1f}",
                f"{each.status.counts.events:,}",
                f"{each.status.counts.orders_sent:,}", f"{each.status.counts.fills:,}",
                str(each.status.parity.checks),
            ]
            for each in done.samples
        ],
    )  # fmt: skip
    print(f"\nviolations: {len(done.violations)}")
    for each in done.violations:
        print(f"violation: {each}")


def measure(hours: float, speed: float, seed: int) -> int:
    """Trade, print, and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        done = asyncio.run(soak(Path(folder), hours, speed, seed))
    show(done, speed, seed)
    return 1 if done.violations else 0


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--hours", type=float, default=24.0, help="Of market time.")
    asked.add_argument("--speed", type=float, default=60.0, help="Market seconds in a second.")
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    sys.exit(measure(chosen.hours, chosen.speed, chosen.seed))
