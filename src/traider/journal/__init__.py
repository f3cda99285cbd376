"""The journal: every event in the order it came, never changed, never lost.

One writer appends blocks of events, and facts of any size beside them; any number of readers
follow. Every block has its sums, and one hash chain runs through all of them (``docs/journal.md``
tells every byte). A crash at any point leaves the journal at what was acknowledged. The room must
never change a block that is there, skip one in silence, or know what an event means.
"""

from traider.journal.facts import Fact
from traider.journal.instruments import JournalInstrument
from traider.journal.mark import JournalHead
from traider.journal.reader import JournalReader
from traider.journal.recovery import CutTail, Recovery
from traider.journal.snapshots import Snapshot, SnapshotSearch, SnapshotStore
from traider.journal.terms import FsyncPolicy, JournalTerms
from traider.journal.verifying import JournalVerdict, verify_journal
from traider.journal.writer import JournalFailedError, JournalWriter

__all__ = [
    "CutTail",
    "Fact",
    "FsyncPolicy",
    "JournalFailedError",
    "JournalHead",
    "JournalInstrument",
    "JournalReader",
    "JournalTerms",
    "JournalVerdict",
    "JournalWriter",
    "Recovery",
    "Snapshot",
    "SnapshotSearch",
    "SnapshotStore",
    "verify_journal",
]
