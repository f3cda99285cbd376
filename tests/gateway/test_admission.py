"""What is refused, and why: a stop, a halt, an old epoch, too much at once; each is answered."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, Books, Desk, codes, played, running
from tests.gateway.orders import REFUSED, intent, packed
from traider.domain.errors import UsageError
from traider.domain.events import Kind, OrderFlag, empty_events
from traider.domain.orders import OrderType
from traider.domain.payloads import encode_event
from traider.gateway.executor import VenueState
from traider.gateway.order_words import PERSON_FACT, person_of
from traider.gateway.reports import EndCode
from traider.journal import JournalFailedError, JournalReader
from traider.journal.segment_files import Role
from traider.kernel.codes import Verdict

ONE = packed(100)
PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
V, S = Kind.VERDICT, Kind.SENT


def test_what_the_gate_refused_is_answered_and_never_sent(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)], [REFUSED])
        await desk.quiet()
        assert codes(desk, V) == [Verdict.MAX_SIZE]
        numbers = desk.books.reports.events[["number", "limit"]][0].tolist()
        assert numbers == (5.0, 1.0)

    assert played(tmp_path, scene).venue.orders == {}


def test_a_stop_cancels_all_refuses_all_and_outlives_the_process(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(packed(100, leg)) for leg in (0, 2, 4)])
        await desk.quiet()
        desk.want([intent(packed(150))])  # on its way when everything is stopped
        desk.gateway.kill("ana", "wrong prices")
        await desk.quiet()
        states = {order.state for order in desk.books.venue.orders.values()}
        assert states == {VenueState.CANCELLED}
        assert len(desk.log.lives) == 0
        desk.want([intent(packed(200))])
        assert codes(desk, V)[-1] == Verdict.KILLED

    books = played(tmp_path, scene)

    async def again() -> None:
        async with running(books) as desk:
            assert desk.gateway.is_killed
            desk.want([intent(packed(300, epoch=2))])
            assert codes(desk, V)[-1] == Verdict.KILLED
            desk.gateway.rearm("ana", "prices are right")
            desk.want([intent(packed(400, epoch=2))])
            assert codes(desk, V)[-1] == Verdict.APPROVED

    asyncio.run(again())
    people = [person_of(fact.body) for fact in JournalReader(tmp_path).facts(PERSON_FACT)]
    assert [(each.what, each.who) for each in people] == [("kill", "ana"), ("rearm", "ana")]


@pytest.mark.parametrize("keeps", [0, 1])
def test_after_a_stop_only_what_reduces_a_position_passes(tmp_path: Path, keeps: int) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        fill = desk.books.venue.trade(desk.books.venue.named("v-0"), 7)
        assert fill is not None
        desk.connection.tell_fill(fill)
        await desk.quiet()
        # The trader journals the stop, and the gateway sees it there.
        desk.gateway.observe(encode_event({"kind": "KILL", "keep_positions": keeps}))
        await desk.quiet()
        for sequence, lots, side in ((200, 8, -1), (300, 7, 1), (400, 7, -1), (500, 1, -1)):
            desk.want([intent(packed(sequence), side=side, size=lots)])
        killed = Verdict.KILLED
        assert codes(desk, V)[1:] == [killed, killed, Verdict.APPROVED, killed]

    played(tmp_path, scene)


def test_a_stop_that_keeps_positions_keeps_the_orders_that_guard_them(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE, size=5)])
        await desk.quiet()
        fill = desk.books.venue.trade(desk.books.venue.named("v-0"), 5)
        assert fill is not None
        desk.connection.tell_fill(fill)
        await desk.quiet()
        stop = intent(packed(200), side=-1, size=5)
        stop["flags"], stop["trigger"], stop["price"] = int(OrderType.STOP), 4_000_000, 0
        desk.want([stop, intent(packed(300))])
        await desk.quiet()
        desk.gateway.kill("ana", "wrong prices", keep_positions=True)
        await desk.quiet()
        assert [life.order_id for life in desk.log.lives.living()] == [packed(200)]
        desk.gateway.kill("ana", "and nothing is to be held")
        await desk.quiet()
        assert desk.log.lives.living() == ()

    played(tmp_path, scene)


def test_a_halt_lets_only_what_reduces_pass_until_re_armed(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.gateway.halt("balances differ")
        desk.gateway.halt("they still do")
        desk.want([intent(ONE)])
        desk.gateway.rearm("ana", "explained")
        desk.want([intent(packed(200))])
        assert codes(desk, V) == [Verdict.PAUSED, Verdict.APPROVED]

    played(tmp_path, scene)


def test_books_that_never_agree_let_only_what_reduces_pass_until_they_do(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.gateway.disagree("an order has 2 filled, at the venue 1")
        assert desk.gateway.is_ready
        assert "2 filled" in desk.gateway.disagreement
        desk.want([intent(ONE)])
        desk.gateway.disagree("")
        desk.want([intent(packed(200), size=10)])
        await desk.quiet()
        fill = desk.books.venue.trade(desk.books.venue.named("v-0"), 10)
        assert fill is not None
        desk.connection.tell_fill(fill)
        await desk.quiet()
        desk.gateway.disagree("and again")
        # What one leg of a pair fills the other loses: both pairs together close what is held.
        for sequence in (300, 400):
            legs = [packed(sequence, leg) for leg in (128, 129)]
            desk.want([intent(leg, flags=PAIR, side=-1, size=5) for leg in legs])
            await desk.quiet()
        desk.want([intent(packed(500), side=-1, size=1)])
        assert codes(desk, V) == [Verdict.PAUSED, *[Verdict.APPROVED] * 5, Verdict.PAUSED]

    played(tmp_path, scene)


def test_orders_before_the_venue_is_heard_are_refused(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.gateway.broken("the stream ended")
        desk.want([intent(ONE)])
        desk.gateway.whole()
        await desk.quiet()
        await asyncio.sleep(0.01)
        assert desk.gateway.is_ready
        desk.want([intent(packed(200))])
        assert codes(desk, V) == [Verdict.NOT_READY, Verdict.APPROVED]

    played(tmp_path, scene)


def test_old_epochs_used_ids_and_too_many_orders_are_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path, epoch=4)
        terms = replace(QUICK, living_max=2, orders_at_once=3, orders_per_s=1e-6)
        async with running(books, terms) as desk:
            desk.want([intent(packed(100, epoch=4))])
            desk.want([intent(packed(100, epoch=5))])
            desk.want([intent(packed(100, epoch=5))])
            desk.want([intent(packed(200, epoch=5))])
            desk.want([intent(packed(300, epoch=5))])
            await desk.quiet()
            for placed in books.venue.orders.values():
                books.venue.end(placed, VenueState.EXPIRED, "TIME")
                desk.connection.tell_end(placed)
            await desk.quiet()
            desk.want([intent(packed(400, epoch=5))])
            desk.want([intent(packed(500, epoch=5))])
            assert codes(desk, V) == [
                Verdict.OLD_EPOCH,
                Verdict.APPROVED,
                Verdict.APPROVED,
                Verdict.OPEN_ORDERS,
                Verdict.APPROVED,
                Verdict.ORDER_RATE,
            ]
            assert codes(desk, Kind.EXPIRED) == [EndCode.BY_VENUE] * 2
            with pytest.raises(UsageError, match="epoch 3 is over"):
                await desk.gateway.start(3, 0, empty_events(0))

    asyncio.run(scene())


def test_an_order_that_is_wanted_twice_is_sent_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        desk.want([intent(ONE)])
        await desk.quiet()
        assert desk.kinds() == [V, S, Kind.ACK]

    assert played(tmp_path, scene).venue.doubles == []


def test_a_stop_reaches_the_venue_though_the_log_cannot_be_kept(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        os.close(desk.log._journal._files[Role.FACTS]._descriptor)
        desk.log._journal._files[Role.FACTS]._descriptor = -1
        with pytest.raises(JournalFailedError):
            desk.gateway.kill("ana", "the disk is full")
        assert desk.books.venue.named("v-0").state is VenueState.CANCELLED
        with pytest.raises(JournalFailedError):
            desk.want([intent(packed(200))])

    assert len(played(tmp_path, scene).venue.orders) == 1
