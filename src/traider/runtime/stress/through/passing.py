"""One scenario from begin to end: an exchange, a trader, the shock, and what must hold after it.

The market waits before the shock for a trader that does not trade yet. One whose strategy sent
nothing by then is told to buy some bitcoin (``purchase``), so that the shock meets orders.
Afterwards everything is held against the exchange (``laws``), the trader ends in order, and its
whole journal is replayed.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.runtime.demo_exchange import products_of
from traider.runtime.status_body import StatusBody
from traider.runtime.stress.through.laws import status_of
from traider.runtime.stress.through.markets import AFTER_NS, MINUTE_NS, PlayedMarket
from traider.runtime.stress.through.purchase import Purchase
from traider.runtime.stress.through.scenarios import FAULTS, ThroughScenario
from traider.runtime.stress.through.standing_exchange import StandingExchange
from traider.runtime.stress.through.trader_process import (
    NeverTradedError,
    TraderProcess,
    TraderTerms,
)

SPEED: Final = 30.0
EAGER: Final = (
    "clock.decision=5s",
    "strategy.enter=0.01",
    "sizing.dead_band=0.005",
    "execution.style=market",
    "breakers.preset=live",
)
"""Makes the demo's trader decide often, so that something is on its way when the shock comes, with
the circuit breakers of a live run."""
_WAITS_NS: Final = 10 * MINUTE_NS
"""Before the shock the market waits here for a trader that does not trade yet."""
BY_HAND_NS: Final = 4 * MINUTE_NS
"""Before the shock something is bought by hand where no order was sent until then."""
_LOOK_S: Final = 0.2
_POLL_S: Final = 0.02
_ENDS_S: Final = 120.0
_STALLED_S: Final = 900.0

Told = Callable[[str], None]
"""Hears what is going on; it raises to end everything."""


@dataclass
class Passed:
    """What came of one scenario."""

    scenario: ThroughScenario
    purchase: Purchase
    move: float = 0.0
    """The farthest that bitcoin moved from the shock on."""
    status: StatusBody | None = None
    drawdown: Decimal = Decimal(0)
    """The deepest that was seen."""
    alerts: set[str] = field(default_factory=set)
    breakers: set[str] = field(default_factory=set)
    """Those that were seen open."""
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PassingTerms:
    """What is run, and where."""

    folder: Path
    market: PlayedMarket
    settings: tuple[str, ...]
    config_file: Path | None = None


async def pass_through(scenario: ThroughScenario, terms: PassingTerms, told: Told) -> Passed:
    """Let a trader live through one scenario.

    Raises:
        Interrupted: ``told`` ended it; both processes are gone then.
    """
    market, run = terms.market, terms.folder / "run"
    done = Passed(scenario, Purchase(run, Decimal(market.price)), market.move)
    async with StandingExchange(terms.folder / "exchange", SPEED, market.files) as exchange:
        bars = f"data.bars={market.length_ns // MINUTE_NS}m"
        products = products_of(market.files)
        life = TraderProcess(
            TraderTerms(run, exchange.url, products, (*terms.settings, bars), terms.config_file)
        )
        try:
            await _begin(life, exchange, market, told)
            await _Watching(life, exchange, run, done, told).watch(market)
            await _judge(life, exchange, run, done)
        except NeverTradedError as trouble:
            done.violations.append(str(trouble))
        finally:
            if not life.is_dead:
                life.kill()
    return done


async def _judge(life: TraderProcess, exchange: StandingExchange, run: Path, done: Passed) -> None:
    done.violations += await life.agrees(exchange)
    done.status = await asyncio.to_thread(status_of, run)
    done.violations += _untried(done)
    life.ask_to_stop()
    if not await life.dies(_ENDS_S) or life.exit_code:
        done.violations.append(f"at the end: exit code {life.exit_code}")
    done.violations += await asyncio.to_thread(life.parity)


def _untried(done: Passed) -> list[str]:
    """Return why the shock met nothing: no order, or one by hand that bought nothing."""
    counts = None if done.status is None else done.status.counts
    why = f": {done.purchase.refusal}" if done.purchase.refusal else ""
    if counts is None or not counts.orders_sent:
        return [f"no order was sent, nothing was tried{why}"]
    if done.purchase.is_asked and not counts.fills:
        return [f"the order by hand bought nothing, nothing was tried{why}"]
    return []


async def _begin(
    life: TraderProcess, exchange: StandingExchange, market: PlayedMarket, told: Told
) -> None:
    """Let the trader come to trade, and the market wait for it.

    Raises:
        NeverTradedError: it gave up by itself.
    """
    trading, waits = asyncio.create_task(life.trades()), False
    try:
        while not trading.done():
            told("the trader starts")
            if not waits and await exchange.now_ns() >= market.begins_ns - _WAITS_NS:
                await exchange.pause()
                waits = True
            await asyncio.sleep(_POLL_S)
        await trading
    finally:
        trading.cancel()
    if waits:
        await exchange.resume()


@dataclass(frozen=True)
class _Watching:
    """Who looks on while the market plays."""

    life: TraderProcess
    exchange: StandingExchange
    run: Path
    done: Passed
    told: Told

    async def watch(self, market: PlayedMarket) -> None:
        """Lay the fault when the shock begins, and look on until it is over."""
        begins_ns, purchase = market.begins_ns, self.done.purchase
        is_laid, until = False, time.monotonic() + _STALLED_S
        while not self.life.is_dead and time.monotonic() < until:
            now_ns = await self.exchange.now_ns()
            minutes = (now_ns - begins_ns) / MINUTE_NS
            self.told(f"{minutes:+.0f} min from the shock")
            if now_ns >= begins_ns - BY_HAND_NS and not purchase.is_over:
                await asyncio.to_thread(self._buy, is_last=now_ns >= begins_ns)
            if now_ns >= begins_ns and not is_laid:
                is_laid = True
                for fault in FAULTS[self.done.scenario.fault]:
                    await self.exchange.lay(fault)
            if now_ns >= begins_ns + AFTER_NS:
                return
            await self._look()
            await asyncio.sleep(_LOOK_S)
        self.done.violations.append(
            f"the trader is gone or the market stands, exit code {self.life.exit_code}"
        )

    def _buy(self, *, is_last: bool) -> None:
        """Let a person buy where the strategy sent nothing; the last time when the shock is here.

        A trader that does not answer breaks a law.
        """
        purchase = self.done.purchase
        try:
            purchase.attempt()
        except TraiderError as fault:
            purchase.is_over = True
            self.done.violations.append(f"nothing could be bought before the shock: {fault}")
        purchase.is_over |= is_last

    async def _look(self) -> None:
        status = await asyncio.to_thread(status_of, self.run)
        if status is not None:
            self.done.drawdown = max(self.done.drawdown, Decimal(status.drawdown))
            self.done.alerts |= {alert.key for alert in status.alerts}
            self.done.breakers |= {each.name for each in status.breakers}
