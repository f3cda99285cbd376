"""Who asked for what: commands of people, kept as facts beside the journal's events.

A fact stands before the events it led to, a few positions at most: other input may come between the
two. A command fits an event when it is of its kind and says the same; of several the last counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traider.compliance.telling import Actor, kind_of
from traider.domain.errors import TraiderError, UsageError
from traider.domain.events import EventArray, Kind
from traider.journal.facts import Fact
from traider.runtime.control.commands import (
    CancelOrder,
    CloseBreaker,
    Command,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    SetLimit,
    SetThreshold,
    SetWeight,
    command_of,
)
from traider.runtime.control.conversion import CONTROL_FACT
from traider.runtime.control.limit_names import gate_value

REACH: Final = 4_096
"""Positions after a fact in which its events are looked for."""
_BY_KIND: Final[dict[Kind, tuple[type[Command], ...]]] = {
    Kind.KILL: (Kill,),
    Kind.PAUSE: (Pause,),
    Kind.REARM: (Rearm,),
    Kind.BREAKER_REARM: (CloseBreaker,),
    Kind.LIMITS_CHANGE: (SetLimit,),
    Kind.WEIGHTS_CHANGE: (SetWeight,),
    Kind.THRESHOLDS_CHANGE: (SetThreshold,),
    Kind.MANUAL_ORDER: (ManualOrder, CancelOrder),
}


@dataclass(frozen=True)
class _Asked:
    sequence: int
    command: Command


class People:
    """The commands of a journal, in order."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    def take(self, facts: Sequence[Fact]) -> None:
        """Take the next facts; those of other kinds are passed over."""
        for fact in facts:
            if fact.kind == CONTROL_FACT:
                try:
                    command = command_of(fact.body)
                except UsageError:
                    continue  # of a version that asked for other things
                self._asked.append(_Asked(fact.sequence, command))

    def behind(self, position: int, event: EventArray) -> Actor | None:
        """Return who asked for the one ``event`` at ``position``; None where nobody did."""
        for asked in reversed(self._asked):
            if asked.sequence >= position:
                continue
            if asked.sequence < position - REACH:
                return None
            if _fits(asked.command, event):
                return Actor(asked.command.who, asked.command.why)
        return None


def _fits(command: Command, event: EventArray) -> bool:
    if not isinstance(command, _BY_KIND.get(kind_of(event), ())):
        return False
    if isinstance(command, SetLimit):
        try:
            limit, value = gate_value(command.name, command.value)
        except TraiderError:
            return False
        return (int(event["code"][0]), float(event["f1"][0])) == (int(limit), value)
    if isinstance(command, SetWeight | SetThreshold):
        return float(event["f1"][0]) == float(command.value)
    if isinstance(command, Kill):
        return bool(event["w2"][0]) != command.flatten
    return True
