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
from traider.journal.reader import JournalReader

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
    known = JournalReader(folder).instruments
    found = [
        JournalSource(each.name, each.tick_size, each.lot_size, folder=folder) for each in known
    ]
    for events in journal_events(folder, start_ns, end_ns):
        for number in np.unique(events["instrument"]).tolist():
            found[number] = _with(found[number], events[events["instrument"] == number])
    if not any(each.records for each in found):
        raise DataError("holds no event of the time asked for", where=str(folder))
    return tuple(each if each.records else _empty(each, found) for each in found)


def journal_events(
    folder: Path, start_ns: int | None = None, end_ns: int | None = None
) -> Iterator[EventArray]:
    """Yield the events of a journal; no chunk ends within an instant."""
    reader = JournalReader(folder)
    if start_ns is None and end_ns is None:
        return whole_instants(reader.events())
    return whole_instants(reader.between(start_ns or 0, _NEVER_NS if end_ns is None else end_ns))


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
