"""The life of an order: a union of states, and the pure step from one to the next.

    Pending ─► Sent ─► Open ─► PartlyFilled ─► Filled
                 │       └───────┴─► CancelPending ─► Cancelled
                 └─► Rejected, Expired; Unknown while an answer is missing

Sizes are lots. What is left open (``leaves``) is the venue's word and only ever falls, so reports
may come twice or late: one that says nothing new leaves the state as it is. A step the life of an
order cannot take is an ``Illegal`` value, never an exception; whoever gets one must reconcile.
"""

from dataclasses import dataclass
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Pending:
    """Decided, not yet sent."""

    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """On its way; no answer yet."""

    size: int


@dataclass(frozen=True, slots=True)
class Open:
    """Held by the venue, nothing traded."""

    size: int


@dataclass(frozen=True, slots=True)
class PartlyFilled:
    """Held by the venue, a part traded."""

    size: int
    leaves: int


@dataclass(frozen=True, slots=True)
class CancelPending:
    """Asked to be cancelled; may still trade."""

    size: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Filled:
    """Traded whole."""

    size: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The rest was cancelled."""

    size: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused by gate or venue; nothing traded."""

    size: int
    code: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The rest ran out of time."""

    size: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The venue did not answer; the order may live. Reconciling answers it."""

    size: int
    leaves: int


Resting = Open | PartlyFilled | CancelPending
Ended = Filled | Cancelled | Rejected | Expired
OrderState = Pending | Sent | Resting | Ended | Unknown


@dataclass(frozen=True, slots=True)
class SendReport:
    """The gateway sent the order."""


@dataclass(frozen=True, slots=True)
class AckReport:
    """The venue holds the order."""


@dataclass(frozen=True, slots=True)
class FillReport:
    """A part traded; ``leaves`` lots stay open after it."""

    leaves: int


@dataclass(frozen=True, slots=True)
class CancelWish:
    """Somebody asked the venue to cancel the order."""


@dataclass(frozen=True, slots=True)
class CancelReport:
    """The venue cancelled the rest."""


@dataclass(frozen=True, slots=True)
class RejectReport:
    """Gate or venue refused the order."""

    code: int


@dataclass(frozen=True, slots=True)
class ExpireReport:
    """The rest ran out of time."""


@dataclass(frozen=True, slots=True)
class SilenceReport:
    """The venue's answer is overdue."""


OrderReport = (
    SendReport
    | AckReport
    | FillReport
    | CancelWish
    | CancelReport
    | RejectReport
    | ExpireReport
    | SilenceReport
)


@dataclass(frozen=True, slots=True)
class Illegal:
    """A report that the order's state does not allow; the state stands."""

    state: OrderState
    report: OrderReport
    reason: str


def leaves_of(state: OrderState) -> int:
    """Return the lots that may still trade, or were left when the order ended."""
    match state:
        case Pending() | Sent() | Open() | Rejected():
            return state.size
        case Filled():
            return 0
        case PartlyFilled() | CancelPending() | Cancelled() | Expired() | Unknown():
            return state.leaves
        case _:
            assert_never(state)


def is_final(state: OrderState) -> bool:
    """Return whether the order's life is over."""
    return isinstance(state, Filled | Cancelled | Rejected | Expired)


def advance(state: OrderState, report: OrderReport) -> OrderState | Illegal:
    """Return the state after ``report``: the same one when it says nothing new."""
    after: OrderState | Illegal
    match report:
        case SendReport():
            after = Sent(state.size) if isinstance(state, Pending) else state
        case AckReport():
            after = _acknowledged(state, report)
        case FillReport():
            after = _traded(state, report)
        case CancelWish():
            after = _cancel_asked(state)
        case CancelReport():
            after = _ended(state, report, Cancelled(state.size, leaves_of(state)))
        case RejectReport():
            after = _rejected(state, report)
        case ExpireReport():
            after = _ended(state, report, Expired(state.size, leaves_of(state)))
        case SilenceReport():
            after = _silent(state, report)
        case _:
            assert_never(report)
    return after


def _acknowledged(state: OrderState, report: AckReport) -> OrderState | Illegal:
    match state:
        case Pending():
            return Illegal(state, report, "acknowledged before it was sent")
        case Sent():
            return Open(state.size)
        case Unknown():
            return _resting(state.size, state.leaves)
        case Rejected():
            return Illegal(state, report, "acknowledged after it was rejected")
        case Open() | PartlyFilled() | CancelPending() | Filled() | Cancelled() | Expired():
            return state
        case _:
            assert_never(state)


def _traded(state: OrderState, report: FillReport) -> OrderState | Illegal:
    if not 0 <= report.leaves < state.size:
        return Illegal(state, report, f"a fill cannot leave {report.leaves} of {state.size} lots")
    leaves = min(report.leaves, leaves_of(state))
    after: OrderState | Illegal
    match state:
        case Pending() | Rejected():
            after = Illegal(state, report, "traded though the venue does not hold it")
        case Sent() | Open() | PartlyFilled() | Unknown():
            after = _resting(state.size, leaves)
        case CancelPending():
            after = CancelPending(state.size, leaves) if leaves else Filled(state.size)
        case Filled() | Cancelled() | Expired():
            # A fill the end already counted is old news; a new one contradicts the end.
            is_old = leaves == leaves_of(state)
            after = state if is_old else Illegal(state, report, "traded after it ended")
        case _:
            assert_never(state)
    return after


def _resting(size: int, leaves: int) -> Open | PartlyFilled | Filled:
    if leaves == size:
        return Open(size)
    return PartlyFilled(size, leaves) if leaves else Filled(size)


def _cancel_asked(state: OrderState) -> OrderState:
    match state:
        case Pending():
            # Never sent: nothing to ask the venue, the order is simply not made.
            return Cancelled(state.size, state.size)
        case Sent() | Open() | PartlyFilled() | Unknown():
            return CancelPending(state.size, leaves_of(state))
        case CancelPending() | Filled() | Cancelled() | Rejected() | Expired():
            return state
        case _:
            assert_never(state)


def _ended(
    state: OrderState, report: CancelReport | ExpireReport, end: Cancelled | Expired
) -> OrderState | Illegal:
    match state:
        case Pending():
            return Illegal(state, report, "ended before it was sent")
        case Sent() | Open() | PartlyFilled() | CancelPending() | Unknown():
            return end
        case Filled() | Cancelled() | Expired():
            # A cancel crossing the last fill, or a report that came twice.
            return state
        case Rejected():
            return Illegal(state, report, "ended after it was rejected")
        case _:
            assert_never(state)


def _rejected(state: OrderState, report: RejectReport) -> OrderState | Illegal:
    match state:
        case Pending() | Sent():
            return Rejected(state.size, report.code)
        case Unknown() | CancelPending() if state.leaves == state.size:
            # A cancel wish may overtake the answer to the order itself.
            return Rejected(state.size, report.code)
        case Rejected():
            return state
        case Open() | PartlyFilled() | CancelPending() | Unknown() | Filled() | Cancelled():
            return Illegal(state, report, "rejected after the venue had accepted it")
        case Expired():
            return Illegal(state, report, "rejected after it expired")
        case _:
            assert_never(state)


def _silent(state: OrderState, report: SilenceReport) -> OrderState | Illegal:
    match state:
        case Pending():
            return Illegal(state, report, "no answer is due before it is sent")
        case Sent() | Open() | PartlyFilled() | CancelPending():
            return Unknown(state.size, leaves_of(state))
        case Unknown() | Filled() | Cancelled() | Rejected() | Expired():
            return state
        case _:
            assert_never(state)
