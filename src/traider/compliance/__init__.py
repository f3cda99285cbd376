"""The audit, and what authorities ask for.

The audit says who did what, when and why, in records that cannot be changed unseen. Records are
made from a run's journal, which is the truth, and stand in one hash chain. Tax rows and forms come
from the lots of the same journal. This room never decides, never trades, and deletes nothing that a
policy keeps.
"""

from traider.compliance.records import AuditRecord, Entry

__all__ = ["AuditRecord", "Entry"]
