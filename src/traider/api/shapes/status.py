"""Shapes of how the trader stands; the fields are those of ``runtime.status_body``."""

from typing import Annotated

import msgspec
from pydantic import Field

from traider.api.shapes.shape import Shape
from traider.runtime.status_body import Mode, Phase
from traider.runtime.status_source import FoundStatus, Liveness

Money = Annotated[str, Field(examples=["10250.75"])]


class PositionNow(Shape):
    """What is held of one instrument."""

    name: Annotated[str, Field(examples=["COINBASE:BTC-USD"])]
    """Name of the instrument."""
    size: Annotated[str, Field(examples=["0.25"])]
    """Base units; negative for a short position."""
    mark: Annotated[str, Field(examples=["64000.1"])]
    """Price it is valued at, quote currency."""
    value: Annotated[str, Field(examples=["16000.03"])]
    """Size times mark, in the account's currency; negative for a short position."""
    unrealized: Annotated[str, Field(examples=["-12.5"])]
    """Profit if it were closed at the mark, before fees, in the account's currency."""


class OrderNow(Shape):
    """One order that is not over."""

    order_id: Annotated[str, Field(examples=["0000000100000011"])]
    """Packed order id, 16 hexadecimal digits."""
    client_order_id: Annotated[str, Field(examples=["5d0f3c1e-0001-0000-0000-000000000011"])]
    """The id that the venue knows it by."""
    name: Annotated[str, Field(examples=["COINBASE:BTC-USD"])]
    """Name of the instrument."""
    side: Annotated[str, Field(examples=["buy"])]
    """buy or sell."""
    kind: Annotated[str, Field(examples=["limit"])]
    """market, limit, stop and so on."""
    size: Annotated[str, Field(examples=["0.05"])]
    """Base units asked for."""
    leaves: Annotated[str, Field(examples=["0.02"])]
    """Base units not traded yet."""
    price: Annotated[str, Field(examples=["63900"])]
    """Limit price, quote currency; empty for none."""
    trigger: Annotated[str, Field(examples=[""])]
    """Price that sets it off, quote currency; empty for none."""
    state: Annotated[str, Field(examples=["open"])]
    """State of its life: sent, open, partly filled and so on."""
    age_s: Annotated[float, Field(examples=[12.4])]
    """Seconds since it was decided."""
    guards: bool = False
    """Whether it protects a position: an exit, or a stop against what is held."""


class OpenBreaker(Shape):
    """A circuit breaker that is open."""

    name: Annotated[str, Field(examples=["drawdown-close"])]
    """Name of the breaker."""
    instrument: Annotated[str, Field(examples=[""])]
    """Whose opening it stops; empty for all of them."""
    action: Annotated[str, Field(examples=["close"])]
    """What it does, as the configuration calls it."""
    words: Annotated[str, Field(examples=["drawdown 5.2 % above 5 %"])]
    """What tripped it, with its bound, for people."""
    number: Annotated[float, Field(examples=[0.052])]
    """What was measured."""
    bound: Annotated[float, Field(examples=[0.05])]
    """What it may not pass."""
    since_ns: int
    """When it tripped, ns UTC of the trader's clock."""
    cooldown_s: Annotated[float, Field(examples=[0.0])]
    """Seconds after which it closes by itself; 0 waits for a person."""


class Health(Shape):
    """How one part of the trader is."""

    part: Annotated[str, Field(examples=["feed"])]
    """feed, gateway, journal, venue and so on."""
    is_good: bool
    """Whether it does its work."""
    detail: Annotated[str, Field(examples=[""])]
    """What is wrong, in words; empty when nothing is."""
    since_ns: int
    """When it became so, ns UTC of the machine's clock."""


class Latency(Shape):
    """How long a stage takes; microseconds."""

    p50: float
    """Half take no longer."""
    p95: float
    """95 % take no longer."""
    p99: float
    """99 % take no longer."""
    p999: float
    """99.9 % take no longer."""
    count: int
    """Observations."""


class Counts(Shape):
    """What happened since the run began, restarts included."""

    events: int
    """Events in the journal."""
    decisions: int
    """Decisions of the strategy."""
    orders_sent: int
    """Orders that left."""
    orders_refused: int
    """Orders that the gate refused."""
    fills: int
    """Fills of orders."""
    reconnects: int
    """Connections that had to be opened again."""
    gaps: int
    """Holes in the market data."""


class Parity(Shape):
    """What the identity check found: the journal replayed, its state compared."""

    ok: bool
    """Whether no check found a difference; true before the first."""
    checks: int
    """Checks so far."""
    last_ns: int
    """When the last one ended, ns UTC of the machine's clock; 0 before the first."""


class Restart(Shape):
    """A part that failed and was begun again, since the process began."""

    part: Annotated[str, Field(examples=["tables"])]
    """Session, tables, status and so on."""
    count: int
    """How often."""
    why: str
    """The last fault."""
    at_ns: int
    """When it came, ns UTC of the machine's clock."""


class SentAlert(Shape):
    """One alert that was sent."""

    key: Annotated[str, Field(examples=["feed:stale"])]
    """Names the condition."""
    severity: Annotated[str, Field(examples=["warning"])]
    """info, warning or critical."""
    title: str
    """What it says, in a line."""
    detail: str
    """The rest of it."""
    at_ns: int
    """When it was sent last, ns UTC of the machine's clock."""


class Standby(Shape):
    """A process that follows the run, and takes over when its leader is gone."""

    pid: int
    """Its process."""
    is_ready: bool
    """Whether it could take over now."""
    lag_events: int
    """Events of the journal that it has yet to take."""
    lag_s: float
    """Seconds since it had none to take."""
    since_ns: int
    """When it began to stand by, ns UTC of the machine's clock."""
    said_ns: int
    """When it said so."""


class TraderStatus(Shape):
    """The whole state of a trader at one instant."""

    liveness: Liveness
    """Where this comes from: its process (running), or what was kept last."""
    age_s: Annotated[float, Field(examples=[0.0])]
    """Seconds since it was said, by the machine's clock; 0 of a running trader."""
    mode: Mode
    """demo, paper and shadow risk nobody's money; live does."""
    venue: Annotated[str, Field(examples=["coinbase"])]
    """Where it trades."""
    state: Annotated[str, Field(examples=["runs/demo"])]
    """The state folder."""
    pid: int
    """Process that trades; 0 when none runs."""
    epoch: int
    """Number of this leader; each start is one."""
    is_leader: bool
    """Whether it leads."""
    phase: Phase
    """What it is doing."""
    started_ns: int
    """When this process began, ns UTC."""
    now_ns: int
    """When this was said, ns UTC."""
    currency: Annotated[str, Field(examples=["USD"])]
    """Currency of all money here."""
    nav: Money
    """Worth of the account at the marks; empty where nobody knows yet."""
    cash: Money
    """Money that is not invested."""
    pnl: Annotated[str, Field(examples=["250.75"])]
    """NAV less the money at the start of the run and what was paid in since, fees included."""
    pnl_day: Annotated[str, Field(examples=["-12.5"])]
    """The same since midnight UTC."""
    fees: Annotated[str, Field(examples=["14.02"])]
    """Paid since the run began; negative for rebates."""
    drawdown: Annotated[str, Field(examples=["0.013"])]
    """Fall from the highest NAV as a fraction of it: "0.05" is 5 %."""
    positions: tuple[PositionNow, ...]
    """What is held."""
    orders: tuple[OrderNow, ...]
    """Orders that are not over."""
    health: tuple[Health, ...]
    """How each part is."""
    latency_us: dict[str, Latency]
    """By stage; a stage without an observation is left out."""
    counts: Counts
    """What happened so far."""
    parity: Parity
    """What the identity check found."""
    up_s: float
    """Seconds of the machine since the session began."""
    standbys: tuple[Standby, ...]
    """Those who stand by, as they say themselves."""
    alerts: tuple[SentAlert, ...]
    """The last ten, newest last."""
    restarts: tuple[Restart, ...]
    """Parts that this process had to begin again."""
    limits: dict[str, float]
    """Limits in force, in the units of [limits]; those that are off are left out."""
    breakers: tuple[OpenBreaker, ...]
    """Circuit breakers that are open."""
    unrealized: Money
    """Profit of what is open, at the marks, before fees."""
    realized: Money
    """Profit of what was closed since the run began, before fees and funding."""
    funding: Money
    """Paid for holding perpetuals since the run began; negative where it was received."""
    paid_in: Money
    """Capital that came since the run began, less what went; no part of ``pnl``."""
    nav_seconds: tuple[tuple[int, str], ...]
    """NAV at the end of each of the last seconds that the market said something in: ns UTC,
    money."""


def status_shape(found: FoundStatus) -> TraderStatus:
    """Return how a status is told."""
    said = msgspec.to_builtins(found.body)
    return TraderStatus.model_validate({**said, "liveness": found.liveness, "age_s": found.age_s})
