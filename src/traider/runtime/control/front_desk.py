"""What stands before a trader: commands that are about files are done here, the rest there."""

import time
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
from traider.runtime.control.kill_file import KILL_NAME, clear_kill, note_rearmed
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
        self._killed_ns = 0
        """When the last emergency stop was carried out, by the machine's own clock."""

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
        if isinstance(command, Rearm):
            self._check_rearm(command)
        asked_ns = time.monotonic_ns()
        done = self._desk.command(command)
        if isinstance(command, Rearm):
            return f"{done}{self._noted(command.asked_ns or asked_ns)}"
        if isinstance(command, Kill):
            self._killed_ns = time.monotonic_ns()
            # What was left in the folder is journaled now.
            clear_kill(self._state)
        return done

    def _noted(self, asked_ns: int) -> str:
        """Leave word of a re-arming; return what is to be added to its answer, where none can."""
        try:
            note_rearmed(self._state, asked_ns)
        except OSError as fault:
            why = fault.strerror or type(fault).__name__
            return f"; a gateway that is frozen may repeat a stop from before: {why}"
        return ""

    def _check_rearm(self, command: Rearm) -> None:
        """Refuse to lift an emergency stop that came after the re-arming was asked for.

        Raises:
            UsageError: there is one.
        """
        waits = (self._state / KILL_NAME).exists()
        if waits or 0 < command.asked_ns < self._killed_ns:
            raise UsageError(
                "an emergency stop came after this was asked, and holds",
                where=str(self._state),
                fix="look at traider status, then re-arm again",
            )

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        """Do what is asked of an order; return how it stands then.

        Raises:
            UsageError: it cannot be done, or was refused.
        """
        return await self._desk.give(command)
