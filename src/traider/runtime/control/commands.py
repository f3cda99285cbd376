"""What can be asked of a running trader, as values: each with who asks and why.

    Kill(who="ana", why="wrong prices at the venue")
    SetLimit(who="ana", why="smaller over the weekend", name="max_exposure", value=Decimal("0.5"))

On the wire a command is one JSON object whose key ``command`` names it. What is decoded has the
right fields and types; whether a name or a value can be used, the trader says.
"""

from decimal import Decimal
from enum import IntEnum
from typing import Final, Literal, TypeAlias

import msgspec

from traider.domain.errors import UsageError

WHO_MAX: Final = 64
WHY_MAX: Final = 500


class Reason(IntEnum):
    """What kind of reason a command has: the ``code`` of a PAUSE, KILL or REARM."""

    PERSON = 0
    SUPERVISOR = 1
    RECONCILIATION = 2
    PARITY = 3
    RISK = 4
    LEADERSHIP = 5


class Command(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="command", forbid_unknown_fields=True
):
    """What every command says: who wants it, and why.

    Raises:
        UsageError: one of them is empty or very long.
    """

    who: str
    """The person, or the part of the house that decided it."""
    why: str

    def __post_init__(self) -> None:
        """Refuse what nobody answers for."""
        for label, text, most in (("who", self.who, WHO_MAX), ("why", self.why, WHY_MAX)):
            if not text.strip() or len(text) > most:
                raise UsageError(
                    f"a command with {label} {text[:WHO_MAX]!r}",
                    fix=f"say {label} in 1 to {most} characters",
                )


class Kill(Command, frozen=True, kw_only=True, tag="kill"):
    """Emergency stop: cancel all orders, close all positions unless they are kept, refuse all."""

    flatten: bool = True
    """Whether positions are closed at the market."""
    reason: Reason = Reason.PERSON
    asked_ns: int = 0
    """When, by ``time.monotonic_ns``, so that a process that was frozen knows whether somebody
    re-armed since. 0: just now."""
    id: str = ""
    """Of this stop alone, by whatever way it comes; empty where it has none."""


class Pause(Command, frozen=True, kw_only=True, tag="pause"):
    """Let positions only shrink from now on."""

    reason: Reason = Reason.PERSON


class Rearm(Command, frozen=True, kw_only=True, tag="rearm"):
    """End a pause or an emergency stop: trade again."""

    asked_ns: int = 0
    """When, by ``time.monotonic_ns``; no stop that came later is lifted. 0: just now."""


class CloseBreaker(Command, frozen=True, kw_only=True, tag="breaker"):
    """Close one circuit breaker that is open, by its name."""

    name: str


class SetLimit(Command, frozen=True, kw_only=True, tag="limit"):
    """Change a limit of the gate; ``name`` and unit are those of ``[limits]``."""

    name: str
    value: Decimal


class SetWeight(Command, frozen=True, kw_only=True, tag="weight"):
    """Change the weight of an alpha in the ensemble."""

    alpha: str
    value: Decimal


class SetThreshold(Command, frozen=True, kw_only=True, tag="threshold"):
    """Change the score that a position is entered or left at."""

    name: Literal["enter", "exit"]
    value: Decimal


class ManualOrder(Command, frozen=True, kw_only=True, tag="order"):
    """A person's order; it passes the gate as every order does.

    With a price it is a limit order, with a trigger a stop, with both a stop-limit. With
    ``stop`` and ``target`` it is a bracket, whose exits wait for the entry.
    """

    instrument: str
    side: Literal["buy", "sell"]
    size: Decimal
    """Base units."""
    price: Decimal | None = None
    trigger: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    time_in_force: Literal["gtc", "ioc", "fok"] = "gtc"
    is_post_only: bool = False
    is_reduce_only: bool = False


class CancelOrder(Command, frozen=True, kw_only=True, tag="cancel"):
    """Take an order back."""

    order_id: int
    """Packed, as the status tells it."""


class Reload(Command, frozen=True, kw_only=True, tag="reload"):
    """Read the configuration's file again: changed limits, weights and thresholds are taken."""


class Stop(Command, frozen=True, kw_only=True, tag="stop"):
    """End the trader in order."""

    cancel_orders: bool | None = None
    """Whether open orders are taken back first; None follows the configured policy."""


ControlCommand: TypeAlias = (
    Kill
    | Pause
    | Rearm
    | CloseBreaker
    | SetLimit
    | SetWeight
    | SetThreshold
    | ManualOrder
    | CancelOrder
    | Reload
    | Stop
)

_DECODER: Final[msgspec.json.Decoder[ControlCommand]] = msgspec.json.Decoder(ControlCommand)
_ENCODER: Final = msgspec.json.Encoder()


def command_bytes(command: ControlCommand) -> bytes:
    """Return a command as JSON, for the wire and as the body of its fact in the journal."""
    return _ENCODER.encode(command)


def command_of(body: bytes) -> ControlCommand:
    """Return the command of a JSON object.

    Raises:
        UsageError: it is none, or says neither who nor why.
    """
    try:
        return _DECODER.decode(body)
    except msgspec.DecodeError as fault:
        raise UsageError(f"no command: {fault}", fix="see traider control --help") from None
