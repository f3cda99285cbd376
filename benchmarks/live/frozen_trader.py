"""An emergency stop while the trader is frozen: the gateway alone, from file to exchange."""

import asyncio
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.live.address import PRODUCT, REPOSITORY
from benchmarks.live.stamped_exchange import StampedTerms, Stamps, stamped_exchange
from benchmarks.run_apart import Apart, settings, wait_until
from traider.gateway.client import look
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import Kill, ManualOrder
from traider.runtime.control.kill_file import leave_kill
from traider.runtime.state_folder import RunPaths

_LOWEST: Final = 1_000
"""Far below the market: they rest."""
_SIZE: Final = Decimal("0.01")
_QUIET_S: Final = 1.5
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class FrozenStop:
    """When the file was left, and what the exchange noted."""

    started_ns: int
    stamps: Stamps


def frozen_stop(orders: int) -> FrozenStop:
    """Rest so many orders, freeze the trader, leave the kill file, and wait until all are gone."""
    config = REPOSITORY / "benchmarks" / "live" / "live.toml"
    with (
        tempfile.TemporaryDirectory() as folder,
        stamped_exchange(StampedTerms(has_limits=True)) as exchange,
    ):
        state = Path(folder) / "run"
        pair = Apart(
            state, "--exchange", exchange.address.rest, "--product", PRODUCT, "--gateway", "apart",
            "--config", str(config), *settings("run.warm_up=0"),
        )  # fmt: skip
        try:
            wait_until(pair.is_trading, "trading")
            _rest(state, orders)
            time.sleep(_QUIET_S)
            trader = pair.child("trader")
            os.kill(trader, signal.SIGSTOP)
            started_ns = time.monotonic_ns()
            leave_kill(state, Kill(who="benchmark", why="the trader is frozen"))
            wait_until(lambda: _open_orders(state) == 0, "the end of all orders", _PATIENCE_S)
            os.kill(trader, signal.SIGCONT)
        finally:
            pair.ended()
    return FrozenStop(started_ns, exchange.stamps())


def _rest(state: Path, orders: int) -> None:
    for number in range(orders):
        order = ManualOrder(
            who="benchmark",
            why="to be cancelled",
            instrument=f"COINBASE:{PRODUCT}",
            side="buy",
            size=_SIZE,
            price=Decimal(_LOWEST + number),
        )
        with ControlClient(state) as trader:
            trader.send(order)
    wait_until(lambda: _open_orders(state) == orders, "all orders open", _PATIENCE_S)


def _open_orders(state: Path) -> int:
    return asyncio.run(look(RunPaths(state).gateway_socket)).orders
