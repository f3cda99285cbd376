"""How long things last at the front door, and how often something may be tried."""

from dataclasses import dataclass
from typing import Final

MINUTE_NS: Final = 60_000_000_000
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS


@dataclass(frozen=True)
class AccessTerms:
    """Spans and counts; the defaults are those of the house."""

    session_idle_ns: int = 30 * MINUTE_NS
    """A session that nobody used for this long is over."""
    session_ns: int = 12 * HOUR_NS
    """A session is over then, used or not."""
    fresh_ns: int = 5 * MINUTE_NS
    """For how long a code that was just given counts."""
    token_ns_max: int = 365 * DAY_NS
    """Longest life of a token."""
    approval_ns: int = 15 * MINUTE_NS
    """For how long a dangerous request waits for the second person."""
    needs_two_people: bool = False
    """Whether dangerous requests wait for a second person at all."""
    origins: tuple[str, ...] = ()
    """Origins besides our own whose pages may ask for changes."""
    free_failures: int = 5
    """Wrong logins of a name before it is locked."""
    free_address_failures: int = 20
    """Wrong logins from an address before it is locked: several people may share one."""
    lock_ns: int = 30_000_000_000
    """The first lock; each further failure doubles it."""
    lock_ns_max: int = 15 * MINUTE_NS
    """The longest lock."""
    failures_ns: int = DAY_NS
    """Failures older than this are forgotten."""
    logins_at_once: int = 2
    """Passwords that are checked at the same time; each takes memory and a processor."""
    logins_waiting: int = 6
    """Logins that wait for one of those; more are refused at once."""
