"""The desk of a trader between two sessions: it tells how it stands, and takes a stop."""

import os
from collections.abc import Callable

from msgspec.structs import replace

from traider.domain.errors import UsageError
from traider.runtime.control.commands import CancelOrder, ControlCommand, ManualOrder, Stop
from traider.runtime.observability import RoleObservation
from traider.runtime.status_body import Phase, RestartBody, StatusBody


class DeskBetween:
    """A ``TradingDesk`` while nothing trades.

    Args:
        body: the last status of the session that ended.
        seen: how the parts are now.
        restarts: asked for the parts that were begun again.
        stop: told of a stop.
    """

    def __init__(
        self,
        body: StatusBody,
        seen: RoleObservation,
        restarts: Callable[[], tuple[RestartBody, ...]],
        stop: Callable[[str], None],
    ) -> None:
        self._body, self._seen, self._restarts, self._stop = body, seen, restarts, stop

    def status(self) -> StatusBody:
        """Return the last status, with what holds now."""
        return replace(
            self._body,
            pid=os.getpid(),
            is_leader=False,
            phase=Phase.STARTING,
            health=self._seen.health_bodies(),
            alerts=self._seen.alert_bodies(),
            restarts=self._restarts(),
        )

    def command(self, command: ControlCommand) -> str:
        """Take a stop.

        Raises:
            UsageError: it is anything else. An emergency stop waits in its file for the session.
        """
        if isinstance(command, Stop):
            self._stop(command.why)
            return "stopping; nothing trades just now"
        raise UsageError(
            "nothing trades just now: a session ended by a fault and the next one begins soon",
            fix="give it again when traider status says trading",
        )

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        """Take no order: see ``command``."""
        return self.command(command)
