"""What stands before a trader: commands that are about files are done here, the rest there."""

from pathlib import Path

from traider.domain.errors import UsageError
from traider.runtime.control.commands import (
    CancelOrder,
    ControlCommand,
    Kill,
    ManualOrder,
    Rearm,
    Reload,
)
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.kill_file import clear_kill
from traider.runtime.control.reloading import ConfigReload
from traider.runtime.status_body import StatusBody


class FrontDesk:
    """A ``TradingDesk`` that reads the configuration again and keeps the kill file in order.

    The server, SIGHUP and the watch over the kill file all come here.
    """

    def __init__(
        self, desk: TradingDesk, state: Path, reloading: ConfigReload | None = None
    ) -> None:
        self._desk = desk
        self._state = state
        self._reloading = reloading

    def status(self) -> StatusBody:
        """Return how the trader stands."""
        return self._desk.status()

    def command(self, command: ControlCommand) -> str:
        """Do what is asked; return one line that says what was done.

        Raises:
            UsageError: it cannot be done.
        """
        if isinstance(command, Reload):
            if self._reloading is None:
                raise UsageError("this trader has no configuration file", fix="start it with one")
            return self._reloading.carry_out(self._desk, command)
        done = self._desk.command(command)
        if isinstance(command, Kill | Rearm):
            # What was left in the folder is journaled now, or a person ended it.
            clear_kill(self._state)
        return done

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        """Do what is asked of an order; return how it stands then.

        Raises:
            UsageError: it cannot be done, or was refused.
        """
        return await self._desk.give(command)
