"""From a command to the events that carry it: old values beside new ones, names as numbers.

A change that would not change anything gives no events. Who and why do not fit a record of 64
bytes; they are kept as a fact of kind ``control`` beside it, whose body is the command itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.kernel.breaker_records import Breaker
from traider.kernel.records import Decider, Gate
from traider.kernel.specification import KernelSpec, MarketSpec
from traider.runtime.breaker_specs import breaker_name, breaker_named
from traider.runtime.control.commands import (
    CancelOrder,
    CloseBreaker,
    ControlCommand,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    Reload,
    SetLimit,
    SetThreshold,
    SetWeight,
    Stop,
)
from traider.runtime.control.limit_names import gate_value, limit_name
from traider.runtime.control.manual_orders import cancel_events, manual_events

CONTROL_FACT: Final = "control"
"""Kind of the fact that keeps a command with who and why, beside its events."""
THRESHOLDS: Final = ("enter", "exit")
"""By the code of THRESHOLDS_CHANGE."""
WEIGHT_MAX: Final = Decimal(1_000)


@dataclass(frozen=True)
class ControlTerms:
    """What commands are measured against: instruments by number, and the values in force."""

    markets: Sequence[MarketSpec]
    alphas: Sequence[str]
    filters: Sequence[bool]
    """By alpha, whether it only filters."""
    weights: Sequence[float]
    enter: float
    exit: float
    limits: Sequence[float]
    """By ``Limit``, in the gate's units."""

    @classmethod
    def of(cls, spec: KernelSpec, decider: Decider, gate: Gate) -> "ControlTerms":
        """Return the terms as a machine holds them now."""
        strategy = decider.strategy[0]
        return cls(
            spec.markets,
            alpha_names([alpha.name for alpha in spec.alphas]),
            tuple(alpha.filters for alpha in spec.alphas),
            tuple(float(weight) for weight in decider.alphas["weight"]),
            float(strategy["enter"]),
            float(strategy["exit"]),
            tuple(float(value) for value in gate.limits),
        )


def alpha_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names to call alphas by: a second one of the same name gets ``#2``, and so on."""
    earlier = [names[:place].count(name) for place, name in enumerate(names)]
    return tuple(
        f"{name}#{before + 1}" if before else name
        for name, before in zip(names, earlier, strict=True)
    )


def control_events(command: ControlCommand, terms: ControlTerms, now_ns: int) -> EventArray:
    """Return the events of a command; none of ``Reload`` and ``Stop``, or when nothing changes.

    Raises:
        UsageError: a name is unknown, a value is out of range, or an order cannot be made.
    """
    if isinstance(command, Reload | Stop):
        return empty_events(0)
    if isinstance(command, SetLimit | SetWeight | SetThreshold):
        return _setting(command, terms, now_ns)
    if isinstance(command, ManualOrder):
        return manual_events(command, terms.markets, now_ns)
    if isinstance(command, CancelOrder):
        return cancel_events(command.order_id, now_ns)
    if isinstance(command, CloseBreaker):
        return _close_breaker(command, now_ns)
    return _mode(command, now_ns)


def _blank(kind: Kind, now_ns: int) -> EventArray:
    event = empty_events(1)
    event["kind"] = kind
    event["version"] = PAYLOADS[kind].version
    event["ts_event"] = event["ts_recv"] = now_ns
    return event


def _mode(command: Kill | Pause | Rearm, now_ns: int) -> EventArray:
    match command:
        case Kill():
            event = _blank(Kind.KILL, now_ns)
            event["w2"] = int(not command.flatten)
        case Pause():
            event = _blank(Kind.PAUSE, now_ns)
        case Rearm():
            event = _blank(Kind.REARM, now_ns)
        case _:
            assert_never(command)
    if not isinstance(command, Rearm):
        event["code"] = command.reason
    return event


def _close_breaker(command: CloseBreaker, now_ns: int) -> EventArray:
    breaker = breaker_named(command.name)
    if breaker is None:
        raise UsageError(
            f"there is no breaker {command.name!r}",
            fix=f"name one of {', '.join(map(breaker_name, Breaker))}",
        )
    event = _blank(Kind.BREAKER_REARM, now_ns)
    event["code"] = breaker
    return event


def _setting(
    command: SetLimit | SetWeight | SetThreshold, terms: ControlTerms, now_ns: int
) -> EventArray:
    if isinstance(command, SetWeight):
        return _weight(command, terms, now_ns)
    if isinstance(command, SetThreshold):
        return _threshold(command, terms, now_ns)
    limit, value = gate_value(command.name, command.value)
    return _change(Kind.LIMITS_CHANGE, int(limit), (value, terms.limits[limit]), now_ns)


def _change(kind: Kind, code: int, values: tuple[float, float], now_ns: int) -> EventArray:
    """Return the event of a new value with the previous one; none where they are the same."""
    value, previous = values
    if value == previous:
        return empty_events(0)
    event = _blank(kind, now_ns)
    event["code"] = code
    event["f1"] = value
    event["f2"] = previous
    return event


def _weight(command: SetWeight, terms: ControlTerms, now_ns: int) -> EventArray:
    if command.alpha not in terms.alphas:
        raise UsageError(
            f"there is no alpha {command.alpha!r}",
            fix=f"name one of {', '.join(terms.alphas) or 'none: this strategy has no alphas'}",
        )
    if not (command.value.is_finite() and 0 <= command.value <= WEIGHT_MAX):
        raise UsageError(
            f"a weight of {command.value}", where=command.alpha, fix=f"give 0 to {WEIGHT_MAX}"
        )
    place = terms.alphas.index(command.alpha)
    weights = list(terms.weights)
    weights[place] = float(command.value)
    votes = [weight for weight, only in zip(weights, terms.filters, strict=True) if not only]
    if not terms.filters[place] and not any(votes):
        raise UsageError(
            "no alpha would have a vote left", where=command.alpha, fix="pause the trader instead"
        )
    return _change(Kind.WEIGHTS_CHANGE, place, (weights[place], terms.weights[place]), now_ns)


def _threshold(command: SetThreshold, terms: ControlTerms, now_ns: int) -> EventArray:
    value = float(command.value) if command.value.is_finite() else -1.0
    enter, leave = terms.enter, terms.exit
    previous = enter if command.name == "enter" else leave
    if command.name == "enter":
        enter = value
    else:
        leave = value
    if not (0.0 <= value <= 1.0 and leave <= enter and enter > 0.0):
        raise UsageError(
            f"thresholds of {enter:g} to enter and {leave:g} to exit",
            where=command.name,
            fix="give scores from 0 to 1, exit not above enter",
        )
    return _change(
        Kind.THRESHOLDS_CHANGE, THRESHOLDS.index(command.name), (value, previous), now_ns
    )


def told(command: ControlCommand, events: EventArray) -> str:
    """Return one line that says what a command did."""
    if isinstance(command, SetLimit | SetWeight | SetThreshold):
        name = command.alpha if isinstance(command, SetWeight) else command.name
        if not len(events):
            return f"{name} is {command.value} already"
        return f"{name} is {command.value} now; it was {_previous(command, events)}"
    match command:
        case Kill():
            closes = "closing positions" if command.flatten else "keeping positions and their exits"
            line = f"killed: cancelling orders, {closes}, refusing all else until re-armed"
        case Pause():
            line = "paused: positions may only shrink"
        case Rearm():
            line = "re-armed: trading goes on"
        case CloseBreaker():
            line = f"the breaker {command.name} is closed"
        case ManualOrder() | CancelOrder():
            line = _order_line(command)
        case Reload():
            line = "the configuration was read again"
        case Stop():
            line = "asked to end in order: decisions off, orders by policy, then the process ends"
        case _:
            assert_never(command)
    return line


def _order_line(command: ManualOrder | CancelOrder) -> str:
    if isinstance(command, CancelOrder):
        return f"cancel journaled: order {command.order_id:016x}"
    return f"order journaled: {command.side} {command.size} {command.instrument}"


def _previous(command: SetLimit | SetWeight | SetThreshold, events: EventArray) -> str:
    previous = float(events["f2"][0])
    scale = limit_name(command.name).scale if isinstance(command, SetLimit) else 1.0
    return f"{previous / scale:g}"
