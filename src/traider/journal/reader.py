"""Read a journal: by sequence, by time, or along with its writer.

    reader = JournalReader(folder)
    for events in reader.events(start=1_000_000): …
    for events in reader.follow(reader.end, stop): …

Any number of processes read while one writes. What is given out was checked block by block;
arrays are read-only, and live on their own when the reader is gone. ``between`` gives the events
of a span by ``ts_recv`` in order of sequence: where ``ts_recv`` once went back, so does the answer.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from traider.domain.events import EventArray
from traider.journal.beginnings import is_half_begun
from traider.journal.blocks import BlockKind
from traider.journal.byte_sources import PackedFile, RawFile
from traider.journal.extents import extents_of
from traider.journal.facts import BEFORE_ALL_EVENTS, Fact, fact_of
from traider.journal.following import Tail
from traider.journal.groups import LATEST
from traider.journal.instruments import INSTRUMENTS_FACT, JournalInstrument, instruments_of
from traider.journal.scanning import BlockScan, Stop
from traider.journal.segment_events import (
    SegmentEvents,
    Span,
    damaged,
    misplaced,
    open_segment,
    segment_head,
)
from traider.journal.segment_files import Role, SegmentPaths, journal_folder

POLL_S: Final = 0.01


class JournalReader:
    """Reads the journal of a folder, without changing a byte of it.

    Damage is told when what lies there is asked for; all else can be read.

    Raises:
        UsageError: the folder holds no journal, or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._segments: dict[int, SegmentEvents] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take in what was written since.

        Raises:
            UsageError: the journal is gone.
        """
        last = self._last()
        for number in range(last + 1):
            held = self._segments.get(number)
            if held is None:
                self._segments[number] = SegmentEvents(self.folder, number)
            else:
                held.refresh(is_last=number == last)
        self._extents = extents_of(list(self._segments.values()))

    def _last(self) -> int:
        """Return the last segment that is begun, -1 where none is."""
        last = max(journal_folder(self.folder))
        return last - 1 if is_half_begun(self.folder, last) else last

    @property
    def first(self) -> int:
        """The sequence of the first event."""
        return self._extents[0].first if self._extents else 0

    @property
    def end(self) -> int:
        """The sequence that the next event gets, as of the last ``refresh``."""
        if not self._extents:
            return 0
        last = self._extents[-1]
        return max(last.first, last.limit)

    @property
    def instruments(self) -> tuple[JournalInstrument, ...]:
        """The instruments by number, as they were told last.

        Raises:
            DataError: a fact of them cannot be read.
        """
        last = self._last()
        for segment in range(last, -1, -1):
            found = list(self._facts(segment, INSTRUMENTS_FACT, is_last=segment == last))
            if found:
                return instruments_of(found[-1].body)
        return ()

    def events(self, start: int | None = None, end: int | None = None) -> Iterator[EventArray]:
        """Yield the events with ``start <= sequence < end``, some thousands at a time.

        Without an end, up to the journal's end at the last ``refresh``.

        Raises:
            DataError: a block is damaged; what comes before it was given out.
        """
        first = self.first if start is None else start
        for _, events in self.numbered(Span(first, LATEST if end is None else end)):
            yield events

    def between(self, start_ns: int, end_ns: int) -> Iterator[EventArray]:
        """Yield the events with ``start_ns <= ts_recv < end_ns``, in order of sequence.

        Raises:
            DataError: a block is damaged; what comes before it was given out.
        """
        for _, events in self.numbered(Span(start_ns=start_ns, end_ns=end_ns)):
            yield events

    def numbered(self, span: Span) -> Iterator[tuple[int, EventArray]]:
        """Yield the events of ``span`` in runs, each with the sequence of its first event.

        Raises:
            DataError: a block is damaged; what comes before it was given out.
        """
        for extent in self._extents:
            if not extent.meets(span.start, span.end):
                continue
            if extent.is_readable:
                yield from extent.segment.selected(span)
            if extent.fault is not None and span.end > extent.limit:
                raise extent.fault

    def facts(self, kind: str = "", start: int = BEFORE_ALL_EVENTS) -> Iterator[Fact]:
        """Yield the facts of a kind, or all of them, that follow event ``start`` or a later one.

        Raises:
            DataError: a block is damaged; what comes before it was given out.
        """
        last = self._last()
        for segment in range(last + 1):
            held = self._segments.get(segment)
            if segment < last and held is not None and held.is_ended and held.end <= start:
                continue
            for fact in self._facts(segment, kind, is_last=segment == last):
                if fact.sequence >= start:
                    yield fact

    def _facts(self, segment: int, kind: str, *, is_last: bool) -> Iterator[Fact]:
        source = open_segment(SegmentPaths(self.folder, Role.FACTS, segment))
        try:
            self._check_facts_head(source, segment)
            scan = BlockScan(source)
            for block in scan:
                header = block.header
                if header.kind == BlockKind.FACT:
                    fact = fact_of(bytes(block.payload), header.sequence, header.ts_first)
                    if kind in ("", fact.kind):
                        yield fact
            if scan.stop in (Stop.HEADER, Stop.PAYLOAD, Stop.VERSION) and not isinstance(
                source, PackedFile
            ):
                raise damaged(source.path, segment, scan.place, scan.end)
            if not (is_last or isinstance(source, PackedFile) or source.index()):
                raise misplaced(source.path, f"the end of the file is not there: byte {scan.end}")
        finally:
            source.close()

    def _check_facts_head(self, source: RawFile | PackedFile, segment: int) -> None:
        _, journal_id = segment_head(source, Role.FACTS, segment)
        known = (each.journal_id for each in self._segments.values() if each.journal_id)
        if journal_id != next(known, journal_id):
            raise misplaced(source.path, "the file is of another journal than the events")

    def follow(self, start: int, stop: Callable[[], bool]) -> Iterator[EventArray]:
        """Yield the events from ``start`` on, and go on as the writer writes, until told to stop.

        ``stop`` is asked whenever nothing new is there. A block is given out when all of it is in
        the file; whether the disk has it is the writer's affair.

        Raises:
            DataError: a block is damaged.
        """
        begun = [each.segment.segment for each in self._extents if each.first <= start]
        tail = Tail(self.folder, max(begun, default=min(self._segments, default=0)), start)
        try:
            while True:
                events = tail.take()
                if len(events):
                    yield events
                elif stop():
                    return
                else:
                    time.sleep(POLL_S)
        finally:
            tail.close()
