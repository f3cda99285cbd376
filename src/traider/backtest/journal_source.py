"""A journal as the data of a run: what a feed recorded, replayed with the settings of today.

Its instruments share one stream, in the order of the record, so a journal is the only data of its
run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.stream_source import StreamSource
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader

_BEGINNINGS: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_CLEAR)
_NEVER_NS: Final = 2**63 - 1


@dataclass(frozen=True)
class JournalSource(StreamSource):
    """One instrument of a journal, scanned."""

    folder: Path = Path()
    trades: int = 0
    gaps: int = 0


def scan_journal(
    folder: Path, start_ns: int | None = None, end_ns: int | None = None
) -> tuple[JournalSource, ...]:
    """Read a journal once and return what a run needs to know, an instrument each.

    Raises:
        DataError: it is damaged, or holds no event of the range.
    """
    known = listed_instruments(folder)
    found = [
        JournalSource(each.name, each.tick_size, each.lot_size, folder=folder) for each in known
    ]
    for events in journal_events(folder, start_ns, end_ns):
        for number in np.unique(events["instrument"]).tolist():
            if number >= len(found):
                raise DataError(
                    f"an event is of instrument {number}, and there are {len(found)}",
                    where=str(folder),
                    fix="traider journal verify tells whether the journal is whole",
                )
            found[number] = _with(found[number], events[events["instrument"] == number])
    if not any(each.records for each in found):
        raise DataError("holds no event of the time asked for", where=str(folder))
    return tuple(each if each.records else _empty(each, found) for each in found)


def journal_events(
    folder: Path, start_ns: int | None = None, end_ns: int | None = None
) -> Iterator[EventArray]:
    """Yield the events of a journal; no chunk ends within an instant.

    A range may begin amid a book: changes before its next snapshot say nothing, and are left out.
    """
    reader = JournalReader(folder)
    if start_ns is None and end_ns is None:
        return whole_instants(reader.events())
    inside = reader.between(start_ns or 0, _NEVER_NS if end_ns is None else end_ns)
    return whole_instants(inside if start_ns is None else from_whole_books(inside))


def listed_instruments(folder: Path) -> tuple[JournalInstrument, ...]:
    """Return the instruments of a journal.

    Raises:
        DataError: it does not tell them.
    """
    found = JournalReader(folder).instruments
    if not found:
        raise DataError(
            "does not tell its instruments",
            where=str(folder),
            fix="traider journal verify tells whether the journal is whole",
        )
    return found


def from_whole_books(chunks: Iterator[EventArray]) -> Iterator[EventArray]:
    """Yield the events without changes of books whose beginning is not among them."""
    begun: set[int] = set()
    for chunk in chunks:
        kinds, numbers = chunk["kind"], chunk["instrument"]
        kept = np.ones(len(chunk), np.bool_)
        for number in set(np.unique(numbers[kinds == Kind.DEPTH_UPDATE]).tolist()) - begun:
            mine = numbers == number
            starts = np.flatnonzero(mine & np.isin(kinds, _BEGINNINGS))
            end = int(starts[0]) if len(starts) else len(chunk)
            kept[:end] &= ~(mine[:end] & (kinds[:end] == Kind.DEPTH_UPDATE))
        begun |= set(np.unique(numbers[np.isin(kinds, _BEGINNINGS)]).tolist())
        if kept.any():
            yield chunk[kept]


def whole_instants(chunks: Iterator[EventArray]) -> Iterator[EventArray]:
    """Yield the same events, cut so that no chunk ends within a time of receipt."""
    left = empty_events(0)
    for chunk in chunks:
        events = join_events([left, chunk]) if len(left) else chunk
        if not len(events):
            continue
        end = int(np.argmax(events["ts_recv"] == events["ts_recv"][-1]))
        if end:
            yield events[:end]
        left = events[end:].copy()
    if len(left):
        yield left


def _with(source: JournalSource, events: EventArray) -> JournalSource:
    priced = np.isin(events["kind"], (Kind.TRADE, Kind.QUOTE)) & (events["price"] > 0)
    lowest = source.lowest
    if priced.any():
        least = int(events["price"][priced].min()) * float(source.tick_size)
        lowest = min(lowest, least) if lowest else least
    return replace(
        source,
        lowest=lowest,
        first_ns=source.first_ns or int(events["ts_recv"][0]),
        end_ns=int(events["ts_recv"][-1]),
        records=source.records + len(events),
        trades=source.trades + int((events["kind"] == Kind.TRADE).sum()),
        gaps=source.gaps + int((events["kind"] == Kind.GAP).sum()),
    )


def _empty(source: JournalSource, others: list[JournalSource]) -> JournalSource:
    """Return an instrument that nothing was told of, with the extent of the others."""
    told = [each for each in others if each.records]
    first_ns, end_ns = min(each.first_ns for each in told), max(each.end_ns for each in told)
    return replace(source, first_ns=first_ns, end_ns=end_ns)
