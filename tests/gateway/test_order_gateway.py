"""The gateway over a venue with real books: logged before sent, sent once, told once."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, Books, Desk, running
from tests.gateway.fake_venue import LOT, Luck
from tests.gateway.orders import APPROVED, NOW_NS, REFUSED, cancel, intent, packed
from traider.domain.errors import DataError, UsageError, VenueError
from traider.domain.events import Kind, OrderFlag, empty_events
from traider.domain.order_states import Cancelled, Filled
from traider.domain.payloads import encode_event
from traider.gateway.account_entries import Adjusted, Changed, Opened
from traider.gateway.executor import VenueFill, VenueOrder, VenueState
from traider.gateway.order_words import PERSON_FACT, PersonWord, person_of
from traider.gateway.reconcile_port import Cause
from traider.gateway.reports import EndCode
from traider.journal import JournalFailedError, JournalReader
from traider.journal.segment_files import Role
from traider.kernel.codes import Reject, Verdict

ONE = packed(100)
V, S = Kind.VERDICT, Kind.SENT


def test_an_order_goes_out_and_comes_back_as_events(tmp_path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path)
        async with running(books) as desk:
            assert desk.gateway.is_ready
            desk.want([intent(ONE)])
            assert desk.kinds() == [V, S]
            await desk.quiet()
            placed = books.venue.named("v-0")
            for lots in (4, 6):
                fill = books.venue.trade(placed, lots)
                assert fill is not None
                desk.connection.tell_fill(fill)
            await desk.quiet()
            assert desk.kinds() == [V, S, Kind.ACK, Kind.FILL, Kind.FILL]
            reports = books.reports.events
            assert reports["leaves"][3:].tolist() == [6, 0]
            assert reports["fee"][3:].tolist() == [20_000_000, 30_000_000]
            life = desk.log.lives.get(ONE)
            assert life is not None
            assert life.state == Filled(10)
            assert desk.log.lives.position_lots == {0: 10}

    asyncio.run(scene())


def played(folder: Path, scene: Callable[[Desk], Awaitable[None]], luck: Luck = Luck.GOOD) -> Books:
    """Play a scene with a gateway that was started, and return what outlives it."""
    books = Books(folder)

    async def play() -> None:
        async with running(books, luck=lambda _: luck) as desk:
            await scene(desk)

    asyncio.run(play())
    return books


def odd_fill(venue_id: str, size: Decimal) -> VenueFill:
    """Return a fill that no order at the venue explains."""
    return VenueFill(
        fill_id="f-x",
        venue_id=venue_id,
        instrument=0,
        symbol="BTC-USD",
        side=1,
        price=Decimal(9),
        size=size,
        fee=Decimal(0),
        is_maker=False,
        ts_ns=NOW_NS,
    )


def codes(desk: Desk, kind: Kind) -> list[int]:
    reports = desk.books.reports.events
    return [int(code) for code in reports["code"][reports["kind"] == kind]]


def test_what_the_gate_refused_is_answered_and_never_sent(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)], [REFUSED])
        await desk.quiet()
        assert codes(desk, V) == [Verdict.MAX_SIZE]
        numbers = desk.books.reports.events[["number", "limit"]][0].tolist()
        assert numbers == (5.0, 1.0)

    assert played(tmp_path, scene).venue.orders == {}


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


def test_a_refusal_of_the_venue_is_told_with_a_code_and_kept_in_its_words(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        assert codes(desk, Kind.REJECTED) == [Reject.INSUFFICIENT_FUNDS]
        life = desk.log.find(ONE)
        assert life is not None
        assert life.word == "INSUFFICIENT_FUND"

    played(tmp_path, scene, Luck.REFUSED)


def test_a_cancel_of_an_order_that_is_still_on_its_way_waits_for_the_answer(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        desk.want([cancel(ONE)])
        assert desk.kinds() == [V, S, V, S]
        assert desk.books.venue.named("v-0").state is VenueState.OPEN
        await desk.quiet()
        assert desk.kinds()[4:] == [Kind.ACK, Kind.CANCELLED]
        assert codes(desk, Kind.CANCELLED) == [Reject.BY_REQUEST]
        life = desk.log.find(ONE)
        assert life is not None
        assert life.state == Cancelled(10, 10)

    played(tmp_path, scene)


def test_a_cancel_of_an_order_that_is_over_is_answered(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        fill = desk.books.venue.trade(desk.books.venue.named("v-0"), 10)
        assert fill is not None
        desk.connection.tell_fill(fill)
        desk.want([cancel(ONE)])
        await desk.quiet()
        assert desk.kinds()[-1] == Kind.REJECTED
        assert codes(desk, Kind.REJECTED) == [Reject.UNKNOWN_ORDER]
        life = desk.log.find(ONE)
        assert life is not None
        assert life.state == Filled(10)

    played(tmp_path, scene)


def test_a_fill_after_the_cancel_is_counted_and_told(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asked: list[Cause] = []

        async def compare(cause: Cause) -> None:
            asked.append(cause)

        desk.gateway.reconcile = compare
        desk.want([intent(ONE)])
        await desk.quiet()
        placed = desk.books.venue.named("v-0")
        fill = desk.books.venue.trade(placed, 4)
        assert fill is not None
        desk.gateway.ended(ONE, VenueState.CANCELLED, "USER")
        desk.connection.tell_fill(fill)
        await desk.quiet()
        assert desk.kinds()[3:] == [Kind.CANCELLED, Kind.FILL]
        assert desk.log.lives.position_lots == {0: 4}
        assert asked == [Cause.ASKED]

    played(tmp_path, scene)


def test_the_legs_of_a_pair_are_sent_together_and_share_their_lots(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        pair = int(OrderFlag.ONE_CANCELS_OTHER)
        desk.want([intent(packed(100, leg), flags=pair, side=-1) for leg in (0, 1)])
        await desk.quiet()
        venue = desk.books.venue
        assert len(venue.orders) == 1
        (own,) = desk.gateway.own_orders()
        assert own.order_ids == (packed(100), packed(100, 1))
        placed = venue.named("v-0")
        for lots, leg in ((4, 0), (6, 1)):
            fill = venue.trade(placed, lots, leg)
            assert fill is not None
            desk.connection.tell_fill(fill)
        await desk.quiet()
        reports = desk.books.reports.events
        assert reports["leaves"][reports["kind"] == Kind.FILL].tolist() == [6, 0]
        desk.gateway.ended(packed(100), VenueState.CANCELLED, "OTHER_LEG_FILLED")
        assert codes(desk, Kind.CANCELLED) == [Reject.OTHER_LEG_FILLED]
        assert len(desk.log.lives) == 0

    played(tmp_path, scene)


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


@pytest.mark.parametrize(("keeps", "code"), [(0, Verdict.APPROVED), (1, Verdict.KILLED)])
def test_after_a_stop_only_what_closes_a_position_passes(
    tmp_path: Path, keeps: int, code: Verdict
) -> None:
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
        assert codes(desk, V)[1:] == [killed, killed, code, killed]

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


def test_a_start_tells_what_the_trader_missed_and_what_was_never_sent(tmp_path: Path) -> None:
    async def first(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()

    books = played(tmp_path, first)
    # The trader's journal lost its last report, and holds an order and a cancel that never left.
    kept = books.reports.events[:2]
    books.reports.parts = [kept]
    books.wanted += [intent(packed(200)), cancel(ONE)]

    async def again() -> None:
        async with running(books) as desk:
            await desk.quiet()
            assert desk.kinds() == [V, S, Kind.ACK, V, V, S, Kind.CANCELLED]
            assert codes(desk, V)[1:] == [Verdict.NOT_SENT, Verdict.APPROVED]
            with pytest.raises(DataError, match="holds"):
                await desk.gateway.start(2, 99, empty_events(0))

    asyncio.run(again())
    assert len(books.venue.orders) == 1
    assert len(books.unanswered()) == 0


def test_a_person_s_order_is_kept_with_who_and_why(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.gateway.submit(intent(ONE), [APPROVED], ("ana", "the news"))

    played(tmp_path, scene)
    (fact,) = JournalReader(tmp_path).facts(PERSON_FACT)
    assert person_of(fact.body) == PersonWord("order", "ana", "the news", (ONE,))
    with pytest.raises(DataError, match="cannot be read"):
        person_of(b"{}")


def test_what_is_not_ours_is_kept_and_has_the_books_compared(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        asked: list[Cause] = []

        async def compare(cause: Cause) -> None:
            asked.append(cause)
            if len(asked) == 1:
                raise VenueError("busy")

        desk.gateway.reconcile = compare
        desk.gateway.found(
            VenueOrder("x-1", "", 0, "BTC-USD", 1, VenueState.OPEN, Decimal(1), Decimal(0))
        )
        await desk.quiet()
        # A fill of an order that nobody knows moved money: it is counted all the same.
        fill = odd_fill("x-2", LOT)
        desk.gateway.filled(packed(900), fill)
        desk.gateway.accepted(packed(901), "x-3")
        await desk.quiet()
        async with asyncio.timeout(5):
            while len(asked) < 2:  # noqa: ASYNC110 - it is asked again after a pause
                await asyncio.sleep(0.001)
        assert set(asked) == {Cause.ASKED}
        assert desk.kinds() == [Kind.FILL]
        assert desk.log.lives.position_lots == {0: 1}

    played(tmp_path, scene)


def test_a_fill_off_the_lots_halts_trading(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        await desk.quiet()
        odd = odd_fill("v-0", LOT / 3)
        desk.gateway.filled(ONE, odd)
        assert desk.log.stance.is_halted

    played(tmp_path, scene)


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


def test_money_to_spend_is_over_when_the_venue_says_that_it_is_filled(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        flags = int(OrderFlag.QUOTE_SIZED)
        desk.want([intent(ONE, flags=flags, size=10**9)])
        await desk.quiet()
        fill = desk.books.venue.trade(desk.books.venue.named("v-0"), 7)
        assert fill is not None
        desk.gateway.filled(ONE, fill)
        desk.gateway.ended(ONE, VenueState.FILLED, "")
        reports = desk.books.reports.events
        assert desk.kinds()[3:] == [Kind.FILL, Kind.CANCELLED]
        assert (reports["size"][-1], reports["code"][-1]) == (0, Reject.NONE)

    played(tmp_path, scene)


def test_news_of_orders_that_are_over_or_unknown_change_nothing(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        desk.connection.inbox.clear()
        desk.gateway.refused(ONE, "SELF_TRADE", "")
        told = len(desk.kinds())
        for order_id in (ONE, packed(700)):
            desk.gateway.refused(order_id, "SELF_TRADE", "")
            desk.gateway.unknown(order_id, "late")
            desk.gateway.never_arrived(order_id)
            desk.gateway.ended(order_id, VenueState.CANCELLED, "USER")
        desk.gateway.ended(ONE, VenueState.OPEN, "")
        desk.gateway.cancel_refused(packed(700), "UNKNOWN")
        assert len(desk.kinds()) == told

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
        async with asyncio.timeout(5):
            while not desk.gateway.is_ready:  # noqa: ASYNC110 - it looks at another's state
                await asyncio.sleep(0)
        assert causes == [Cause.RECONNECT] * 3

    played(tmp_path, scene)


def test_an_order_that_is_wanted_twice_is_sent_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.want([intent(ONE)])
        desk.want([intent(ONE)])
        await desk.quiet()
        assert desk.kinds() == [V, S, Kind.ACK]

    assert played(tmp_path, scene).venue.doubles == []


def test_what_reconciling_finds_is_kept_before_it_is_told(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        desk.gateway.keep(Opened(NOW_NS, {"USD": Decimal(100)}))
        booked = desk.gateway.keep(Adjusted(0, 3 * LOT, Decimal(-15), Decimal(50_000)))
        assert (booked.size_lots, booked.cash_units) == (3, -15 * 10**8)
        desk.gateway.report(
            encode_event({"kind": "RECONCILE_ADJUSTMENT", "size": 3, "cash": booked.cash_units})
        )
        desk.gateway.keep(Changed("USD", Decimal(7)))
        desk.gateway.keep_entries()

    books = played(tmp_path, scene)

    async def again() -> None:
        async with running(books) as desk:
            assert desk.gateway.account.expected() == {"USD": Decimal(107)}
            assert desk.gateway.account.holding(0).size == 3 * LOT
            assert desk.log.lives.position_lots == {0: 3}
            desk.log.keep_checkpoint()
        async with running(books) as desk:
            assert desk.gateway.account.expected() == {"USD": Decimal(107)}

    asyncio.run(again())


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
