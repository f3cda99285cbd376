"""Orders to a simulated venue that lives in the trader's own loop.

What it answers comes out of that loop as events of the trader's journal, in simulated time; so a
paper run is the back-test of its inputs, byte for byte. The gateway sees these events through
``observe`` and reports none of them.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from traider.domain.approvals import ApprovedOrder, Verifier
from traider.domain.events import EventArray
from traider.gateway.executor import ExecutionOwner, VenueBalance, VenueFill, VenueOrder
from traider.gateway.port import GateAnswer


class SimulatedVenue(Protocol):
    """The machine that the trader runs."""

    def submit(self, order: EventArray, answer: GateAnswer) -> None:
        """Answer one intent with its verdict and, approved, send it to the simulated venue."""


class PaperExecutor:
    """An executor that hands orders on at once; nothing can be asked of it, as nothing is far."""

    def __init__(self, venue: SimulatedVenue, verifier: Verifier) -> None:
        self._venue = venue
        self._verifier = verifier

    def decide(self, intent: EventArray, answer: GateAnswer, seal: ApprovedOrder | None) -> None:
        """Hand on an intent with its answer; an approved order comes with its seal.

        Raises:
            NotApprovedError: an order is approved, and its seal does not fit.
        """
        if seal is not None:
            self._verifier.check(seal)
            intent = seal.intent
        self._venue.submit(intent, answer)

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        """Hand on orders of one decision.

        Raises:
            NotApprovedError: one of them has no seal that fits; none is sent.
        """
        for order in orders:
            self._verifier.check(order)
        for order in orders:
            self._venue.submit(order.intent, (0, 0.0, 0.0))

    def cancel(self, order_ids: Sequence[int]) -> None:
        """Do nothing: a cancel is an intent as well, and the simulated venue takes it as one."""

    async def cancel_found(self, venue_ids: Sequence[str]) -> None:
        """Do nothing: nobody else trades there."""

    async def find(self, order: ApprovedOrder, since_ns: int) -> VenueOrder | None:  # noqa: ARG002
        """Return nothing: what becomes of an order is in the trader's journal."""
        return None

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        """Return nothing: see ``find``."""
        return ()

    async def fills(self, since_ns: int) -> tuple[VenueFill, ...]:  # noqa: ARG002 - the port's
        """Return nothing: see ``find``."""
        return ()

    async def balances(self) -> tuple[VenueBalance, ...]:
        """Return nothing: the trader's own ledger is the account."""
        return ()

    async def run(self, owner: ExecutionOwner) -> None:
        """Be whole from the beginning, until cancelled."""
        owner.whole()
        await asyncio.Event().wait()
