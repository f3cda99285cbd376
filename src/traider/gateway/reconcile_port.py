"""What reconciling asks of the gateway, beside what an executor tells it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from traider.domain.events import EventArray
from traider.gateway.account_books import AccountBooks, Booked
from traider.gateway.account_entries import AccountEntry
from traider.gateway.executor import ExecutionOwner
from traider.gateway.reconciling import OwnOrder


class Cause(StrEnum):
    """Why the books are compared."""

    START = "start"
    """Before the first decision: nothing is in flight."""
    RECONNECT = "reconnect"
    PERIODIC = "periodic"
    ASKED = "asked"


class ReconcileOwner(ExecutionOwner, Protocol):
    """The gateway, as reconciling sees it.

    A fill that was missed and an end that was not heard are told as the executor tells them:
    ``filled`` and ``ended``. Both may come twice, as ever.
    """

    @property
    def account(self) -> AccountBooks:
        """The account's books: ``filled`` enters each fill that is new, by ``keep``."""

    def own_orders(self) -> Sequence[OwnOrder]:
        """Return the orders that were sent and are not over, legs of a pair as one.

        Those whose sending has no answer yet are among them; what never left is not.
        """

    def keep(self, entry: AccountEntry) -> Booked:
        """Keep an entry in the order log, then apply it to ``account``; return what it changed."""

    def report(self, events: EventArray) -> None:
        """Log BALANCE, TRANSFER and RECONCILE_ADJUSTMENT events and hand them to the trader."""

    def halt(self, why: str) -> None:
        """Send nothing any more but cancels and what reduces, until a person re-arms."""

    def disagree(self, why: str) -> None:
        """Open nothing as long as the books do not agree; no reason says that they do again."""
