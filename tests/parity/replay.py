"""Replay a journal through the decider alone."""

from dataclasses import dataclass

from traider.domain.events import EventArray, Kind, join_events
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec


@dataclass(frozen=True)
class Replayed:
    """The journal a replay wrote and the state it ended in."""

    journal: EventArray
    state_hash: str


def replay_decider(spec: KernelSpec, journal: EventArray) -> Replayed:
    """Feed ``journal`` without its intents to a new decider; return what it would have written."""
    machine = DeciderMachine(spec)
    written = []
    for place in range(len(journal)):
        if journal["kind"][place] == Kind.ORDER_INTENT:
            continue
        written.append(journal[place : place + 1])
        intents = machine.step(journal, place)
        if len(intents):
            written.append(intents.copy())
    return Replayed(join_events(written), machine.state_hash())
