"""The gateway over a venue with real books: logged before sent, sent once, told once."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from tests.gateway.desk import Books, Desk, codes, played, running
from tests.gateway.fake_venue import LOT, Luck
from tests.gateway.orders import APPROVED, NOW_NS, REFUSED, cancel, intent, packed
from traider.domain.errors import DataError, VenueError
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.domain.order_states import Cancelled, Filled
from traider.domain.payloads import encode_event
from traider.gateway.account_entries import Adjusted, Changed, Opened
from traider.gateway.executor import VenueFill, VenueOrder, VenueState
from traider.gateway.order_words import PERSON_FACT, PersonWord, person_of
from traider.gateway.reconcile_port import Cause
from traider.journal import JournalReader
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


def bracket(sequence: int) -> list[EventArray]:
    """Return an entry, and the exits that sleep until it fills."""
    exits = [intent(packed(sequence, leg), flags=int(OrderFlag.CHILD), side=-1) for leg in (1, 2)]
    return [intent(packed(sequence)), *exits]


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_bracket_is_sent_whole_or_not_at_all(tmp_path: Path, refused: int) -> None:
    async def scene(desk: Desk) -> None:
        answers = [REFUSED if leg == refused else APPROVED for leg in range(3)]
        alone = intent(packed(99))
        desk.want([alone, *bracket(100)], [APPROVED, *answers])
        assert codes(desk, V) == [Verdict.APPROVED, *[Verdict.MAX_SIZE] * 3]
        desk.want(bracket(101))
        await desk.quiet()
        sent = [placed.order_ids for placed in desk.books.venue.orders.values()]
        assert sent == [(packed(99),), tuple(packed(101, leg) for leg in range(3))]
        assert codes(desk, Kind.REJECTED) == []

    played(tmp_path, scene)


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
        async with asyncio.timeout(30):
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
