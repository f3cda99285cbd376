"""Journals for tests: events and facts that can be told apart, written and read back."""

from pathlib import Path

import numpy as np

from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.journal import Fact, JournalReader, JournalTerms, JournalWriter

START_NS = 1_700_000_000_000_000_000
OWN_FACTS = ("instruments", "recovered")
"""Facts that the journal writes of its own accord."""


def some_events(count: int, first: int = 0) -> EventArray:
    """Return events that differ from one another: number ``first`` and those after it."""
    events = empty_events(count)
    numbers = np.arange(first, first + count)
    events["ts_recv"] = START_NS + numbers * 1_000
    events["ts_event"] = events["ts_recv"] - 77
    events["kind"] = np.where(numbers % 5 == 0, Kind.TRADE, Kind.DEPTH_UPDATE)
    events["version"] = 1
    events["side"] = np.where(numbers % 2, 1, -1)
    events["price"] = 6_000_000 + numbers * 7 % 1_001
    events["size"] = numbers % 97 + 1
    events["id"] = numbers
    return events


def small_terms(segment_bytes: int = 4_096, *, compress: bool = True) -> JournalTerms:
    """Return terms under which segments end soon."""
    return JournalTerms(segment_bytes=segment_bytes, compress=compress)


def all_events(folder: Path) -> EventArray:
    """Return every event of a journal."""
    return join_events(list(JournalReader(folder).events()))


def all_facts(folder: Path) -> list[Fact]:
    """Return every fact that was given to a journal."""
    return [fact for fact in JournalReader(folder).facts() if fact.kind not in OWN_FACTS]


def written(
    folder: Path, count: int = 200, block: int = 10, terms: JournalTerms | None = None
) -> EventArray:
    """Write a closed journal of ``count`` events in blocks of ``block``, each tenth with a fact."""
    events = some_events(count)
    with JournalWriter.open(folder, terms=terms or small_terms()) as journal:
        for start in range(0, count, block):
            journal.append(events[start : start + block])
            if start // block % 10 == 9:
                journal.append_fact("note", f'{{"at": {start}}}'.encode())
    return events
