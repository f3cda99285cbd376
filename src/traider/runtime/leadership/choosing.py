"""Which lease the traders of a state folder share, and how one that starts to lead takes it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.ports import Log
from traider.runtime.config_model import Config
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import Lease, LeaseLostError, LeaseTerms
from traider.runtime.leadership.writers import GRACE_S, PATIENCE_S

MISTAKEN_S: Final = GRACE_S + PATIENCE_S + 1.0
"""How long a standby may hold the lease that finds then that somebody begins; see ``writers``."""
_LOOK_S: Final = 0.05


class AnotherLeadsError(UsageError):
    """Another trader leads on this state folder."""


def lease_of(config: Config, state: Path, run: str) -> Lease:
    """Return the lease that the configuration names; nothing is taken yet.

    Args:
        config: with ``[leadership]`` and ``[database]``.
        state: the state folder.
        run: id of the run, the same for every trader of it.

    Raises:
        UsageError: PostgreSQL is wanted and no such server is named.
    """
    terms = LeaseTerms(config.leadership.ttl_s)
    if config.leadership.lease == "file":
        return FileLease(state, terms)
    # SQL is a fifth of the imports of a start, and a lease in a file needs none.
    from traider.runtime.leadership.postgres_lease import PostgresLease  # noqa: PLC0415
    from traider.store.tables.addresses import DatabaseAddress  # noqa: PLC0415

    address = DatabaseAddress.parse(config.database.url.get_secret_value())
    return PostgresLease(address, f"trader {run}", terms)


def lead(
    lease: Lease, floor: int, log: Log, on_lost: Callable[[LeaseLostError], None]
) -> Leadership:
    """Take the lease and renew it from now on.

    One that was not given back is waited for as long as it is good, and one that a standby took as
    long as it may need to find that somebody begins here, and to give it back.

    Args:
        lease: to take.
        floor: the highest epoch in the journal.
        log: where faults of renewing go.
        on_lost: told when the leadership is lost.

    Raises:
        AnotherLeadsError: it is held, and renewed.
        TraiderError: it cannot be asked for.
    """
    until = time.monotonic() + lease.terms.ttl_s + MISTAKEN_S + 2 * _LOOK_S
    while (term := lease.take(floor)) is None:
        if time.monotonic() > until:
            raise AnotherLeadsError(
                "another trader leads here",
                fix="see traider status; stop it first, or start this one with --standby",
            )
        time.sleep(_LOOK_S)
    leadership = Leadership(lease, term, log, on_lost)
    leadership.start()
    return leadership
