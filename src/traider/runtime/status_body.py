"""What a running trader says of itself: the one form that status, control and reports share.

    body = msgspec.json.decode(raw, type=StatusBody)

Money, prices and sizes are decimal text, exactly as the books have them, so that no reader loses a
unit; money is in ``currency``. Times are ns UTC of the clock of the trader, which an accelerated
local exchange owns, but for those of health and alerts, which are the machine's.
"""

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from traider.gateway.latency import LatencyBook
from traider.runtime.supervision.restart_book import RestartBook

_NS_PER_US: Final = 1_000


class Mode(StrEnum):
    """Whose money is at risk."""

    DEMO = "demo"
    """Orders go to the local exchange that replays recorded data."""
    PAPER = "paper"
    """Real market data, a simulated venue: no order leaves."""
    SHADOW = "shadow"
    """Paper beside the live data of another venue."""
    LIVE = "live"
    """Real money."""


class Phase(StrEnum):
    """What the trader is doing."""

    STARTING = "starting"
    WARMING = "warming"
    """Takes history; decides nothing yet."""
    RECONCILING = "reconciling"
    """Compares its books with the venue's."""
    TRADING = "trading"
    PAUSED = "paused"
    """No new positions; exits stay."""
    KILLED = "killed"
    """Refuses everything until a person re-arms it."""
    GATEWAY_SILENT = "its gateway does not answer"
    """The gateway is another process, and is frozen or gone: nothing leaves."""
    GATEWAY_KILLED = "stopped by its gateway"
    """The gateway refuses everything that does not close a position, until a person re-arms it."""
    GATEWAY_HALTED = "halted by its gateway"
    """The gateway opens nothing: its books differ from the venue's."""
    STOPPING = "stopping"
    STOPPED = "stopped"


AT_WORK: Final = frozenset(
    (
        Phase.TRADING, Phase.PAUSED, Phase.KILLED,
        Phase.GATEWAY_SILENT, Phase.GATEWAY_KILLED, Phase.GATEWAY_HALTED,
    )
)  # fmt: skip
"""Phases of a trader that has begun and was not asked to end, whatever stands against orders."""


class PositionBody(Struct, frozen=True):
    """What is held of one instrument."""

    name: str
    """Name of the instrument, as the configuration has it."""
    size: str
    """Base units; negative for a short position."""
    mark: str
    """Price it is valued at, quote currency."""
    value: str
    """Size times mark, in the account's currency; negative for a short position."""
    unrealized: str
    """Profit if it were closed at the mark, before fees, in the account's currency."""


class OrderBody(Struct, frozen=True):
    """One order that is not over."""

    order_id: str
    """Packed order id, 16 hexadecimal digits."""
    client_order_id: str
    """The id that the venue knows it by."""
    name: str
    """Name of the instrument."""
    side: str
    """Buy or sell, in small letters like every word here."""
    kind: str
    """Market, limit, stop and so on."""
    size: str
    """Base units asked for."""
    leaves: str
    """Base units not traded yet."""
    price: str
    """Limit price, quote currency; empty for none."""
    trigger: str
    """Price that sets it off, quote currency; empty for none."""
    state: str
    """State of its life: sent, open, partly filled and so on."""
    age_s: float
    """Seconds since it was decided."""
    guards: bool = False
    """Whether it protects a position: an exit, or a stop against what is held."""


class BreakerBody(Struct, frozen=True):
    """A circuit breaker that is open."""

    name: str
    """Such as ``drawdown-close``."""
    instrument: str
    """Whose opening it stops; empty for all of them."""
    action: str
    """What it does, as the configuration calls it."""
    words: str
    """What tripped it, with its bound, for people."""
    number: float
    bound: float
    since_ns: int
    """When it tripped, ns UTC of the trader's clock."""
    cooldown_s: float
    """Seconds after which it closes by itself; 0 waits for a person."""


class HealthBody(Struct, frozen=True):
    """How one part is."""

    part: str
    """Feed, gateway, journal, venue and so on."""
    is_good: bool
    detail: str
    """What is wrong, in words; empty when nothing is."""
    since_ns: int
    """When it became so, ns UTC of the machine's clock."""


class LatencyBody(Struct, frozen=True):
    """How long a stage takes; microseconds."""

    p50: float
    p95: float
    p99: float
    p999: float
    count: int
    """Observations."""


class CountsBody(Struct, frozen=True):
    """What happened since the run began, restarts included."""

    events: int = 0
    """Events in the journal."""
    decisions: int = 0
    orders_sent: int = 0
    orders_refused: int = 0
    """Refused by the gate."""
    fills: int = 0
    reconnects: int = 0
    """Connections that had to be opened again."""
    gaps: int = 0
    """Holes in the market data."""


class ParityBody(Struct, frozen=True):
    """What the identity check found: the journal replayed, its state compared."""

    ok: bool = True
    """Whether no check found a difference; true before the first."""
    checks: int = 0
    last_ns: int = 0
    """When the last one ended, ns UTC of the machine's clock; 0 before the first."""


class RestartBody(Struct, frozen=True):
    """A part that failed and was begun again, since the process began."""

    part: str
    """Session, tables, status and so on."""
    count: int
    why: str
    """The last fault."""
    at_ns: int
    """When it came, ns UTC of the machine's clock."""


class AlertBody(Struct, frozen=True):
    """One alert that was sent."""

    key: str
    """Names the condition."""
    severity: str
    """Info, warning or critical."""
    title: str
    detail: str
    at_ns: int
    """When it was sent last, ns UTC of the machine's clock."""


class StandbyBody(Struct, frozen=True):
    """A process that follows the run, and takes over when its leader is gone."""

    pid: int
    is_ready: bool
    """Whether its kernel is warm: it could take over now."""
    lag_events: int
    """Events of the journal that it has yet to take,"""
    lag_s: float
    """and seconds since it had none to take."""
    since_ns: int
    """When it began to stand by, ns UTC of the machine's clock."""
    said_ns: int
    """When it said so."""


class StatusBody(Struct, frozen=True, kw_only=True):
    """The whole state of a trader at one instant."""

    mode: Mode
    venue: str
    state: str
    """The state folder."""
    pid: int
    """Process that trades; 0 when none runs."""
    epoch: int
    """Number of this leader; each start is one."""
    is_leader: bool
    phase: Phase
    started_ns: int
    """When this process began, ns UTC."""
    now_ns: int
    """When this was said, ns UTC."""
    currency: str
    """Currency of all money here."""
    nav: str
    """Worth of the account at the marks."""
    cash: str
    pnl: str
    """NAV less the money at the start of the run and what was paid in since, fees included."""
    pnl_day: str
    """The same since midnight UTC."""
    fees: str
    """Paid since the run began; negative for rebates."""
    drawdown: str
    """Fall from the highest NAV as a fraction of it: "0.05" is 5 %."""
    positions: tuple[PositionBody, ...] = ()
    orders: tuple[OrderBody, ...] = ()
    """Orders that are not over."""
    health: tuple[HealthBody, ...] = ()
    latency_us: dict[str, LatencyBody] = msgspec.field(default_factory=dict)
    """By stage (``gateway.latency.Stage``); a stage without an observation is left out."""
    counts: CountsBody = CountsBody()
    parity: ParityBody = ParityBody()
    up_s: float = 0.0
    """Seconds of the machine since the session began; its market may run at another speed."""
    standbys: tuple[StandbyBody, ...] = ()
    """Those who stand by, as they say themselves."""
    alerts: tuple[AlertBody, ...] = ()
    """The last ten, newest last."""
    restarts: tuple[RestartBody, ...] = ()
    """Parts that this process had to begin again."""
    limits: dict[str, float] = msgspec.field(default_factory=dict)
    """Limits in force, by their names and in the units of [limits]; those that are off are left
    out."""
    breakers: tuple[BreakerBody, ...] = ()
    """Circuit breakers that are open."""
    unrealized: str = "0"
    """Profit of what is open, at the marks, before fees."""
    realized: str = "0"
    """Profit of what was closed since the run began, before fees and funding."""
    funding: str = "0"
    """Paid for holding perpetuals since the run began; negative where it was received."""
    paid_in: str = "0"
    """Capital that came since the run began, less what went; no part of ``pnl``."""
    nav_seconds: tuple[tuple[int, str], ...] = ()
    """NAV at the end of each of the last seconds that the market said something in: ns UTC, money.
    The whole series is in the state folder, under ``nav``."""


def latency_bodies(book: LatencyBook) -> dict[str, LatencyBody]:
    """Return what ``book`` measured, by stage, for ``StatusBody.latency_us``."""
    return {
        stage.value: LatencyBody(
            p50=each.p50_ns / _NS_PER_US,
            p95=each.p95_ns / _NS_PER_US,
            p99=each.p99_ns / _NS_PER_US,
            p999=each.p999_ns / _NS_PER_US,
            count=each.count,
        )
        for stage, each in book.snapshot().items()
    }


def restart_bodies(book: RestartBook) -> tuple[RestartBody, ...]:
    """Return the restarts of a process for ``StatusBody.restarts``."""
    return tuple(RestartBody(row.part, row.count, row.why, row.at_ns) for row in book.rows())
