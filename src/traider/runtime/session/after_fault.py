"""What a fault of a session leads to: a new session from the journal, patience, or the end.

| fault | what follows |
| --- | --- |
| a venue, database or bus that does not answer while a session is opened | again, without end |
| the same later, a disk that refuses, an exception that nobody foresaw | again, not in a loop |
| wrong request or settings, damaged files, a lost lease, a failing strategy | the end, in a line |

A halt by policy (books that do not agree, a state that is not the journal's) is no fault: it is an
event, and holds in every later session until a person re-arms the trader.
"""

import errno
from typing import Final

from traider.bus import BusError
from traider.domain.errors import (
    ConfigError,
    DatabaseError,
    DataError,
    StrategyError,
    TraiderError,
    UsageError,
    VenueError,
)
from traider.journal import JournalFailedError
from traider.runtime.leadership.lease import EpochsUsedUpError, LeaseLostError
from traider.runtime.leadership.standby import CannotFollowError
from traider.runtime.leadership.writers import StillWritingError
from traider.runtime.supervision.role import AfterFault
from traider.venues.errors import VenueBusyError, VenueSilenceError, VenueUnreachableError

_OUTSIDE: Final = (
    VenueUnreachableError,
    VenueBusyError,
    VenueSilenceError,
    DatabaseError,
    BusError,
)
_PASSING: Final = (*_OUTSIDE, VenueError, JournalFailedError)
_LASTING: Final = (
    UsageError,
    ConfigError,
    DataError,
    StrategyError,
    LeaseLostError,
    EpochsUsedUpError,
    CannotFollowError,
    StillWritingError,
)
_DISK: Final = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EAGAIN,
    }
)


def after_fault(fault: Exception, *, is_opening: bool) -> AfterFault:
    """Return what follows from a fault of a session.

    Args:
        fault: what ended it.
        is_opening: whether it came before the session took up its run, and may be waited out.
    """
    if isinstance(fault, _OUTSIDE) or _is_unreadable_answer(fault):
        return AfterFault.WAIT if is_opening else AfterFault.AGAIN
    if isinstance(fault, _PASSING) or _is_of_the_disk(fault):
        return AfterFault.AGAIN
    return AfterFault.HALT if isinstance(fault, _LASTING) else AfterFault.AGAIN


def _is_unreadable_answer(fault: Exception) -> bool:
    """Whether a venue answered nonsense, as it does under maintenance: no file of ours is told."""
    return isinstance(fault, TraiderError) and fault.where.startswith(("http://", "https://"))


def _is_of_the_disk(fault: Exception) -> bool:
    """Whether the disk is full or refuses for now, a lease's beat say; what is there is whole."""
    cause = fault.__cause__
    return isinstance(cause, OSError) and cause.errno in _DISK
