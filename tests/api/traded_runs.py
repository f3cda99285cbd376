"""A run that a real trader traded on the shipped capture: books, scores, orders, a limit."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.ports.metrics import MemoryMetrics
from tests.runtime.parity.recorded_runs import RecordedTrader, capture, instruments, settings
from tests.runtime.trading.test_trader_desk import CalmWatch
from traider.gateway.client_ids import ClientIds
from traider.kernel.records import Gate
from traider.runtime.auditing.following import update_audit
from traider.runtime.control.commands import SetLimit
from traider.runtime.risk_watch import RiskSources, RiskWatch
from traider.runtime.status_body import Mode, Phase
from traider.runtime.status_file import write_status
from traider.runtime.trading.trader_desk import DeskContext, DeskHooks, TraderDesk

EVENTS: Final = 30_000
"""At least."""
CURRENCY: Final = "USDT"
SETTINGS: Final = (
    "limits.max_order_notional=50000",
    "limits.max_gross_exposure=2",
    "limits.max_drawdown=0.2",
    "breakers.preset=live",
)
CHANGE: Final = SetLimit(
    who="ana", why="smaller orders today", name="max_order_notional", value=Decimal(40_000)
)


def trade(folder: Path) -> Path:
    """Trade until something is held, change a limit on the way; return the state folder."""
    _, events = capture()
    made = RecordedTrader(folder, settings("level2-ladder", *SETTINGS))
    made.begin(int(events["ts_recv"][0]) - 1_000)
    desk = desk_of(made)
    made.feed(events[: EVENTS // 2])
    desk.command(CHANGE)
    end = EVENTS // 2
    while end < EVENTS or not made.trader.machine.decider.markets[0]["position_lots"]:
        made.feed(events[end : end + 1_000], seed=end)
        end += 1_000
    desk.phase = Phase.TRADING
    write_status(folder, desk.status())
    asyncio.run(_measure(made))
    made.close()
    update_audit(folder)
    return folder


def desk_of(made: RecordedTrader) -> TraderDesk:
    """Return the desk of a recorded trader."""
    context = DeskContext(
        mode=Mode.PAPER,
        venue=made.venue,
        folder=made.folder,
        pid=77,
        currency=CURRENCY,
        capital=made.config.capital,
        started_ns=1,
        ids=ClientIds("0badcafe"),
    )
    return TraderDesk(made.trader, context, CalmWatch(), DeskHooks(), made.clock)


async def _measure(made: RecordedTrader) -> None:
    machine = made.trader.machine

    def gate() -> Gate:
        return machine.gate

    sources = RiskSources(
        folder=made.folder,
        currency=CURRENCY,
        instruments=[each.name for each in instruments()],
        gate=gate,
        equity=lambda: float(machine.decider.account[0]["equity"]),
        now_ns=made.clock.now_ns,
        metrics=MemoryMetrics(),
        settings=made.config.risk,
    )
    await RiskWatch(sources).look()
