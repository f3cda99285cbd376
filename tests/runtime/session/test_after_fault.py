"""What a fault of a session leads to."""

import errno
import os

import pytest

from traider.bus import BusError
from traider.domain.errors import (
    ConfigError,
    DatabaseError,
    DataError,
    KernelError,
    StrategyError,
    UsageError,
)
from traider.journal import JournalFailedError
from traider.runtime.leadership.choosing import AnotherLeadsError
from traider.runtime.leadership.lease import LeaseLostError
from traider.runtime.session.after_fault import after_fault
from traider.runtime.supervision.role import AfterFault
from traider.venues.errors import VenueRefusalError, VenueUnreachableError


@pytest.mark.parametrize(
    ("fault", "opening", "running"),
    [
        (VenueUnreachableError("no connection"), AfterFault.WAIT, AfterFault.AGAIN),
        (DatabaseError("no server"), AfterFault.WAIT, AfterFault.AGAIN),
        (BusError("no broker"), AfterFault.WAIT, AfterFault.AGAIN),
        (DataError("no list", where="https://venue/list"), AfterFault.WAIT, AfterFault.AGAIN),
        (VenueRefusalError("no such key"), AfterFault.AGAIN, AfterFault.AGAIN),
        (JournalFailedError("the disk refused"), AfterFault.AGAIN, AfterFault.AGAIN),
        (KernelError("code 3"), AfterFault.AGAIN, AfterFault.AGAIN),
        (ZeroDivisionError("nobody foresaw it"), AfterFault.AGAIN, AfterFault.AGAIN),
        (OSError(errno.ENOSPC, "no space left"), AfterFault.AGAIN, AfterFault.AGAIN),
        (DataError("a block is damaged", where="journal/1"), AfterFault.HALT, AfterFault.HALT),
        (UsageError("another request"), AfterFault.HALT, AfterFault.HALT),
        (ConfigError("no number"), AfterFault.HALT, AfterFault.HALT),
        (StrategyError("an alpha fails"), AfterFault.HALT, AfterFault.HALT),
        (LeaseLostError("another leads"), AfterFault.HALT, AfterFault.HALT),
        (AnotherLeadsError("another leads"), AfterFault.HALT, AfterFault.HALT),
    ],
)
def test_only_what_passes_is_tried_again(
    fault: Exception, opening: AfterFault, running: AfterFault
) -> None:
    assert after_fault(fault, is_opening=True) is opening
    assert after_fault(fault, is_opening=False) is running


@pytest.mark.parametrize(
    ("number", "after"), [(errno.ENOSPC, AfterFault.AGAIN), (errno.EACCES, AfterFault.HALT)]
)
def test_a_full_disk_is_waited_for_and_a_forbidden_one_is_not(
    number: int, after: AfterFault
) -> None:
    for fault in (UsageError("cannot be written"), LeaseLostError("cannot be kept")):
        fault.__cause__ = OSError(number, os.strerror(number))
        assert after_fault(fault, is_opening=False) is after
