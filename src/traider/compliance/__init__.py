"""The audit, and what authorities ask for.

The audit says who did what, when and why, in records that cannot be changed unseen. Records are
made from a run's journal, which is the truth, and stand in one hash chain. Tax rows, blotter,
positions, best execution and drafts of what a person should look at come from the same journal.
This room never decides, never trades, and deletes nothing that a policy keeps.
"""

from traider.compliance.records import AuditRecord, Entry

__all__ = ["AuditRecord", "Entry"]
