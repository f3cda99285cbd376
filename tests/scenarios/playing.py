"""Play a scenario file: steps one after the other, each with its expectations met in the end.

do = "expect" waits until what it names is so, at most ``PATIENCE_S``; everything else is done
at once. After the last step the laws of ``truth`` must hold, and the files of the run prove
themselves.
"""

import asyncio
import math
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from tests.scenarios.floor import Floor
from tests.scenarios.life import Life, drive
from tests.scenarios.trader_setup import scratch, setup_of
from tests.scenarios.truth import Wanted, broken_laws, broken_records, journal_of
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.kernel.codes import Verdict
from traider.runtime.control.commands import (
    CancelOrder,
    ControlCommand,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    SetLimit,
    command_bytes,
)
from traider.runtime.control.conversion import CONTROL_FACT, ControlTerms, control_events

PATIENCE_S: Final = 30.0
"""Of the loop's time, which costs nothing."""
_LOOK_S: Final = 0.02
_LONGER: Final = 1.4
"""From look to look, as what is waited for by then is a time-out."""
_LOOK_S_MAX: Final = 1.0
_WHO: Final[dict[str, Any]] = {"who": "scenario", "why": "the script says so"}


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file."""

    about: str
    steps: list[dict[str, Any]]
    settings: list[str] = []
    """Of the trader, over ``trader.toml``."""
    price: Decimal = Decimal(50_000)
    has_stops: bool = True
    own_alone: bool = True
    each: list[str] = []
    """What ``each`` stands for, one after the other; played once when there is none."""


class ScenarioError(AssertionError):
    """A step, or a law after the last one, did not hold."""


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a file."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Scenario, strict=False)


def play(path: Path, each: str = "") -> int:
    """Play a file; return how many steps that were.

    Raises:
        ScenarioError: with file, step and what was seen.
    """
    scenario = _with_each(read_scenario(path), each)
    with scratch() as folder:
        player = Player(scenario, folder, f"{path.name} {each}".strip())
        drive(player.run())
        found = broken_records(folder)
        if found:
            raise ScenarioError(f"{path.name}, after the end: {'; '.join(found)}")
    return player.steps


def _with_each(scenario: Scenario, each: str) -> Scenario:
    steps = [
        {key: each if value == "each" else value for key, value in step.items()}
        for step in scenario.steps
    ]
    return msgspec.structs.replace(scenario, steps=steps)


class Player:
    """One scenario under way."""

    def __init__(self, scenario: Scenario, folder: Path, name: str) -> None:
        self.scenario, self.folder, self.name = scenario, folder, name
        self.setup = setup_of(scenario.settings)
        self.lives: list[Life] = []
        self._floor: Floor | None = None
        self._number = 0
        self._mark = 0
        """Events of the journal before the last ``mark``."""
        self._refusal = ""

    @property
    def steps(self) -> int:
        """How many steps were played."""
        return min(self._number, len(self.scenario.steps))

    @property
    def floor(self) -> Floor:
        """The exchange."""
        assert self._floor is not None
        return self._floor

    @property
    def life(self) -> Life:
        """The trader's present life, or its last one."""
        return self.lives[-1]

    async def run(self) -> None:
        """Play every step, then hold everything against the laws."""
        async with Floor(self.scenario.price) as self._floor:
            try:
                await self.do_start()
                for step in self.scenario.steps:
                    self._number += 1
                    await self._play(dict(step))
                self._number += 1
                await self._laws()
            finally:
                for life in self.lives[-1:]:
                    if not life.is_dead:
                        await life.stop()

    async def _play(self, step: dict[str, Any]) -> None:
        name = str(step.pop("do")).replace("-", "_")
        work: Callable[..., Awaitable[None]] = getattr(self, f"do_{name}")
        await work(**step)

    def _fail(self, what: str) -> ScenarioError:
        steps = self.scenario.steps
        step = steps[self._number - 1] if 0 < self._number <= len(steps) else "the laws at the end"
        fault = self.life.fault
        return ScenarioError(
            f"{self.name}, step {self._number} ({step}): {what}"
            + (f"; the trader ended: {fault!r}" if fault else "")
        )

    async def _until(self, look: Callable[[], Awaitable[Sequence[str]]]) -> None:
        """Wait until a look finds nothing amiss."""
        found: Sequence[str] = ()
        pause_s = _LOOK_S
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while found := await look():
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * _LONGER, _LOOK_S_MAX)
                return
        raise self._fail("; ".join(found))

    async def _laws(self) -> None:
        wanted = Wanted(self.scenario.has_stops, self.scenario.own_alone)
        await self._until(lambda: broken_laws(self.floor, self.life, wanted))

    # --------------------------------------------------------------------------------- the trader

    async def do_start(self, crash_at: str = "", nth: int = 1, *, waits: bool = True) -> None:
        """Begin a life; wait until decisions are on."""
        left = {crash_at: nth}

        def is_due(name: str) -> bool:
            left[name] = left.get(name, 0) - 1
            return bool(crash_at) and name == crash_at and left[name] == 0

        life = Life(self.floor, self.folder, self.setup, is_due)
        self.lives.append(life)
        life.begin()
        if waits and not crash_at:
            await self._until(self._is_open)

    async def _is_open(self) -> list[str]:
        return [] if self.life.is_open else ["decisions are not on"]

    async def do_open(self) -> None:
        """Wait until decisions are on."""
        await self._until(self._is_open)

    async def do_crash(self) -> None:
        """Kill the trader now."""
        await self.life.crash()

    async def do_crash_at(self, point: str, nth: int = 1) -> None:
        """Kill the trader when it next reaches a fault point for the n-th time."""
        left = [nth]

        def is_due(name: str) -> bool:
            left[0] -= name == point
            return name == point and left[0] == 0

        self.life.crash_at = is_due

    async def do_died(self) -> None:
        """Wait until the trader died as it was to, and clear away."""

        async def look() -> list[str]:
            return [] if self.life.is_dead else ["the trader lives"]

        await self._until(look)
        await self.life.let_go()

    async def do_stop(self) -> None:
        """Stop the trader in order."""
        await self.life.stop()

    # -------------------------------------------------------------------- what it is told and asked

    async def do_score(self, value: float) -> None:
        """Let the model have an opinion: 1 is to buy, 0 to have nothing."""
        event = _event(Kind.MODEL_SCORE)
        event["f0"], event["f1"] = value, 1.0
        await self._tell(event)

    async def do_pause(self) -> None:
        """Pause."""
        await self._command(Pause(**_WHO))

    async def do_kill(self, *, flatten: bool = True) -> None:
        """Stop everything."""
        await self._command(Kill(flatten=flatten, **_WHO))

    async def do_rearm(self) -> None:
        """Go on."""
        await self._command(Rearm(**_WHO))

    async def do_limit(self, name: str, value: str) -> None:
        """Change a limit."""
        await self._command(SetLimit(name=name, value=Decimal(value), **_WHO))

    async def do_order(self, **terms: Any) -> None:
        """Place a person's order."""
        known = {"instrument": f"COINBASE:{self.life.setup.instruments[0].symbol}", **terms}
        await self._command(
            msgspec.convert({"command": "order", **_WHO, **known}, ManualOrder, strict=False)
        )

    async def do_cancel_all(self) -> None:
        """Take every order back that lives."""
        for each in self.life.gateway.lives.living():
            await self._command(CancelOrder(order_id=each.order_id, **_WHO))

    async def _command(self, command: ControlCommand) -> None:
        trader, now_ns = self.life.parts.trader, self.floor.now_ns

        def carry_out() -> None:
            machine = trader.machine
            terms = ControlTerms.of(machine.spec, machine.decider, machine.gate)
            events = control_events(command, terms, now_ns)
            facts = [(CONTROL_FACT, command_bytes(command))]
            trader.tell(events, facts, (command.who, command.why))

        try:
            await self.life.do(carry_out)
        except UsageError as fault:
            raise self._fail(fault.line()) from None

    async def _tell(self, event: EventArray) -> None:
        await self.life.do(lambda: self.life.parts.trader.tell(event))

    # -------------------------------------------------------------------------------- the exchange

    async def do_price(self, to: str) -> None:
        """Let the market trade at another price."""
        self.floor.move(Decimal(str(to)))

    async def do_trade(self, price: str, size: str, side: str = "sell") -> None:
        """Let somebody sell to, or buy from, orders at a price or better."""
        self.floor.trade(Decimal(str(price)), Decimal(str(size)), 1 if side == "sell" else -1)

    async def do_quiet(self, *, on: bool = True) -> None:
        """Let nothing be told of the market."""
        self.floor.market.is_quiet = on

    async def do_fault(self, **rule: Any) -> None:
        """Let something go wrong from now on."""
        self.floor.fault(**rule)

    async def do_clear_faults(self) -> None:
        """Let all be well again."""
        self.floor.clear_faults()

    async def do_other(self, side: str, size: str, price: str = "") -> None:
        """Let another client of the account place an order."""
        self.floor.place_other(side, size, price)

    async def do_pay(self, currency: str, change: str) -> None:
        """Change a balance behind the trader's back."""
        self.floor.pay(currency, Decimal(change))

    async def do_wait(self, seconds: float) -> None:
        """Let time of the exchange pass."""
        until_ns = self.floor.now_ns + round(seconds * 1e9)
        while self.floor.now_ns < until_ns:  # noqa: ASYNC110 - time tells nobody
            await asyncio.sleep(_LOOK_S)

    # -------------------------------------------------------------------------------- expectations

    async def do_mark(self) -> None:
        """Count events from here on."""
        self._mark = len(journal_of(self.folder))

    async def do_laws(self) -> None:
        """Hold everything against the laws now."""
        await self._laws()

    async def do_expect(self, **wanted: Any) -> None:
        """Wait until everything that is named is so."""

        async def look() -> list[str]:
            seen = {name: await getattr(self, f"_see_{name}")() for name in wanted}
            return [
                f"{name} is {seen[name]}, not {wanted[name]}"
                for name in wanted
                if not is_so(seen[name], wanted[name])
            ]

        await self._until(look)

    async def _see_position(self) -> Decimal:
        return self.floor.position(self.life.run_id)

    async def _see_kernel_position(self) -> Decimal:
        machine = self.life.parts.trader.machine
        lots = int(machine.decider.markets[0]["position_lots"])
        return lots * machine.spec.markets[0].lot_size

    async def _see_protected(self) -> Decimal:
        return self.floor.protected(self.life.run_id)

    async def _see_open(self) -> int:
        return sum(order.is_live for order in self.floor.orders(self.life.run_id))

    async def _see_sent(self) -> int:
        return len(self.floor.orders(self.life.run_id))

    async def _see_ready(self) -> bool:
        return self.life.gateway.is_ready

    async def _see_killed(self) -> bool:
        return self.life.gateway.is_killed

    async def _see_halted(self) -> bool:
        return bool(self.life.gateway.log.stance.is_halted)

    async def _see_paused(self) -> bool:
        return bool(self.life.parts.trader.machine.gate.account[0]["paused"])

    async def _see_events(self) -> dict[str, int]:
        kinds, counts = np.unique(journal_of(self.folder)["kind"][self._mark :], return_counts=True)
        return {Kind(kind).name: int(count) for kind, count in zip(kinds, counts, strict=True)}

    async def _see_verdicts(self) -> dict[str, int]:
        events = journal_of(self.folder)[self._mark :]
        codes, counts = np.unique(
            events["code"][events["kind"] == Kind.VERDICT], return_counts=True
        )
        return {Verdict(code).name: int(count) for code, count in zip(codes, counts, strict=True)}

    async def _see_idle_decisions(self) -> int:
        """Return how many decisions since the first order led to none, but the last."""
        events = journal_of(self.folder)[self._mark :]
        kinds = events["kind"][np.argmax(events["kind"] == Kind.ORDER_INTENT) :]
        timers = np.flatnonzero(kinds == Kind.TIMER)
        ordered = np.flatnonzero(kinds == Kind.ORDER_INTENT)
        counts = np.diff(np.searchsorted(ordered, timers))
        return int((counts == 0).sum())

    async def _see_decisions_after_ready(self) -> float:
        """Return how many decisions went by between the gateway's return and the next order.

        Its last refusal comes before both. A count, since a time would be this machine's.
        """
        events = journal_of(self.folder)[self._mark :]
        is_refusal = (events["kind"] == Kind.VERDICT) & (events["code"] == Verdict.NOT_READY)
        refused = np.flatnonzero(is_refusal)
        if not len(refused):
            return math.inf
        later = events["kind"][refused[-1] :]
        if not ((later == Kind.GATEWAY_READY).any() and (later == Kind.FILL).any()):
            return math.inf
        ready = later[np.argmax(later == Kind.GATEWAY_READY) :]
        ordered = np.flatnonzero(ready == Kind.ORDER_INTENT)
        return int((ready[: ordered[0]] == Kind.TIMER).sum()) if len(ordered) else math.inf

    async def _see_alerts(self) -> dict[str, int]:
        return _counted(alert.key.split(":")[1] for alert in self.life.alerts.sent)

    async def _see_states(self) -> dict[str, int]:
        return _counted(type(each.state).__name__ for each in self.life.gateway.lives.living())


def is_so(seen: object, wanted: object) -> bool:
    """Compare; of counts the named ones alone; a number, or a bound as ``">=2"`` or ``"<=2"``."""
    if isinstance(seen, dict) and isinstance(wanted, dict):
        return all(is_so(seen.get(name, 0), each) for name, each in wanted.items())
    if isinstance(wanted, str) and wanted.startswith(">="):
        return Decimal(str(seen)) >= Decimal(wanted[2:])
    if isinstance(wanted, str) and wanted.startswith("<="):
        return Decimal(str(seen)) <= Decimal(wanted[2:])
    if isinstance(seen, bool) or isinstance(wanted, bool):
        return seen is wanted
    return Decimal(str(seen)) == Decimal(str(wanted))


def _counted(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _event(kind: Kind) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = kind, PAYLOADS[kind].version
    return event
