"""One emergency stop of a run in parts: orders rest, everything is stopped, all is looked at.

What is open afterwards says the exchange, which is asked with a key of the account.
"""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final

from benchmarks.live.address import PRODUCT, REPOSITORY, Address
from benchmarks.live.run_in_parts import GATEWAY, RunInParts
from benchmarks.live.taking_down import Down, Revive
from benchmarks.run_apart import plain_environment, traider_command, wait_until
from traider.domain.errors import TraiderError, UsageError
from traider.gateway.client import look
from traider.ops.clock import SystemClock
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import ManualOrder, Rearm
from traider.runtime.state_folder import RunPaths
from traider.runtime.status_body import Phase
from traider.venues.coinbase.account_reads import AccountReads, OrderFilter
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey

_LOWEST: Final = 1_000
"""Far below the market: they rest."""
_SIZE: Final = Decimal("0.01")
_HELD: Final = Decimal("0.05")
_QUIET_S: Final = 1.5
"""So that the limits of requests are whole again when everything is stopped."""
_PATIENCE_S: Final = 180.0
_LOOK_S: Final = 0.0005
_AGAIN_S: Final = 0.5
_SETTLES_S: Final = 10.0
"""How long what was placed may take to be there."""
_BASE: Final = PRODUCT.partition("-")[0]


class Way(StrEnum):
    """How everything is stopped."""

    COMMAND = "traider kill --state"
    FILE = "touch DIR/kill"
    SIGNAL = "SIGUSR1"
    ADDRESS = "traider kill --url"


@dataclass(frozen=True)
class Scene:
    """What is down, and how everything is stopped then."""

    down: Down
    way: Way
    part: str = GATEWAY
    """Who gets the signal, or is asked at its address."""

    @property
    def name(self) -> str:
        """The way, and of whom."""
        has_part = self.way in (Way.SIGNAL, Way.ADDRESS)
        return f"{self.way}, {self.part}" if has_part else str(self.way)


@dataclass(frozen=True)
class Stopped:
    """When things happened, by the clock that all processes share, ns."""

    scene: Scene
    started_ns: int
    found_ns: int
    """When the stop lay in the state folder."""
    open_ns: int
    """When nothing was open any more, as the gateway says."""


class Stopping:
    """Stops one run, again and again; what its account holds when this is made is not its own."""

    def __init__(self, run: RunInParts, address: Address) -> None:
        self._run, self._address = run, address
        self._socket = RunPaths(run.state).gateway_socket
        self._opening = asyncio.run(_open_there(address))[1]

    def rest(self, orders: int) -> None:
        """Buy something, and rest so many orders below the market."""
        end = time.monotonic() + _PATIENCE_S
        while not self._is_open(orders):
            if time.monotonic() > end:
                raise AssertionError(f"never came: {orders} orders, a position")
            self._add_missing(orders)
            with suppress(AssertionError):
                wait_until(lambda: self._is_open(orders), "all of them", _SETTLES_S)
        time.sleep(_QUIET_S)

    def stop(self, scene: Scene, revive: Revive) -> Stopped:
        """Stop everything, and wait until nothing is open.

        Args:
            scene: what is down, and the way.
            revive: brings back what nothing can be done without, once the stop is told.

        Raises:
            AssertionError: something stays open.
        """
        seen = _Seen(self._run.state / "kill")
        started_ns = time.monotonic_ns()
        told = self._tell(scene)
        found_ns = seen.wait()
        revive()
        wait_until(lambda: self._is_open(0), f"the end of all orders: {scene}", _PATIENCE_S)
        open_ns = time.monotonic_ns()
        if told is not None:
            told.wait(_PATIENCE_S)
        self.check_nothing_is_open()
        return Stopped(scene, started_ns, found_ns, open_ns)

    def check_nothing_is_open(self) -> None:
        """Ask the exchange.

        Raises:
            AssertionError: an order is open there, or something is held.
        """
        orders, held = asyncio.run(_open_there(self._address))
        if orders or held != self._opening:
            bought = held - self._opening
            raise AssertionError(f"at the exchange: {orders} orders, {bought} {_BASE} held")

    def go_on(self) -> None:
        """See that orders are refused once the trader is there, then re-arm as a person does.

        Raises:
            AssertionError: an order was taken.
        """
        run = self._run
        stopped = (Phase.KILLED, Phase.GATEWAY_KILLED)
        run.until(lambda: run.is_in(*stopped), "a trader that is stopped")
        run.until(lambda: not (run.state / "kill").exists(), "a trader that took the stop")
        try:
            self._order(_SIZE, Decimal(_LOWEST))
        except UsageError:
            pass
        else:
            raise AssertionError("an order was taken after the stop")
        with ControlClient(run.state) as trader:
            trader.send(Rearm(who="a person", why="looked at it"))
        run.until_trading()

    def _add_missing(self, orders: int) -> None:
        """Place what is not there: what the exchange or the gate did not take is placed again."""
        found = asyncio.run(look(self._socket))
        if not found.held:
            self._placed(_HELD, None)
        for number in range(found.orders, orders):
            self._placed(_SIZE, Decimal(_LOWEST + number))

    def _placed(self, size: Decimal, price: Decimal | None) -> None:
        """Place an order, as soon as a trader that began anew takes one."""
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._order(size, price)
            except UsageError:
                if time.monotonic() > end:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return

    def _order(self, size: Decimal, price: Decimal | None) -> None:
        order = ManualOrder(
            who="a person",
            why="to be stopped",
            instrument=f"COINBASE:{PRODUCT}",
            side="buy",
            size=size,
            price=price,
        )
        with ControlClient(self._run.state) as trader:
            trader.send(order)

    def _is_open(self, orders: int) -> bool:
        """Whether so many orders are open, and something held exactly where there are some."""
        try:
            found = asyncio.run(look(self._socket))
        except TraiderError:
            return False
        return found.orders == orders and bool(found.held) is bool(orders)

    def _tell(self, scene: Scene) -> "subprocess.Popen[bytes] | None":
        """Stop everything; return the command's process where one was started."""
        state, where = self._run.state, []
        match scene.way:
            case Way.FILE:
                (state / "kill").touch()
                return None
            case Way.SIGNAL:
                os.kill(self._run.pid(scene.part), signal.SIGUSR1)
                return None
            case Way.COMMAND:
                where = ["--state", str(state)]
            case Way.ADDRESS:
                port = self._run.terms.ports[scene.part]
                where = ["--url", f"http://127.0.0.1:{port}"]
        return subprocess.Popen(
            traider_command("kill", *where, "--who", "a person", "--why", scene.down, "--json"),
            cwd=REPOSITORY,
            env={**plain_environment(), **self._run.terms.environment},
            stdout=subprocess.DEVNULL,
        )


class _Seen:
    """Waits from its making on until a file is there, and says when that was."""

    def __init__(self, path: Path) -> None:
        self._path, self._at_ns = path, 0
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def wait(self) -> int:
        """Return when it was there.

        Raises:
            AssertionError: it never was.
        """
        self._looking.join(_PATIENCE_S)
        if not self._at_ns:
            raise AssertionError(f"never came: {self._path}")
        return self._at_ns

    def _look(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            if self._path.exists():
                self._at_ns = time.monotonic_ns()
                return
            time.sleep(_LOOK_S)


async def _open_there(address: Address) -> tuple[int, Decimal]:
    """Return how many orders are open at the exchange, and how much is held there."""
    key = ApiKey.read(address.key_name, address.private_key)
    session = RestSession(SystemClock(), key, RestTerms(base_url=address.rest))
    reads = AccountReads(session)
    try:
        orders = await reads.orders(OrderFilter(statuses=("OPEN",)))
        held = [each for each in await reads.accounts() if each.currency == _BASE]
    finally:
        await session.close()
    return len(orders), sum((each.available for each in held), Decimal(0))


def free_port() -> int:
    """Return a port of the loopback that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
