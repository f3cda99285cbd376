"""What of a journal each segment holds, and what lacks or does not belong between them.

A journal begins with segment 0 at event 0, each segment begins with the event that the one before
ends before, and all of them hold one id. What is read is so, or the file that is not is named.
"""

from typing import NamedTuple

from traider.domain.errors import DataError
from traider.journal.groups import LATEST
from traider.journal.segment_events import SegmentEvents, misplaced


class Extent(NamedTuple):
    """A segment, and the sequences that it holds or must have held."""

    segment: SegmentEvents
    first: int
    end: int
    """Where the next one begins; the last one is without an end."""
    fault: DataError | None
    """Why it does not reach its end."""
    is_readable: bool
    """Whether it holds events up to the fault; else nothing of it can be given out."""

    @property
    def limit(self) -> int:
        """The sequence after the last event that can be read."""
        return self.segment.end if self.is_readable else self.first

    def meets(self, start: int, end: int) -> bool:
        """Whether it holds, or must have held, events from ``start`` to before ``end``."""
        reach = self.end if self.is_readable else max(self.end, self.first + 1)
        return self.first < end and reach > start


def extents_of(segments: list[SegmentEvents]) -> list[Extent]:
    """Return how far each segment goes: to the next one, the last one without an end.

    Of a segment whose head cannot be read, or that does not belong here, the one before tells.
    """
    found: list[Extent] = []
    reach, journal_id = 0, b""
    for segment in segments:
        misfit = _misfit(segment, reach, journal_id)
        is_readable = segment.first is not None and misfit is None
        first = segment.first if is_readable and segment.first is not None else reach
        if found:
            found[-1] = _ended(found[-1], segment, first)
        found.append(Extent(segment, first, LATEST, misfit or segment.damage, is_readable))
        reach = max(first, found[-1].limit)
        journal_id = journal_id or segment.journal_id
    return found


def _misfit(segment: SegmentEvents, reach: int, journal_id: bytes) -> DataError | None:
    """Return why a segment with a whole head does not belong after those before it."""
    if segment.first is None:
        return None
    if journal_id not in (b"", segment.journal_id):
        return misplaced(segment.path, "the file is of another journal than those before it")
    if segment.first < reach or (segment.segment == 0 and segment.first):
        what = f"the file begins with event {segment.first}, where event {reach} is due"
        return misplaced(segment.path, what)
    return None


def _ended(extent: Extent, following: SegmentEvents, first: int) -> Extent:
    """Return ``extent`` as it ends where the following segment begins."""
    fault = extent.fault
    if fault is None and extent.limit < first:
        what = f"events {extent.limit} to {first - 1} are not there: {following.path.name} begins"
        fault = misplaced(extent.segment.path, f"{what} with event {first}")
    return extent._replace(end=first, fault=fault)
