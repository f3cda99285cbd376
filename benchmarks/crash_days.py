"""Let ``traider run`` trade through real crashes on the local exchange, with faults on top.

    python -m benchmarks.crash_days --data ../shared/data [--window 2021-09-07] [--fault outage]

An exchange plays Binance's five-minute bars of a crash at speed, opening twenty minutes before it,
and the demo's trader, made eager, trades through it; the market waits until it trades. A fault
begins with the crash: requests that take long (latency), an exchange that answers nothing (outage),
a product that cannot be traded (halt). Afterwards everything is held against the exchange
(``run_laws``), and the whole journal is replayed. Exit code 1 when a law was broken, in any.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.run_laws import status_of
from benchmarks.run_process import NeverTradedError, TraderProcess, parity_of
from benchmarks.standing_exchange import StandingExchange
from benchmarks.tables import print_table
from traider.runtime.status_body import StatusBody

WINDOWS: Final = {
    "2020-03-12": "2020-03-12T10:40:00+00:00",
    "2021-05-19": "2021-05-19T13:00:00+00:00",
    "2021-09-07": "2021-09-07T15:00:00+00:00",
    "2023-08-17": "2023-08-17T21:35:00+00:00",
}
"""When each crash begins: the five minutes before the worst bar of BTC."""
_MINUTE_MS: Final = 60_000
FAULTS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "none": (),
    "latency": (
        {"kind": "slow", "delay_ms": 20_000, "times": 0, "for_ms": 15 * _MINUTE_MS},
        {"kind": "late_fill", "delay_ms": 20_000, "times": 0, "for_ms": 15 * _MINUTE_MS},
    ),
    "outage": ({"kind": "maintenance", "for_ms": 10 * _MINUTE_MS},),
    "halt": (
        {
            "kind": "restricted_product", "product_id": "BTC-USDT", "flag": "cancel_only",
            "for_ms": 15 * _MINUTE_MS,
        },
    ),
}  # fmt: skip
"""Faults by name; times are the market's."""
SPEED: Final = 60.0
_BASES: Final = ("BTC", "ETH")
_HISTORY_MS: Final = (24 * 60 + 1) * _MINUTE_MS
_BEFORE_MS: Final = 20 * _MINUTE_MS
_WAITS_MS: Final = 15 * _MINUTE_MS
"""Before the crash the market waits here for a trader that does not trade yet."""
_AFTER_MS: Final = 30 * _MINUTE_MS
_SPARE_MS: Final = 180 * _MINUTE_MS
"""Bars beyond the end, which the last comparison takes place in."""
_NS_PER_MS: Final = 1_000_000
_SETTINGS: Final = ("data.bars=5m",)
"""The bars of the market that is played: the warm-up takes the exchange's candles of them."""
_LOOK_S: Final = 0.2
_POLL_S: Final = 0.02
_ENDS_S: Final = 120.0
_STALLED_S: Final = 900.0


@dataclass
class Passed:
    """What came of one scenario."""

    window: str
    fault: str
    fall: float = 0.0
    """Of BTC from the crash's begin to its lowest price."""
    status: StatusBody | None = None
    drawdown: Decimal = Decimal(0)
    """The deepest that was seen."""
    alerts: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)


def cut_bars(data: Path, begin_ms: int, folder: Path) -> tuple[tuple[Path, ...], float]:
    """Write the bars around a crash into ``folder``; return them, and how far BTC falls."""
    folder.mkdir(parents=True)
    first, last = begin_ms - _BEFORE_MS - _HISTORY_MS, begin_ms + _AFTER_MS + _SPARE_MS
    paths, fall = [], 0.0
    for base in _BASES:
        table = pq.read_table(data / "ohlcv" / f"BINANCE-{base}-USDT-5m.parquet")
        times = table.column("ts").to_numpy()
        kept = table.filter(pa.array((times >= first) & (times < last)))
        path = folder / f"BINANCE-{base}-USDT-5m.parquet"
        pq.write_table(kept, path)
        paths.append(path)
        if base == _BASES[0]:
            shown = kept.to_pydict()
            rows = list(zip(shown["ts"], shown["open"], shown["low"], strict=True))
            crash = [row for row in rows if begin_ms <= row[0] < begin_ms + _AFTER_MS]
            fall = min(low for _, _, low in crash) / crash[0][1] - 1.0
    return tuple(paths), fall


async def pass_through(folder: Path, data: Path, window: str, fault: str) -> Passed:
    """Let a trader live through one crash with one fault."""
    begin_ms = round(datetime.fromisoformat(WINDOWS[window]).timestamp() * 1_000)
    bars, fall = cut_bars(data, begin_ms, folder / "bars")
    done = Passed(window, fault, fall)
    async with StandingExchange(folder / "exchange", SPEED, bars) as exchange:
        life = TraderProcess(folder / "run", exchange.url, "market", settings=_SETTINGS)
        try:
            await _begin(life, exchange, begin_ms)
            await _watch(life, exchange, folder / "run", begin_ms, done)
            for law in await life.agrees(exchange):
                done.violations.append(law)
            done.status = await asyncio.to_thread(status_of, folder / "run")
            if done.status is None or not done.status.counts.orders_sent:
                done.violations.append("no order was sent: nothing was tried")
            life.ask_to_stop()
            if not await life.dies(_ENDS_S) or life.exit_code:
                done.violations.append(f"at the end: exit code {life.exit_code}")
            done.violations += await asyncio.to_thread(parity_of, folder / "run")
        except NeverTradedError as trouble:
            done.violations.append(str(trouble))
        finally:
            if not life.is_dead:
                life.kill()
    return done


async def _begin(life: TraderProcess, exchange: StandingExchange, begin_ms: int) -> None:
    """Let the trader come to trade, and the market wait for it.

    Raises:
        NeverTradedError: it gave up by itself.
    """
    trading, waits = asyncio.create_task(life.trades()), False
    while not trading.done():
        if not waits and await exchange.now_ns() // _NS_PER_MS >= begin_ms - _WAITS_MS:
            await exchange.pause()
            waits = True
        await asyncio.sleep(_POLL_S)
    await trading
    if waits:
        await exchange.resume()


async def _watch(
    life: TraderProcess, exchange: StandingExchange, folder: Path, begin_ms: int, done: Passed
) -> None:
    """Lay the fault when the crash begins, and look on until it is over."""
    laid, until = False, time.monotonic() + _STALLED_S
    while not life.is_dead and time.monotonic() < until:
        now_ms = await exchange.now_ns() // _NS_PER_MS
        if now_ms >= begin_ms and not laid:
            laid = True
            for fault in FAULTS[done.fault]:
                await exchange.lay(fault)
        if now_ms >= begin_ms + _AFTER_MS:
            return
        status = await asyncio.to_thread(status_of, folder)
        if status is not None:
            done.drawdown = max(done.drawdown, Decimal(status.drawdown))
            done.alerts |= {alert.key for alert in status.alerts}
        await asyncio.sleep(_LOOK_S)
    done.violations.append(f"the trader is gone or the market stands, exit code {life.exit_code}")


def show(all_done: Sequence[Passed]) -> None:
    """Print the table."""
    rows = []
    for done in all_done:
        status = done.status
        figures = ["–"] * 6
        if status is not None:
            counts = status.counts
            figures = [
                f"{-Decimal(status.pnl):,.2f}", f"{done.drawdown:.2%}", str(counts.orders_sent),
                str(counts.fills), str(counts.orders_refused), str(counts.reconnects),
            ]  # fmt: skip
        broken = len(done.violations)
        alerts = ", ".join(sorted(done.alerts)) or "–"
        rows.append(
            [f"{done.window}, {done.fault}", f"{done.fall:.1%}", *figures, alerts, str(broken)]
        )
    print_table(
        f"`traider run` through real crashes (speed {SPEED:g})",
        ("crash, fault", "BTC falls", "loss, USDT", "max drawdown", "orders", "fills", "refused",
         "reconnects", "alerts", "laws broken"),
        rows,
    )  # fmt: skip
    for done in all_done:
        for each in done.violations:
            print(f"violation: {done.window}, {done.fault}: {each}")


def measure(data: Path, windows: Sequence[str], faults: Sequence[str]) -> int:
    """Live through each crash with each fault, print, and return the exit code."""
    found = []
    for window in windows:
        for fault in faults:
            with tempfile.TemporaryDirectory() as folder:
                found.append(asyncio.run(pass_through(Path(folder), data, window, fault)))
            print(f"{window}, {fault}: {len(found[-1].violations)} laws broken", flush=True)
    show(found)
    return 1 if any(done.violations for done in found) else 0


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="Folder that holds ohlcv/.")
    asked.add_argument("--window", action="append", choices=list(WINDOWS), help="All unless named.")
    asked.add_argument("--fault", action="append", choices=list(FAULTS), help="All unless named.")
    chosen = asked.parse_args()
    sys.exit(measure(chosen.data, chosen.window or list(WINDOWS), chosen.fault or list(FAULTS)))
