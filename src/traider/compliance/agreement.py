"""Hold a chain against what it tells of: the journal's events and people's actions, in order.

A chain that is whole in itself may still be another story. Each audited event of the journal must
stand in it once, with the bytes that the journal has, up to the place that the chain has come to;
and so each action of ``actions.jsonl``, in its words.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from traider.compliance.actions import SOURCE, actions_after
from traider.compliance.reading import place_of
from traider.compliance.records import AuditRecord, Entry
from traider.compliance.telling import EVENT, TOLD, is_audited
from traider.compliance.tombstones import Tombstone
from traider.domain.errors import DataError
from traider.domain.events import EVENT as EVENT_RECORD
from traider.journal.reader import JournalReader

_HEX: Final = 2 * EVENT_RECORD.itemsize
"""Digits of an event."""


class JournalAgreement:
    """Looks at the records of a chain, in order; a ``Look`` of ``verify_chain``.

    Raises:
        UsageError: there is no journal.
    """

    def __init__(self, journal: Path) -> None:
        self.compared = 0
        self._reader = JournalReader(journal)
        self._events = self._audited(self._reader.first)
        self._last = -1

    def __call__(self, record: AuditRecord) -> str:
        """Return how a record differs from the journal, nothing where it does not."""
        place = place_of(record)
        if place is None or place[1] != TOLD:
            return ""
        position, told = place[0], str(record.payload.get(EVENT, ""))
        if position >= self._reader.end:
            # A trader at work may have written it since.
            self._reader.refresh()
            if position >= self._reader.end:
                return f"tells of event {position}, and the journal ends before {self._reader.end}"
            self._events = self._audited(self._last + 1)
        found = next(self._events, None)
        if found is None or position < found[0]:
            return f"tells of event {position}, which the journal has not, or once only"
        if found[0] < position:
            return f"the journal has event {found[0]} before, and the chain does not tell of it"
        if told != found[1]:
            return f"tells of event {position} otherwise than the journal has it"
        self.compared += 1
        self._last = position
        return ""

    def pass_over(self, moved: Tombstone) -> None:
        """Go on behind what a file told that is elsewhere."""
        if moved.told is not None:
            position, part = moved.told
            # Of a decision at the file's end the order itself stands in the next.
            self._last = position if part >= TOLD else position - 1
            self._events = self._audited(self._last + 1)

    def rest(self) -> int:
        """Return how many audited events the journal has beyond the end of the chain."""
        return sum(1 for _ in self._events)

    def _audited(self, first: int) -> Iterator[tuple[int, str]]:
        for events in self._reader.events(first):
            places = np.flatnonzero(is_audited(events))
            texts = events[places].tobytes().hex()
            for number, at in enumerate(places.tolist()):
                yield first + at, texts[number * _HEX : (number + 1) * _HEX]
            first += len(events)


class ActionAgreement:
    """Holds the records of people's actions against their file; a ``Look`` too."""

    def __init__(self, chain: Path) -> None:
        self._chain = chain
        self._line = 0
        self._actions = actions_after(chain, 0)

    def __call__(self, record: AuditRecord) -> str:
        """Return how a record differs from the file of actions, nothing where it does not."""
        line = record.payload.get(SOURCE)
        if line is None:
            return ""
        try:
            found = next(self._actions, None)
        except DataError as fault:
            return f"tells of action {line}, and the file of actions is damaged: {fault.line()}"
        self._line += 1
        if line != self._line:
            return f"tells of action {line}, and action {self._line} is next"
        if found is None:
            return f"tells of action {line}, which the file of actions has not"
        told = Entry(
            record.ts_ns, record.actor, record.action, record.object_id, dict(record.payload)
        )
        if told != found:
            return f"tells of action {line} otherwise than the file of actions has it"
        return ""

    def pass_over(self, moved: Tombstone) -> None:
        """Go on behind what a file told that is elsewhere."""
        if moved.actions > self._line:
            self._line = moved.actions
            self._actions = actions_after(self._chain, self._line)
