"""The running trader: one queue, one compiled loop, one writer of the journal.

Everything that happens enters as an event, is journaled, and moves the kernel; what the kernel
wants goes to the gateway. Nothing here decides, and nothing reaches the kernel around the journal.
"""

__all__ = [
    "desk",
    "holdings",
    "later_reports",
    "paper_log",
    "recovery",
    "snapshots",
    "standing",
    "trader",
    "trader_desk",
]
