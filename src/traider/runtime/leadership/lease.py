"""The port to a lease: taken for some seconds, renewed, lost, and taken by the next.

    term = lease.take(floor=journal_epoch)       # None: another holds it
    until_ns = lease.renew()                     # by elapsed_ns(), or LeaseLostError
    lease.release()

Two times are kept apart. Whoever would take over waits ``ttl_s`` after the last renewal; the holder
trusts it for ``trust_s`` only, counted from before it asked. So it knows of the end before anyone
can take over, however slow the answer was.
"""

import time
from dataclasses import dataclass
from typing import Final, Protocol

from traider.domain.errors import ConfigError, TraiderError
from traider.domain.orders import EPOCH_BITS

EPOCH_MAX: Final = (1 << EPOCH_BITS) - 1
"""Order ids have 11 bits for the epoch; 0 is nobody's."""
EPOCHS_LEFT_WARNED: Final = 100
_TRUSTED: Final = 0.75
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class LeaseLostError(TraiderError):
    """The lease is another's, or could not be renewed in time: nothing may be done as leader."""


class EpochsUsedUpError(TraiderError):
    """Every epoch that an order id can carry was used: no order could be told from an old one."""


@dataclass(frozen=True)
class LeaseTerms:
    """How long a lease is good for."""

    ttl_s: float = 2.0
    """Seconds after a renewal in which nobody else takes it."""

    def __post_init__(self) -> None:
        """Refuse a time that a busy machine cannot keep.

        Raises:
            ConfigError: it is under a tenth of a second, or over a minute.
        """
        if not 0.1 <= self.ttl_s <= 60.0:
            raise ConfigError(f"a lease of {self.ttl_s} s", fix="give 0.1 to 60 seconds")

    @property
    def ttl_ns(self) -> int:
        """The time in which nobody else takes it."""
        return round(self.ttl_s * 1e9)

    @property
    def trust_ns(self) -> int:
        """The time for which the holder relies on a renewal."""
        return round(self.ttl_s * _TRUSTED * 1e9)

    @property
    def renew_s(self) -> float:
        """Seconds between two renewals."""
        return self.ttl_s / 5.0


@dataclass(frozen=True)
class Term:
    """A lease that was taken."""

    epoch: int
    until_ns: int
    """Until when the holder relies on it, by ``elapsed_ns``."""
    previous: str = ""
    """Who held it before, as the holder told it; empty for nobody."""


class Lease(Protocol):
    """A lease that one of several processes holds."""

    @property
    def terms(self) -> LeaseTerms:
        """How long it is good for."""

    @property
    def is_local(self) -> bool:
        """Whether nothing but this machine is asked, so that nothing ever hangs."""

    def take(self, floor: int = 0) -> Term | None:
        """Try once to take the lease; None while another holds it.

        Args:
            floor: the new epoch is above this one and above every earlier one.

        Raises:
            EpochsUsedUpError: there is no higher epoch.
            TraiderError: where the lease is kept cannot be reached.
        """

    def renew(self) -> int:
        """Keep the lease; return until when the holder may rely on it, by ``elapsed_ns``.

        Raises:
            LeaseLostError: it is not ours any more, and never will be again with this epoch.
            TraiderError: where the lease is kept cannot be reached.
        """

    def release(self) -> None:
        """Let the lease go, so that the next need not wait; what is lost already stays so."""


def elapsed_ns() -> int:
    """Return a count of nanoseconds that goes on while this process, or the machine, sleeps."""
    return time.clock_gettime_ns(_CLOCK)


def next_epoch(last: int, where: str) -> int:
    """Return the epoch after ``last``.

    Raises:
        EpochsUsedUpError: order ids cannot carry it.
    """
    if last >= EPOCH_MAX:
        raise EpochsUsedUpError(
            f"all {EPOCH_MAX:,} epochs of leaders are used up",
            where=where,
            fix="close the positions and begin a new state folder",
        )
    return last + 1
