"""What stands before a trader: commands that are about files are done here, the rest there.

An emergency stop is taken in three steps: it lies in the folder, it is journaled, and the gateway
has it in its own log of orders. Only then its file is removed: whatever ends in between leaves the
file, and a gateway apart, the next session or the next start carries it out from there. A person
who re-arms a trader that took the stop ends it, though the gateway be frozen.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from msgspec.structs import replace

from traider.domain.errors import UsageError
from traider.runtime.control.commands import (
    CancelOrder,
    ControlCommand,
    Kill,
    ManualOrder,
    Rearm,
    Reload,
    Stop,
)
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.kill_file import (
    clear_kill,
    found_kill,
    leave_kill,
    note_rearmed,
)
from traider.runtime.control.reloading import ConfigReload
from traider.runtime.status_body import StatusBody

_LOOK_S: Final = 0.01


class FrontDesk:
    """A ``TradingDesk`` that reads the configuration again and keeps the kill file in order.

    The server, SIGHUP and the watch over the kill file all come here.

    Args:
        desk: of the trader.
        state: its folder.
        reloading: reads the configuration again.
        is_held: whether the gateway's log holds every command that was journaled, and this trader
            leads.
    """

    def __init__(
        self,
        desk: TradingDesk,
        state: Path,
        reloading: ConfigReload | None = None,
        is_held: Callable[[], bool] = lambda: True,
    ) -> None:
        self._desk = desk
        self._state = state
        self._reloading = reloading
        self._is_held = is_held
        self._is_ended = False
        self._killed_ns = 0
        """When the last emergency stop was taken, by the machine's own clock."""
        self._taken: dict[str, str] = {}
        """What was answered to each stop that has an id."""
        self._waiting: set[str] = set()
        """Stops that the gateway has not confirmed, as their files name them."""

    def status(self) -> StatusBody:
        """Return how the trader stands."""
        return self._desk.status()

    def command(self, command: ControlCommand) -> str:
        """Do what is asked; return one line that says what was done.

        Raises:
            UsageError: it cannot be done.
        """
        if isinstance(command, Kill):
            return self._stop(command)
        if not isinstance(command, Stop):
            self._check_goes_on()
        if isinstance(command, Reload):
            if self._reloading is None:
                raise UsageError("this trader has no configuration file", fix="start it with one")
            return self._reloading.carry_out(self._desk, command)
        if isinstance(command, Rearm):
            self._check_rearm(command)
        asked_ns = time.monotonic_ns()
        done = self._desk.command(command)
        if isinstance(command, Rearm):
            self._remove_file()
            return f"{done}{self._noted(command.asked_ns or asked_ns)}"
        return done

    async def __aenter__(self) -> Self:
        """Take what comes, until it is left."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take nothing more: nobody here would carry it out."""
        self.end()

    def end(self) -> None:
        """Take nothing more: the trader lets go of its gateway. What lies in the folder stays."""
        self._is_ended = True

    def settle(self) -> None:
        """Remove the file of the last stop if the gateway has that stop by now."""
        if self._waiting and self._is_held():
            self._remove_file()

    async def keep(self) -> None:
        """Remove files of stops as soon as the gateway has them, until cancelled."""
        while True:
            self.settle()
            await asyncio.sleep(_LOOK_S)

    # --------------------------------------------------------------------------------- its own

    def _stop(self, kill: Kill) -> str:
        """Take an emergency stop; one that comes over the socket and as a file is one.

        Raises:
            UsageError: the trader lets go of its gateway: the stop waits in the folder.
        """
        if kill.id in self._taken:
            self.settle()
            return self._taken[kill.id]
        waiting = self._left(kill)
        self._check_goes_on()
        line = self._desk.command(kill)
        self._killed_ns = time.monotonic_ns()
        self._waiting.add(waiting)
        if waiting:
            self._taken[waiting] = line
        self.settle()
        return line

    def _remove_file(self) -> None:
        """Remove the file of a stop that was taken; not one that came meanwhile."""
        left = found_kill(self._state)
        if left is not None and left.id in self._waiting:
            try:
                clear_kill(self._state)
            except OSError:  # it is tried again
                return
        self._waiting.clear()

    def _left(self, kill: Kill) -> str:
        """See that a file is there, since the trader may end in between; return the id of the stop.

        A file without an id, which ``touch`` makes, gets one: the next one is another stop.
        """
        named = kill if kill.id else replace(kill, id=uuid.uuid4().hex)
        found = found_kill(self._state)
        if found is not None and (found.id or kill.id):
            return named.id
        try:
            leave_kill(self._state, named)
        except UsageError:  # a full disk keeps nobody from stopping
            return kill.id
        return named.id

    def _check_goes_on(self) -> None:
        """Refuse what comes too late to be carried out.

        Raises:
            UsageError: it does.
        """
        if self._is_ended:
            raise UsageError(
                "the trader is ending and carries out nothing more",
                where=str(self._state),
                fix="give it again when it has started; a stop that waits in the folder is done",
            )

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
        left = found_kill(self._state)
        waits = left is not None and left.id not in self._waiting
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
        self._check_goes_on()
        return await self._desk.give(command)
