"""Orders in doubt are asked for before anything else; what the venue says is taken as it is."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, Books, Desk, codes, played, running
from tests.gateway.fake_venue import LOT, Luck
from tests.gateway.orders import cancel, intent, packed
from traider.domain.errors import VenueError
from traider.domain.events import Kind, OrderFlag
from traider.domain.order_states import Cancelled, Filled
from traider.gateway.executor import VenueOrder, VenueState
from traider.gateway.reconcile_port import Cause
from traider.gateway.reports import EndCode
from traider.kernel.codes import Reject

ONE = packed(100)
V, S = Kind.VERDICT, Kind.SENT


@pytest.mark.parametrize("luck", [Luck.UNANSWERED, Luck.LATE])
def test_an_order_without_an_answer_is_asked_for_and_found(tmp_path: Path, luck: Luck) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        assert desk.kinds() == [V, S, Kind.UNKNOWN, Kind.ACK]
        assert set(desk.connection.asked) == {f"d41a52c0-{ONE:016x}"}

    assert played(tmp_path, scene, luck).venue.doubles == []


def test_an_order_that_never_arrived_ends_as_rejected_and_is_not_sent_again(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        assert desk.kinds() == [V, S, Kind.UNKNOWN, Kind.REJECTED]
        assert codes(desk, Kind.REJECTED) == [EndCode.NEVER_ARRIVED]
        assert len(desk.connection.asked) >= QUICK.absences_min

    assert played(tmp_path, scene, Luck.LOST).venue.orders == {}


def test_a_venue_that_cannot_be_asked_leaves_the_order_in_doubt(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        desk.books.venue.is_reachable = False
        await asyncio.sleep(0)
        desk.connection.deliver()
        await asyncio.sleep(0.05)
        assert desk.kinds() == [V, S, Kind.UNKNOWN]
        desk.books.venue.is_reachable = True
        await desk.quiet()
        assert desk.kinds()[-1] == Kind.REJECTED

    played(tmp_path, scene, Luck.LOST)


def test_an_order_of_which_nothing_is_heard_counts_as_unknown(tmp_path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path)
        terms = replace(QUICK, answer_s=1e-9)
        async with running(books, terms, lambda _: Luck.SILENT) as desk:
            desk.want([intent(ONE)])
            await asyncio.sleep(0.4)
            await desk.quiet()
            assert desk.kinds() == [V, S, Kind.UNKNOWN, Kind.ACK]

    asyncio.run(scene())


def test_an_order_that_was_given_up_and_lives_is_taken_back(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        assert desk.kinds()[-1] == Kind.REJECTED
        late = next(iter(desk.log.lives.ended()))
        desk.books.venue.place([desk.gateway.approved(late)])
        desk.gateway.accepted(ONE, "v-0")
        assert desk.books.venue.named("v-0").state is VenueState.CANCELLED

    played(tmp_path, scene, Luck.LOST)


def placed_by(desk: Desk, **words: object) -> VenueOrder:
    """Return the first order as the venue might tell it, but for ``words``."""
    return replace(desk.books.venue.named("v-0").told, **words)  # type: ignore[arg-type]


def test_what_the_venue_says_of_an_order_in_doubt_is_taken_as_it_is(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        gateway, venue = desk.gateway, desk.books.venue
        desk.want([intent(packed(sequence)) for sequence in (100, 200, 300)])
        desk.connection.inbox.clear()
        rejected = placed_by(desk, state=VenueState.REJECTED, reason="INSUFFICIENT_FUND")
        assert gateway.settle(packed(100), rejected, ())
        assert codes(desk, Kind.REJECTED) == [Reject.INSUFFICIENT_FUNDS]
        # The venue counts more than its list of fills shows: it is asked again.
        behind = placed_by(desk, venue_id="v-1", filled_size=LOT)
        assert not gateway.settle(packed(200), behind, ())
        # Rejected after a part of it traded: the rest is over, what traded stays.
        fill = venue.trade(venue.named("v-1"), 1)
        assert fill is not None
        odd = placed_by(desk, venue_id="v-1", filled_size=LOT, state=VenueState.REJECTED)
        assert gateway.settle(packed(200), odd, (fill,))
        assert codes(desk, Kind.CANCELLED) == [EndCode.BY_VENUE]
        # Done with less than was asked for: nothing of the rest is open.
        done = placed_by(desk, venue_id="v-2", state=VenueState.FILLED)
        assert gateway.settle(packed(300), done, ())
        life = desk.log.find(packed(300))
        assert life is not None
        assert life.state == Cancelled(10, 10)
        assert gateway.settle(packed(300), done, ())

    played(tmp_path, scene)


def test_a_filled_order_without_its_fills_is_asked_for(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        desk.books.venue.trade(desk.books.venue.named("v-0"), 10)
        desk.gateway.ended(ONE, VenueState.FILLED, "")
        await desk.quiet()
        assert desk.kinds()[3:] == [Kind.FILL]
        life = desk.log.find(ONE)
        assert life is not None
        assert life.state == Filled(10)

    played(tmp_path, scene)


def test_a_leg_whose_lots_the_other_took_is_over(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        pair = int(OrderFlag.ONE_CANCELS_OTHER)
        desk.want([intent(packed(100, leg), flags=pair) for leg in (0, 1)])
        await desk.quiet()
        desk.books.venue.trade(desk.books.venue.named("v-0"), 10, 1)
        desk.gateway.unknown(packed(100), "the stream broke")
        await desk.quiet()
        assert codes(desk, Kind.CANCELLED) == [Reject.OTHER_LEG_FILLED]
        assert len(desk.log.lives) == 0

    played(tmp_path, scene)


def test_a_cancel_that_the_venue_refuses_of_an_open_order_is_asked_again(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        desk.log.append(cancel(ONE))
        desk.gateway.cancel_refused(ONE, "BUSY")
        await desk.quiet()
        assert desk.books.venue.named("v-0").state is VenueState.CANCELLED
        assert desk.kinds()[-1] == Kind.CANCELLED

    played(tmp_path, scene)


def test_an_accepted_order_that_the_venue_lost_is_over_and_told(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        desk.books.venue.orders.clear()
        desk.gateway.unknown(ONE, "the stream broke")
        await desk.quiet()
        assert codes(desk, Kind.CANCELLED) == [EndCode.GONE]
        assert "the books may differ" in [line.message for line in desk.lines.lines]

    played(tmp_path, scene)


def test_a_break_while_it_settles_makes_it_settle_again(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        causes: list[Cause] = []

        async def compare(cause: Cause) -> None:
            causes.append(cause)
            if len(causes) == 1:
                desk.gateway.broken("again")
                desk.gateway.whole()
            if len(causes) == 2:
                raise VenueError("busy")

        desk.gateway.reconcile = compare
        desk.gateway.broken("once")
        desk.gateway.whole()
        async with asyncio.timeout(30):
            while not desk.gateway.is_ready:  # noqa: ASYNC110 - it looks at another's state
                await asyncio.sleep(0)
        assert causes == [Cause.RECONNECT] * 3

    played(tmp_path, scene)


def test_a_fault_while_asking_ends_the_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        async def find(*_: object) -> None:
            raise ZeroDivisionError("a mistake")

        monkeypatch.setattr(desk.connection, "find", find)
        desk.want([intent(ONE)])
        await asyncio.sleep(0)
        desk.connection.deliver()
        await asyncio.sleep(0.2)

    with pytest.raises(ExceptionGroup) as caught:
        played(tmp_path, scene, Luck.LOST)
    assert caught.group_contains(ZeroDivisionError)
