"""The desk of a running trader: what it says of itself, and what people ask of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final, Protocol

from traider.domain.errors import UsageError
from traider.domain.events import EventArray, OrderFlag, empty_events
from traider.domain.money import notional_units
from traider.domain.order_states import leaves_of
from traider.domain.orders import OrderType
from traider.domain.ports import Clock
from traider.domain.units import (
    amount_from_units,
    price_from_ticks,
    size_from_lots,
)
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_lives import OrderLife
from traider.gateway.port import Stand
from traider.kernel.specification import MarketSpec
from traider.runtime.control.commands import (
    CancelOrder,
    ControlCommand,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    Reload,
    SetLimit,
    Stop,
    command_bytes,
)
from traider.runtime.control.conversion import CONTROL_FACT, ControlTerms, control_events, told
from traider.runtime.control.limit_names import limit_name, limits_of
from traider.runtime.limit_bounds import PhaseBounds, is_wider
from traider.runtime.status_body import (
    AlertBody,
    HealthBody,
    Mode,
    OrderBody,
    ParityBody,
    Phase,
    PositionBody,
    RestartBody,
    StatusBody,
    latency_bodies,
)
from traider.runtime.trading.nav_rows import money, nav_row
from traider.runtime.trading.open_breakers import check_may_close, open_breakers
from traider.runtime.trading.orders_by_hand import OrdersByHand
from traider.runtime.trading.trader import Trader

_SECOND_NS: Final = 1_000_000_000
_CENT_UNITS: Final = Decimal("1e-8")
_BY_GATEWAY: Final = {
    Stand.OPEN: Phase.TRADING,
    Stand.SILENT: Phase.GATEWAY_SILENT,
    Stand.KILLED: Phase.GATEWAY_KILLED,
    Stand.HALTED: Phase.GATEWAY_HALTED,
}


@dataclass(frozen=True)
class DeskContext:
    """What of a run does not change while it runs."""

    mode: Mode
    venue: str
    folder: Path
    pid: int
    currency: str
    capital: Decimal
    started_ns: int
    ids: ClientIds
    bounds: PhaseBounds | None = None
    """How wide limits may become; None where no real money is at risk."""
    rearm_by: tuple[str, ...] = ()
    """Who may close circuit breakers; everyone where nobody is listed."""


class Watch(Protocol):
    """What watches the run beside the trader."""

    def health(self) -> tuple[HealthBody, ...]:
        """Return how each part is."""

    def alerts(self) -> tuple[AlertBody, ...]:
        """Return the last ten alerts."""

    def parity(self) -> ParityBody:
        """Return what the identity check found."""

    def reconnects(self) -> int:
        """Return how many connections had to be opened again."""


@dataclass
class DeskHooks:
    """What the trader itself does not know or do."""

    living: Callable[[], tuple[OrderLife, ...]] = tuple
    """Orders that are not over."""
    stop: Callable[[Stop], None] = field(default=lambda _: None)
    guards: Callable[[OrderLife], bool] = field(default=lambda _: False)
    """Whether an order protects a position."""
    restarts: Callable[[], tuple[RestartBody, ...]] = tuple
    """Parts that were begun again."""
    widened: Callable[[SetLimit, str], None] = field(default=lambda _, __: None)
    """Told of a limit with real money behind it that lets more through now, and how it was."""
    held: Callable[[Kill | Pause | Rearm, str], None] = field(default=lambda _, __: None)
    """Told of what held trading back or let it go on, and of what was done."""
    gateway: Callable[[], Stand] = field(default=lambda: Stand.OPEN)
    """Whether the gateway lets through what is wanted."""


class TraderDesk:
    """The ``TradingDesk`` of a trader in this process."""

    def __init__(
        self, trader: Trader, context: DeskContext, watch: Watch, hooks: DeskHooks, clock: Clock
    ) -> None:
        self.phase = Phase.STARTING
        """Set by whoever runs the trader; a pause or a kill is seen in the kernel."""
        self._trader = trader
        self._context = context
        self._watch = watch
        self._hooks = hooks
        self._clock = clock
        self._began_ns = clock.monotonic_ns()
        self._by_hand = OrdersByHand(trader, hooks.living, context.currency)

    # --------------------------------------------------------------------------------- commands

    def command(self, command: ControlCommand) -> str:
        """Do what is asked, journaled with who and why; return one line that says what was done.

        Raises:
            UsageError: it cannot be done; nothing was changed.
        """
        if isinstance(command, Stop):
            self._hooks.stop(command)
            return told(command, empty_events(0))
        if isinstance(command, Reload):
            raise UsageError("this run has no file of settings", fix="change them one by one")
        machine = self._trader.machine
        check_may_close(command, machine.gate, self._context.rearm_by)
        terms = ControlTerms.of(machine.spec, machine.decider, machine.gate)
        events = control_events(command, terms, self._clock.now_ns())
        line = self._stance_line(command) or told(command, events)
        is_widened = isinstance(command, SetLimit) and self._is_widened(command, events)
        if len(events):
            person = (command.who, command.why)
            self._trader.tell(events, [(CONTROL_FACT, command_bytes(command))], person)
        if isinstance(command, SetLimit) and is_widened:
            self._hooks.widened(command, line)
        elif isinstance(command, Kill | Pause | Rearm) and len(events):
            self._hooks.held(command, line)
        return line

    def _is_widened(self, command: SetLimit, events: EventArray) -> bool:
        """Whether a limit with real money behind it would let more through.

        Raises:
            UsageError: more than the phase of readiness allows.
        """
        bounds = self._context.bounds
        if bounds is None or not len(events):
            return False
        name, known = command.name.removeprefix("limits."), limit_name(command.name)
        value, previous = float(events["f1"][0]), float(events["f2"][0])
        bounds.check_change(name, float(command.value), previous / known.scale)
        return is_wider(name, value, previous)

    def _stance_line(self, command: ControlCommand) -> str:
        """Return what a change of mode comes to where it is not what it says; else nothing."""
        account = self._trader.machine.gate.account[0]
        is_killed, is_paused = bool(account["killed"]), bool(account["paused"])
        if isinstance(command, Pause) and is_killed:
            return "paused; the emergency stop still holds until re-armed"
        if isinstance(command, Pause) and is_paused:
            return "paused already: positions may only shrink"
        if isinstance(command, Rearm) and self.phase is not Phase.TRADING:
            return f"re-armed; it does not trade now: {self.phase.value}"
        is_open = self._hooks.gateway() is Stand.OPEN
        is_tripped = bool(self._trader.machine.gate.breakers.switches["is_open"].any())
        stands = is_killed or is_paused or is_tripped
        if isinstance(command, Rearm) and is_open and not stands:
            return "re-armed; it was neither paused nor stopped"
        return ""

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        """Do what is asked of an order, and wait a little for what comes of it.

        Raises:
            UsageError: it cannot be done, or was refused.
        """
        if isinstance(command, ManualOrder):
            return await self._by_hand.order(command, self.command)
        return await self._by_hand.cancel(command, self.command)

    # ----------------------------------------------------------------------------------- status

    def status(self) -> StatusBody:
        """Return how it stands."""
        trader, context, watch = self._trader, self._context, self._watch
        machine = trader.machine
        account = machine.gate.account[0]
        row = nav_row(machine, trader.standing, self._clock.now_ns())
        nav = money(row, "nav")
        peak = max(float(account["peak_equity"]), float(nav))
        day_start = float(account["day_start_equity"])
        return StatusBody(
            mode=context.mode,
            venue=context.venue,
            state=str(context.folder),
            pid=context.pid,
            epoch=trader.standing.epoch,
            is_leader=True,
            phase=self._phase(),
            started_ns=context.started_ns,
            now_ns=self._clock.now_ns(),
            up_s=(self._clock.monotonic_ns() - self._began_ns) / _SECOND_NS,
            currency=context.currency,
            nav=_text(nav),
            cash=_text(amount_from_units(int(machine.decider.account[0]["cash_units"]))),
            pnl=_text(nav - context.capital - money(row, "paid_in")),
            pnl_day=_text(nav - Decimal(repr(day_start)) if day_start else Decimal(0)),
            fees=_text(money(row, "fees")),
            funding=_text(money(row, "funding")),
            realized=_text(money(row, "realized")),
            unrealized=_text(money(row, "unrealized")),
            paid_in=_text(money(row, "paid_in")),
            nav_seconds=tuple((ts, _text(amount_from_units(nav))) for ts, nav in trader.marked),
            drawdown=f"{max(1.0 - float(nav) / peak, 0.0) if peak > 0.0 else 0.0:.6f}",
            positions=tuple(self._positions()),
            orders=tuple(self._order(life) for life in self._hooks.living()),
            health=watch.health(),
            latency_us=latency_bodies(trader.latencies),
            counts=trader.standing.counts(watch.reconnects()),
            parity=watch.parity(),
            alerts=watch.alerts(),
            restarts=self._hooks.restarts(),
            limits=limits_of(machine.gate.limits),
            breakers=open_breakers(machine.gate, [each.name for each in machine.spec.markets]),
        )

    def _phase(self) -> Phase:
        """Return what it does: an own stop first, then what the gateway lets through."""
        if self.phase is not Phase.TRADING:
            return self.phase
        account, stand = self._trader.machine.gate.account[0], self._hooks.gateway()
        if account["killed"]:
            return Phase.KILLED
        if stand in (Stand.SILENT, Stand.KILLED):
            return _BY_GATEWAY[stand]
        return Phase.PAUSED if account["paused"] else _BY_GATEWAY[stand]

    def _positions(self) -> Iterator[PositionBody]:
        machine = self._trader.machine
        for number, market in enumerate(machine.spec.markets):
            lots = int(machine.decider.markets[number]["position_lots"])
            if not lots:
                continue
            ticks = int(machine.decider.markets[number]["mark_ticks"])
            mark = price_from_ticks(ticks, market.tick_size)
            size = size_from_lots(lots, market.lot_size)
            value = amount_from_units(notional_units(mark, size, market.multiplier))
            open_profit = lots * ticks - self._trader.standing.holdings.of(number).cost
            yield PositionBody(
                name=market.name,
                size=_text(size),
                mark=_text(mark),
                value=_text(value),
                unrealized=_text(_money(open_profit, market)),
            )

    def _order(self, life: OrderLife) -> OrderBody:
        intent = life.intent[0]
        market = self._trader.machine.spec.markets[life.instrument]
        is_quote_sized = bool(life.flags & OrderFlag.QUOTE_SIZED)

        def size(lots: int) -> str:
            if is_quote_sized:
                return f"{_text(amount_from_units(lots))} {self._context.currency}"
            return _text(size_from_lots(lots, market.lot_size))

        def price(ticks: int) -> str:
            return _text(price_from_ticks(ticks, market.tick_size)) if ticks else ""

        kind = OrderType(int(life.flags) & int(OrderFlag.TYPE_MASK))
        return OrderBody(
            order_id=f"{life.order_id:016x}",
            client_order_id=self._context.ids.of(life.order_id),
            name=market.name,
            side="buy" if life.side > 0 else "sell",
            kind=kind.name.lower().replace("_", "-"),
            size=size(int(intent["size"])),
            leaves=size(leaves_of(life.state)),
            price=price(int(intent["price"])),
            trigger=price(int(intent["trigger"])),
            state=_state_word(life),
            age_s=max(self._clock.now_ns() - int(intent["ts_recv"]), 0) / _SECOND_NS,
            guards=self._hooks.guards(life),
        )


def _money(tick_lots: int, market: MarketSpec) -> Decimal:
    """Return the worth of ticks times lots in the account's currency, to 1e-8."""
    worth = tick_lots * market.tick_size * market.lot_size * market.multiplier
    return worth.quantize(_CENT_UNITS)


def _state_word(life: OrderLife) -> str:
    """Return the name of a state in words: ``partly filled``."""
    name = type(life.state).__name__
    return "".join(f" {each.lower()}" if each.isupper() else each for each in name).strip()


def _text(value: Decimal) -> str:
    """Return a decimal without an exponent and without needless zeros."""
    return f"{value.normalize():f}" if value else "0"
