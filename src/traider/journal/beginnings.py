"""Tell a segment that is being begun, or was left half begun, from a damaged one."""

from pathlib import Path

from traider.domain.errors import DataError
from traider.journal.blocks import HEAD_BYTES, NO_HEADER, whole_header_at
from traider.journal.mark import read_mark
from traider.journal.segment_files import Role, SegmentPaths, size_of


def is_half_begun(folder: Path, segment: int) -> bool:
    """Whether a segment's heads were not both written, and nothing tells that they had been.

    Facts that go beyond their head tell it, and so does the mark. Both are looked at before the
    events are: a writer may be at work, and writes the events' head before either.
    """
    facts = SegmentPaths(folder, Role.FACTS, segment)
    known = _known_number(folder)
    if facts.packed.exists() or size_of(facts.raw) > HEAD_BYTES or known > _number_of(facts.raw):
        return False
    events = SegmentPaths(folder, Role.EVENTS, segment)
    return not events.packed.exists() and size_of(events.raw) < HEAD_BYTES


def _known_number(folder: Path) -> int:
    try:
        mark = read_mark(folder)
    except DataError:
        return -1  # it is derived: without it the rest tells
    return -1 if mark is None else mark.number


def _number_of(facts: Path) -> int:
    """Return the place in the chain of the facts' head; where there is none, one beyond all."""
    try:
        header = whole_header_at(facts.read_bytes()[:HEAD_BYTES])
    except OSError:
        header = NO_HEADER
    return 2**63 if header is NO_HEADER else header.number
