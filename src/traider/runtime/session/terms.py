"""What a session is asked for, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from traider.runtime.config import Config
from traider.runtime.run_request import RunRequest
from traider.runtime.session.front_door import FrontDoorTerms
from traider.runtime.status_body import Mode, StatusBody


@dataclass(frozen=True)
class SessionOrder:
    """What a person asked for."""

    request: RunRequest
    folder: Path
    """The state folder."""
    seconds: float = 0.0
    """How long it trades; 0 until it is stopped."""
    speed: float = 1.0
    """Of the demo's exchange: seconds of its time in a second."""
    exchange: str = ""
    """REST address of a local exchange that orders go to; empty for none, or the demo's own."""
    is_gateway_apart: bool = False
    """Whether the gateway is a process of its own, at the socket in the folder."""
    is_standby: bool = False
    """Whether it follows the run of the folder, and begins when the leader is gone."""
    takes_bus: bool = False
    """Whether the market comes over the bus, from a feed role, and not from the venue."""
    read_config: Callable[[], Config] | None = None
    """Reads the configuration anew, when that is asked for."""
    note: str = ""
    """What is to be told of its settings at the start; empty where nothing is."""
    front_door: FrontDoorTerms | None = None
    """The API beside it; None for none."""

    @property
    def starts_exchange(self) -> bool:
        """Whether the session has an exchange of its own, which it starts."""
        return self.request.mode is Mode.DEMO and not self.exchange

    @property
    def simulates(self) -> bool:
        """Whether orders go to the simulated venue, and none leaves the process."""
        return self.request.mode in (Mode.PAPER, Mode.SHADOW)


class ParityOutcome(msgspec.Struct, frozen=True):
    """What the identity checks of a session found."""

    ok: bool
    checks: int


class LatencyOutcome(msgspec.Struct, frozen=True):
    """From a market's message to the order that it led to; microseconds, 0 without an order."""

    p50: float
    p99: float


class SessionOutcome(msgspec.Struct, frozen=True):
    """What ``traider run --json`` ends with: exactly these keys."""

    orders_sent: int
    orders_refused: int
    fills: int
    nav: str
    """Worth of the account at the marks, in its currency."""
    fees: str
    """Paid since the run began."""
    fingerprint: str
    """Of the decisions and fills of the run, all its sessions included."""
    parity: ParityOutcome
    latency_us: LatencyOutcome
    state: str
    """The state folder."""


@dataclass(frozen=True)
class SessionEnd:
    """An outcome, and what is told to people beside it."""

    outcome: SessionOutcome
    status: StatusBody
    report: Path | None
    """The session's report; None when none was wanted."""
    notes: tuple[str, ...] = ()
