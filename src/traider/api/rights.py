"""What may be done at the front door, and which role may do it.

Least privilege: a viewer sees; a trader trades and stops; a risk officer stops, bounds and lets go
on, and does not trade; an admin does everything. Rights never depend on who somebody is, only on
the role, and a token has the part of its owner's that it was given.
"""

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What a route asks for. Each route names exactly one."""

    OWN = "own"
    """One's own account: session, password, second factor, tokens. Everybody who is known."""
    READ = "read"
    """See status, market, signals, orders, positions, results, risk and the log."""
    STOP = "stop"
    """Make less: pause, emergency stop, cancel an order."""
    TRADE = "trade"
    """Send an order by hand."""
    STRATEGY = "strategy"
    """Change weights and thresholds of the strategy."""
    RISK = "risk"
    """Change limits, close a breaker."""
    REARM = "rearm"
    """Trade again after a pause or an emergency stop."""
    MODE = "mode"
    """Change between paper and live."""
    APPROVE = "approve"
    """Be the second person of a dangerous request, for which its own right is needed too."""
    JOBS = "jobs"
    """Run back-tests and downloads; pause and cancel them."""
    AUDIT = "audit"
    """Search and verify the audit, export what authorities ask for."""
    SETTINGS = "settings"
    """Change settings of the house and its notifications."""
    PEOPLE = "people"
    """Add people, change roles, end their sessions and tokens."""


class Role(StrEnum):
    """What somebody is in the house."""

    VIEWER = "viewer"
    TRADER = "trader"
    RISK_OFFICER = "risk_officer"
    ADMIN = "admin"


_VIEWER: Final = frozenset({Right.OWN, Right.READ})
_WORKER: Final = _VIEWER | {Right.STOP, Right.JOBS, Right.APPROVE}

RIGHTS_OF: Final[dict[Role, frozenset[Right]]] = {
    Role.VIEWER: _VIEWER,
    Role.TRADER: _WORKER | {Right.TRADE, Right.STRATEGY},
    Role.RISK_OFFICER: _WORKER | {Right.RISK, Right.REARM, Right.MODE, Right.AUDIT},
    Role.ADMIN: frozenset(Right),
}
"""The whole table; whatever is not in it is refused."""


def may_give(giver: Role, role: Role) -> bool:
    """Whether somebody may make somebody else ``role``: nobody gives what they do not have."""
    return Right.PEOPLE in RIGHTS_OF[giver] and RIGHTS_OF[role] <= RIGHTS_OF[giver]


def scopes_of(text: str) -> frozenset[Right]:
    """Return the rights of a token's text; a name that is none any more gives nothing."""
    known = {right.value for right in Right}
    return frozenset(Right(name) for name in text.split() if name in known)
