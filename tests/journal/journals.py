"""Journals for tests: events and facts that can be told apart, written and read back."""

import struct
import zlib
from pathlib import Path

import numpy as np
from blake3 import blake3

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


HEADER = struct.Struct("<4sBBHqqqqIIII32sII")
FACTS_HEAD, EVENTS_HEAD, EVENTS, FACT = 1, 2, 3, 4
Crafted = tuple[str, int, int, int, bytes]
"""A block: its file, kind, sequence, records and payload."""


def crafted(folder: Path, blocks: list[Crafted], spare: int = 0) -> None:
    """Write a first segment block by block, as ``docs/journal.md`` tells it, whatever they say."""
    journal_id = bytes(range(16))
    heads: list[Crafted] = [
        ("facts", FACTS_HEAD, 0, 0, journal_id),
        ("events", EVENTS_HEAD, 0, 0, journal_id),
    ]
    files = {"facts": b"", "events": b""}
    places = {"facts": 0, "events": 0}
    previous = bytes(32)
    for number, (role, kind, sequence, records, payload) in enumerate([*heads, *blocks]):
        head = HEADER.pack(
            *(b"TRDJ", 1, kind, spare if number > 1 else 0, number, sequence, 5, 6),
            *(records, len(payload), 0, places[role], previous, zlib.crc32(payload), 0),
        )[:92]
        block = head + zlib.crc32(head).to_bytes(4, "little") + payload
        previous = blake3(block).digest()
        files[role] += block
        places[role] += 1
    for role, raw in files.items():
        (folder / f"{role}-000000.seg").write_bytes(raw)
