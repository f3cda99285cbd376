"""A desk that keeps what it was asked, and the status it shows."""

from dataclasses import dataclass, field

from traider.domain.errors import UsageError
from traider.runtime.control.commands import CancelOrder, ControlCommand, ManualOrder
from traider.runtime.status_body import Mode, Phase, StatusBody


def some_status(state: str = "runs/one", epoch: int = 3) -> StatusBody:
    """Return the status of a trader that has done nothing."""
    return StatusBody(
        mode=Mode.PAPER,
        venue="coinbase",
        state=state,
        pid=1,
        epoch=epoch,
        is_leader=True,
        phase=Phase.TRADING,
        started_ns=1,
        now_ns=2,
        currency="USD",
        nav="10000",
        cash="10000",
        pnl="0",
        pnl_day="0",
        fees="0",
        drawdown="0",
    )


@dataclass
class KeepingDesk:
    """Take every command but those that it is told to refuse."""

    asked: list[ControlCommand] = field(default_factory=list)
    refuses: tuple[type, ...] = ()

    def status(self) -> StatusBody:
        return some_status()

    def command(self, command: ControlCommand) -> str:
        if isinstance(command, self.refuses):
            raise UsageError("not now", where="desk", fix="ask later")
        self.asked.append(command)
        return f"{type(command).__name__} done"

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        return self.command(command)
