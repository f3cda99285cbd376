"""An emergency stop is never lost between the trader's journal and the gateway's log of orders.

Laws:
1. While the gateway's log lacks the stop, its file lies in the folder, whatever ends meanwhile.
2. A gateway apart carries out what lies there, though the trader journaled it and is gone.
3. A stop that the trader told and that lies there as a file is one stop.
4. A start with a stop in its journal tells a gateway that lacks it, and no other one.
"""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.gateway.desk import Books, running
from tests.gateway.orders import intent, packed
from tests.gateway.test_process_gateway import Leader, Process, until
from tests.parity.small_run import small_run
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.runtime.leadership.test_led_gateway import leader
from tests.runtime.trading.test_trader import DIGEST, Desk, dice, whole
from tests.runtime.trading.test_trader_desk import desk_of
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.gateway.client import GatewayClient
from traider.gateway.emergency import EmergencyStop
from traider.gateway.frames import Kill as KillFrame
from traider.gateway.port import RunningGateway
from traider.runtime.control.commands import Kill
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import found_kill, leave_kill, watch_kill
from traider.runtime.control.stopping import kill_command
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseLostError
from traider.runtime.leadership.led_gateway import LedGateway
from traider.runtime.session.lost_stop import lost_stop

RESTING = packed(100)


@pytest.fixture
def trading(tmp_path: Path) -> Iterator[Desk]:
    """Return a trader that holds something."""
    spec, events = small_run("market")
    with Desk(tmp_path / "journal", spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[: len(events) // 2], dice("held"))
        yield desk


def front_of(desk: Desk, state: Path, gateway: RunningGateway, lead: Leadership) -> FrontDesk:
    """Return the front desk of the trader, over a gateway; what it journals later goes there."""
    desk.trader.connect(LedGateway(gateway, lead))
    return FrontDesk(desk_of(desk, state), state, is_held=partial(held, gateway, lead))


def held(gateway: RunningGateway, lead: Leadership) -> bool:
    return lead.is_held and gateway.holds_commands


def kills(events: EventArray) -> int:
    return int((events["kind"] == int(Kind.KILL)).sum())


def left_by(state: Path) -> Kill:
    command = kill_command("ana", "wrong prices", flatten=True)
    leave_kill(state, command)
    return command


def lost(state: Path) -> Leadership:
    """Return a leadership that is over: another process took the lease since."""
    ended = leader(state)
    leader(state)
    return ended


async def carried_out(state: Path, process: Process) -> None:
    """Do what lies in the folder until everything was stopped, as the gateway's process does."""
    gateway = process.desk.gateway
    emergency = EmergencyStop(gateway, MemoryLog())

    def kill(found: Kill) -> None:
        keeps = not found.flatten
        emergency.stop(KillFrame(found.who, found.why, keeps, found.asked_ns, found.id))

    watching = asyncio.create_task(watch_kill(state, kill, look_s=0.005))
    await until(lambda: gateway.is_killed)
    await process.desk.quiet()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


@pytest.mark.parametrize("is_led", [True, False])
def test_a_gateway_apart_does_what_a_trader_journaled_that_ended_at_once(
    tmp_path: Path, trading: Desk, *, is_led: bool
) -> None:
    command = left_by(tmp_path)
    # It never was connected, or not any more: what it tells is lost with it.
    client = GatewayClient(tmp_path / "g.sock", MemoryEvents(), MemoryLog())
    front = front_of(trading, tmp_path, client, leader(tmp_path) if is_led else lost(tmp_path))
    with nullcontext() if is_led else pytest.raises(LeaseLostError):
        front.command(command)
    front.settle()
    assert kills(whole(tmp_path / "journal")) == 1
    assert found_kill(tmp_path) == command

    async def scene() -> None:
        books = Books(tmp_path / "log")
        async with Process(books, tmp_path / "g.sock").running() as process:
            await process.desk.start()
            process.desk.want([intent(RESTING)])
            await process.desk.quiet()
            await carried_out(tmp_path, process)
            assert process.desk.gateway.lives.living() == ()

    asyncio.run(scene())
    assert found_kill(tmp_path) == command  # for the trader that starts again


def test_a_lease_that_is_lost_at_that_instant_leaves_the_file(
    tmp_path: Path, trading: Desk
) -> None:
    command = left_by(tmp_path)

    async def scene() -> None:
        async with running(Books(tmp_path / "log")) as desk:
            front = front_of(trading, tmp_path, desk.gateway, lost(tmp_path))
            with pytest.raises(LeaseLostError):
                front.command(command)
            front.settle()
            assert desk.gateway.is_killed

    asyncio.run(scene())
    assert found_kill(tmp_path) == command


def test_a_file_goes_when_the_gateway_in_the_same_process_has_the_stop(
    tmp_path: Path, trading: Desk
) -> None:
    command = left_by(tmp_path)

    async def scene() -> None:
        async with running(Books(tmp_path / "log")) as desk:
            front = FrontDesk(desk_of(trading, tmp_path), tmp_path)
            trading.trader.connect(desk.gateway)
            front.command(command)
            assert desk.gateway.is_killed
            assert found_kill(tmp_path) is None

    asyncio.run(scene())


def test_a_file_goes_when_the_gateway_apart_has_confirmed(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        path = tmp_path / "g.sock"
        trader = Leader(path)
        front = FrontDesk(
            desk_of(desk, tmp_path), tmp_path, is_held=lambda: trader.client.holds_commands
        )
        desk.trader.connect(trader.client)
        keeping = asyncio.create_task(front.keep())
        command = left_by(tmp_path)
        front.command(command)
        await asyncio.sleep(0.05)
        assert found_kill(tmp_path) == command
        async with Process(Books(tmp_path / "log"), path).running() as process:
            await trader.client.start(1, 0, empty_events(0))
            await until(lambda: found_kill(tmp_path) is None)
            assert process.desk.gateway.is_killed
        keeping.cancel()
        await trader.stop()

    spec, _ = small_run("market")
    with Desk(tmp_path / "journal", spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        asyncio.run(scene(desk))


def test_what_the_trader_told_and_what_lies_in_the_folder_is_one_stop(tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(Books(tmp_path / "log")) as desk:
            desk.want([intent(RESTING)])
            await desk.quiet()
            emergency = EmergencyStop(desk.gateway, MemoryLog())
            desk.gateway.observe(desk.gateway._command(Kind.KILL))
            emergency.heed()
            emergency.stop(KillFrame("ana", "wrong prices", id="one"))
            log = join_events(list(desk.log.events_after(0)))
            assert kills(log) == 1

    asyncio.run(scene())


@pytest.mark.parametrize("flatten", [True, False])
def test_a_start_tells_a_gateway_that_lacks_the_stop(
    tmp_path: Path, trading: Desk, *, flatten: bool
) -> None:
    async def scene() -> None:
        async with running(Books(tmp_path / "log")) as desk:
            gateway = desk.gateway
            assert lost_stop(trading.trader, gateway) is None
            desk_of(trading, tmp_path).command(Kill(who="ana", why="x", flatten=flatten))
            found = lost_stop(trading.trader, gateway)
            assert found is not None
            assert found.flatten is flatten
            trading.trader.connect(gateway)
            FrontDesk(desk_of(trading, tmp_path), tmp_path).command(found)
            assert gateway.log.stance.keeps_positions is not flatten
            assert lost_stop(trading.trader, gateway) is None
            assert found_kill(tmp_path) is None

    asyncio.run(scene())
