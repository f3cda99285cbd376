"""The port to a running trader: what control, status, supervision and a front door ask of it."""

from typing import Protocol

from traider.runtime.control.commands import CancelOrder, ControlCommand, ManualOrder
from traider.runtime.status_body import StatusBody


class TradingDesk(Protocol):
    """A trader, as whoever watches or controls it sees it. Called on the trader's own loop."""

    def status(self) -> StatusBody:
        """Return how it stands; never blocks."""

    def command(self, command: ControlCommand) -> str:
        """Do what is asked, journaled with who and why; return one line that says what was done.

        Raises:
            UsageError: it cannot be done; nothing was changed.
        """

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        """Do what is asked of an order, and wait a little; return how the order stands then.

        Raises:
            UsageError: it cannot be done, or was refused.
        """
