"""The emergency stop that holds in the journal of a trader and that its gateway never heard of.

The kill file stays until the gateway has the stop, so that this comes only where no file could be
left or somebody removed it, or where the log of orders was put back from before.
"""

from typing import Final

from traider.gateway.port import RunningGateway, Stand
from traider.runtime.control.commands import Kill
from traider.runtime.trading.trader import Trader

_CLOSES: Final = 1
"""What the kernel notes of a stop that closes positions."""


def lost_stop(trader: Trader, gateway: RunningGateway) -> Kill | None:
    """Return the stop that the gateway is to be told again; None where both say the same.

    A gateway that was stopped says so, and nobody re-arms it but through the journal.
    """
    killed = int(trader.machine.gate.account[0]["killed"])
    if not killed or gateway.stand not in {Stand.OPEN, Stand.HALTED}:
        return None
    return Kill(
        who="journal",
        why="an emergency stop holds here that the gateway's log lacks",
        flatten=killed == _CLOSES,
    )
