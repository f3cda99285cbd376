"""The emergency stop of a gateway: it cancels, and closes what nobody else closes.

1. Without a trader what is held is closed at once, by one order that reaches no more than that.
2. A trader that answers closes by itself; one that is frozen is not waited for long.
3. What the venue refuses is tried again later; what is too small to be sold is left.
4. Ids of the gateway's own orders meet nobody else's, and the log finds new orders as quickly.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.desk import Books, Desk, running
from tests.gateway.fake_venue import Luck
from tests.gateway.orders import intent, packed
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from traider.domain.events import Kind
from traider.domain.orders import LEG_BITS, SEQUENCE_BITS, OrderId
from traider.gateway.emergency import EmergencyStop, EmergencyTerms
from traider.gateway.frames import Kill
from traider.gateway.own_orders import is_own_order, own_order_id
from traider.kernel.codes import Verdict

QUICK = EmergencyTerms(frozen_s=0.2, alive_s=0.4, ending_s=0.2, again_s=0.05, told_s=0.3)
ENTRY, RESTING = packed(100), packed(200)


class Stage:
    """A desk with a position of 7 lots, an order that rests, and the stop beside it."""

    def __init__(self, desk: Desk, heard_s: Callable[[], float | None]) -> None:
        self.desk, self.alerts = desk, MemoryAlerts()
        self.emergency = EmergencyStop(desk.gateway, MemoryLog(), self.alerts, heard_s, QUICK)

    @property
    def venue(self) -> object:
        return self.desk.books.venue

    async def hold(self) -> None:
        self.desk.want([intent(ENTRY, size=7)])
        self.desk.want([intent(RESTING, size=3)])
        await self.desk.quiet()
        placed = self.desk.books.venue.orders[f"d41a52c0-{ENTRY:016x}"]
        fill = self.desk.books.venue.trade(placed, 7)
        assert fill is not None
        self.desk.connection.tell_fill(fill)
        await self.desk.quiet()
        assert self.desk.gateway.lives.position_lots == {0: 7}

    async def lasts(self, seconds: float) -> None:
        """Let the stop run, and the venue trade what comes to it at once."""
        task = asyncio.create_task(self.emergency.run())
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for placed in self.desk.books.venue.orders.values():
                if is_own_order(placed.order_ids[0]):
                    fill = self.desk.books.venue.trade(placed, 100)
                    if fill is not None:
                        self.desk.connection.tell_fill(fill)
            self.desk.connection.deliver()
            await asyncio.sleep(0.005)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def own(self) -> list[tuple[int, int]]:
        """Return side and size of the gateway's own orders at the venue."""
        orders = self.desk.books.venue.orders.values()
        return [(each.side, each.lots) for each in orders if is_own_order(each.order_ids[0])]


def play(
    folder: Path,
    scene: Callable[[Stage], object],
    heard_s: Callable[[], float | None] = lambda: None,
    luck: Callable[[int], Luck] | None = None,
) -> Books:
    books = Books(folder)

    async def whole() -> None:
        async with running(books, luck=luck) as desk:
            stage = Stage(desk, heard_s)
            await stage.hold()
            result = scene(stage)
            assert asyncio.iscoroutine(result)
            await result

    asyncio.run(whole())
    return books


def test_without_a_trader_all_is_cancelled_and_closed_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.emergency.stop(Kill("ana", "wrong prices"))
        stage.emergency.stop(Kill("ana", "wrong prices"))  # over the socket and as a file
        await stage.lasts(0.3)
        assert stage.own() == [(-1, 7)]
        found = stage.emergency.exposure()
        assert (found.orders, found.held, found.cancelled) == (0, (), 1)
        assert found.closed == (str(stage.desk.gateway.instruments[0].name),)
        assert stage.desk.gateway.lives.position_lots == {0: 0}
        assert [alert.key for alert in stage.alerts.sent] == ["emergency:stop"]

    books = play(tmp_path, scene)
    assert books.venue.position == 0
    assert books.venue.doubles == []
    # The trader is told of it as of every order; only the intent is not its own.
    kinds = books.reports.events["kind"].tolist()
    assert kinds.count(Kind.FILL) == 2
    assert kinds.count(Kind.SENT) == 3

    # A gateway that starts again is still stopped, and has nothing left to close.
    async def again() -> None:
        async with running(books) as desk:
            stage = Stage(desk, lambda: None)
            assert desk.gateway.is_killed
            await stage.lasts(0.15)
            assert len(stage.own()) == 1
            desk.want([intent(packed(900, epoch=2), size=1)])
            await desk.quiet()

    asyncio.run(again())
    assert books.reports.events["code"][-1] == Verdict.KILLED


def test_positions_that_are_kept_are_not_closed(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.emergency.stop(Kill("ana", "wrong prices", keep_positions=True))
        await stage.lasts(0.3)
        assert stage.own() == []
        assert stage.emergency.exposure().orders == 0
        assert stage.desk.gateway.lives.position_lots == {0: 7}

    play(tmp_path, scene)


@pytest.mark.parametrize(("answers", "closes_s"), [(False, 0.2), (True, 0.4)])
def test_a_trader_is_waited_for_as_long_as_it_says_something(
    tmp_path: Path, *, answers: bool, closes_s: float
) -> None:
    heard = [0.0]

    async def scene(stage: Stage) -> None:
        stage.emergency.stop(Kill("ana", "wrong prices"))
        if answers:
            heard[0] = time.monotonic() + 0.001
        begun_s = time.monotonic()
        await stage.lasts(closes_s - 0.1)
        assert stage.own() == []
        await stage.lasts(0.6)
        assert stage.own() == [(-1, 7)]
        assert time.monotonic() - begun_s > closes_s

    play(tmp_path, scene, lambda: heard[0])


def test_what_the_venue_refuses_is_tried_again(tmp_path: Path) -> None:
    refused: list[int] = []

    def luck(order_id: int) -> Luck:
        if not is_own_order(order_id) or len(refused) == 2:
            return Luck.GOOD
        refused.append(order_id)
        return Luck.REFUSED

    async def scene(stage: Stage) -> None:
        stage.emergency.stop(Kill("ana", "wrong prices"))
        await stage.lasts(0.8)
        assert stage.own() == [(-1, 7)]
        assert len(set(refused)) == 2

    assert play(tmp_path, scene, luck=luck).venue.position == 0


def test_a_person_hears_of_what_stays_open(tmp_path: Path) -> None:
    def luck(order_id: int) -> Luck:
        return Luck.REFUSED if is_own_order(order_id) else Luck.GOOD

    async def scene(stage: Stage) -> None:
        stage.emergency.stop(Kill("ana", "wrong prices"))
        await stage.lasts(0.6)
        assert [alert.key for alert in stage.alerts.sent] == ["emergency:stop", "emergency:open"]
        assert "positions in" in stage.alerts.sent[1].detail
        stage.desk.gateway.rearm("ana", "sold by hand")
        await stage.lasts(0.1)
        assert stage.emergency.exposure().cancelled == 0

    play(tmp_path, scene, luck=luck)


def test_own_orders_do_not_make_the_log_look_for_new_ones(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        order_id = stage.desk.gateway.close_lots(0, 7)
        log = stage.desk.log
        assert log._newest_id == RESTING
        life = log.find(order_id)
        assert life is not None
        assert life.side == -1
        await asyncio.sleep(0)

    play(tmp_path, scene)


@given(
    st.integers(0, 2**11 - 1),
    st.integers(0, 2**40),
    st.integers(0, 2 ** (SEQUENCE_BITS - 1) - 1),
    st.integers(0, 2**LEG_BITS - 1),
)
def test_own_ids_meet_no_other(epoch: int, place: int, sequence: int, leg: int) -> None:
    own = own_order_id(epoch, place)
    assert is_own_order(own)
    assert OrderId.unpack(own).epoch == epoch
    assert not is_own_order(OrderId(epoch, sequence, leg).pack())
    assert own_order_id(epoch, place + 1) > own > 0
