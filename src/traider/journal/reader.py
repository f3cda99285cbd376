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
from typing import Final, NamedTuple

from traider.domain.events import EventArray
from traider.journal.blocks import BlockKind
from traider.journal.byte_sources import PackedFile
from traider.journal.facts import Fact, fact_of
from traider.journal.following import Tail
from traider.journal.groups import LATEST
from traider.journal.instruments import INSTRUMENTS_FACT, JournalInstrument, instruments_of
from traider.journal.scanning import BlockScan, Stop
from traider.journal.segment_events import SegmentEvents, Span, damaged, open_segment
from traider.journal.segment_files import Role, SegmentPaths, is_half_begun, journal_folder

POLL_S: Final = 0.01


class Extent(NamedTuple):
    """A segment, and the sequences that it holds or must have held."""

    segment: SegmentEvents
    first: int
    end: int


def _extents(segments: list[SegmentEvents]) -> list[Extent]:
    """Return how far each segment goes: to the next one, the last one without an end.

    Of a segment whose head cannot be read, the one before tells.
    """
    firsts: list[int] = []
    reach = 0
    for segment in segments:
        firsts.append(reach if segment.first is None else segment.first)
        reach = max(firsts[-1], segment.end)
    ends = [*firsts[1:], LATEST][: len(segments)]
    return [Extent(*each) for each in zip(segments, firsts, ends, strict=True)]


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
        found = journal_folder(self.folder)
        begun = [
            number
            for number, roles in found.items()
            if Role.EVENTS in roles
            and not is_half_begun(SegmentPaths(self.folder, Role.EVENTS, number).raw)
        ]
        for number in range(min(begun, default=0), max(begun, default=-1) + 1):
            held = self._segments.get(number)
            if held is None:
                self._segments[number] = SegmentEvents(self.folder, number)
            else:
                held.refresh(is_last=number == max(begun))
        self._extents = _extents(list(self._segments.values()))

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
        return max(last.first, last.segment.end)

    @property
    def instruments(self) -> tuple[JournalInstrument, ...]:
        """The instruments by number, as they were told last.

        Raises:
            DataError: a fact of them cannot be read.
        """
        for segment in sorted(journal_folder(self.folder), reverse=True):
            found = list(self._facts(segment, INSTRUMENTS_FACT))
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
        for segment, first, end in self._extents:
            if first >= span.end or end <= span.start:
                continue
            yield from segment.selected(span)
            if segment.damage is not None and span.end > segment.end:
                raise segment.damage

    def facts(self, kind: str = "") -> Iterator[Fact]:
        """Yield the facts of a kind, or all of them, in order.

        Raises:
            DataError: a block is damaged; what comes before it was given out.
        """
        for segment in journal_folder(self.folder):
            yield from self._facts(segment, kind)

    def _facts(self, segment: int, kind: str) -> Iterator[Fact]:
        source = open_segment(SegmentPaths(self.folder, Role.FACTS, segment))
        try:
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
        finally:
            source.close()

    def follow(self, start: int, stop: Callable[[], bool]) -> Iterator[EventArray]:
        """Yield the events from ``start`` on, and go on as the writer writes, until told to stop.

        ``stop`` is asked whenever nothing new is there. A block is given out when all of it is in
        the file; whether the disk has it is the writer's affair.

        Raises:
            DataError: a block is damaged.
        """
        begun = [segment.segment for segment, first, _ in self._extents if first <= start]
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
