"""The audit of a run: made of its journal and of a replay beside it, which tells why.

The trader does nothing for it. Who follows reads the journal as any other process could, replays it
on a machine of its own, and writes what it finds; begun again at any place it writes the same.
"""

from traider.runtime.auditing.following import AuditFollower

__all__ = ["AuditFollower"]
