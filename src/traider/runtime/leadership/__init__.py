"""Who leads: one trader at a time, by a lease with an epoch, and one that stands by.

A lease is taken for seconds and renewed; each taking has a higher epoch, which every order carries
and the gateway checks. A leader that cannot renew knows it before anyone else can take over. The
room must never lead without a lease, and never let two write one journal.
"""

__all__ = ["file_lease", "leadership", "lease", "postgres_lease", "standby"]
