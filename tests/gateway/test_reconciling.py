"""Laws of the comparison of books, over made-up accounts.

1. Books of the same history do not differ, whatever the order in which the venue lists it.
2. Fills that our books lack are what differs, each once, and no balance beside them.
3. Once the fills that differ are counted, nothing differs.
4. Money that came otherwise is a balance that differs, by just that amount.
5. Orders that one side has and the other has not are told, each once, as what they are.
6. A difference is counted as often as it was found in a row.
"""

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.coinbase.approved import INSTRUMENTS, approved, intent
from traider.domain.orders import OrderType
from traider.gateway.account_books import AccountBooks
from traider.gateway.account_entries import Changed, FillTaken, Opened
from traider.gateway.executor import VenueBalance, VenueFill, VenueOrder, VenueState
from traider.gateway.reconciling import (
    AverageDiffers,
    BalanceDiffers,
    ChangedFill,
    DoubleOrder,
    ForeignFill,
    ForeignOrder,
    GoneOrder,
    LostFill,
    MissedFill,
    OrphanOrder,
    OwnBooks,
    OwnOrder,
    QuantityDiffers,
    Uncovered,
    VenueBooks,
    differences,
    key_of,
    sightings,
)

OPENING = {"USD": Decimal(1_000_000), "BTC": Decimal(10), "ETH": Decimal(200)}
APPROVED = approved(intent(OrderType.LIMIT, size="1", price="1000"))


@st.composite
def fills(draw: st.DrawFn) -> list[VenueFill]:
    """Return trades of an account, of the run and of a person."""
    count = draw(st.integers(0, 8))
    return [
        VenueFill(
            fill_id=f"f-{number}",
            venue_id=f"v-{draw(st.integers(1, 3))}",
            instrument=(instrument := draw(st.integers(0, 1))),
            symbol=INSTRUMENTS[instrument].symbol,
            side=draw(st.sampled_from([1, -1])),
            price=INSTRUMENTS[instrument].price(draw(st.integers(1, 10_000_000))),
            size=INSTRUMENTS[instrument].size(draw(st.integers(1, 10_000_000))),
            fee=Decimal(draw(st.integers(-(10**12), 10**12))).scaleb(-16),
            is_maker=draw(st.booleans()),
            ts_ns=draw(st.integers(100, 200)),
            order_id=draw(st.sampled_from([0, 7, 8])),
        )
        for number in range(count)
    ]


def books_of(taken: list[VenueFill]) -> AccountBooks:
    books = AccountBooks(INSTRUMENTS)
    books.apply(Opened(50, dict(OPENING), {"USD": Decimal(1000)}))
    for fill in taken:
        books.apply(FillTaken(fill))
    return books


def ours_of(books: AccountBooks, orders: list[OwnOrder] | None = None) -> OwnBooks:
    """Return our books; what is the run's part is left out, since made-up trades overdraw it."""
    return OwnBooks(orders or [], dict(books.fills), books.expected(), {}, 60)


def theirs_of(
    books: AccountBooks, listed: list[VenueFill], orders: list[VenueOrder] | None = None
) -> VenueBooks:
    balances = [
        VenueBalance(name, total, total, Decimal(0)) for name, total in books.expected().items()
    ]
    return VenueBooks(orders or [], {}, listed, balances)


@settings(max_examples=50)
@given(fills(), st.randoms())
def test_the_same_history_does_not_differ(history: list[VenueFill], chance: Random) -> None:
    books = books_of(history)
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert differences(ours_of(books), theirs_of(books, shuffled)) == ()


@settings(max_examples=50)
@given(fills(), st.data())
def test_what_we_lack_is_what_differs_and_counting_it_mends_all(
    history: list[VenueFill], data: st.DataObject
) -> None:
    lacking = [fill for fill in history if data.draw(st.booleans())]
    known = books_of([fill for fill in history if fill not in lacking])
    theirs = theirs_of(books_of(history), history)
    found = differences(ours_of(known), theirs)
    assert {each.fill for each in found if isinstance(each, MissedFill)} == {
        fill for fill in lacking if fill.order_id
    }
    assert {each.fill for each in found if isinstance(each, ForeignFill)} == {
        fill for fill in lacking if not fill.order_id
    }
    assert len(found) == len(lacking)
    for fill in lacking:
        known.apply(FillTaken(fill))
    assert differences(ours_of(known), theirs) == ()


@settings(max_examples=50)
@given(fills(), st.sampled_from(["USD", "BTC", "SOL"]), st.integers(-(10**9), 10**9))
def test_money_that_came_otherwise_is_a_balance_that_differs(
    history: list[VenueFill], currency: str, units: int
) -> None:
    ours, truth = books_of(history), books_of(history)
    change = Decimal(units).scaleb(-8)
    truth.apply(Changed(currency, change))
    found = differences(ours_of(ours), theirs_of(truth, history))
    if not units:
        assert found == ()
        return
    (only,) = found
    assert isinstance(only, BalanceDiffers)
    assert (only.currency, only.change) == (currency, change)
    ours.apply(Changed(currency, only.change))
    assert differences(ours_of(ours), theirs_of(truth, history)) == ()


def own(number: int, filled: str = "0") -> OwnOrder:
    return OwnOrder((number,), APPROVED, f"v-{number}", 0, Decimal(1), Decimal(filled), 70)


def placed(number: int, ids: tuple[int, ...], filled: str = "0", average: str = "0") -> VenueOrder:
    return VenueOrder(
        venue_id=f"v-{number}",
        client_order_id="",
        instrument=0,
        symbol="BTC-USD",
        side=1,
        state=VenueState.OPEN,
        size=Decimal(1),
        filled_size=Decimal(filled),
        created_ns=number,
        average_price=Decimal(average),
        order_ids=ids,
    )


@settings(max_examples=50)
@given(st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)), st.sets(st.integers(10, 15)))
def test_orders_that_one_side_has_are_told(
    mine: set[int], theirs: set[int], foreign: set[int]
) -> None:
    books = books_of([])
    listed = [placed(number, (number,)) for number in theirs]
    listed += [placed(number, ()) for number in foreign]
    found = differences(
        ours_of(books, [own(number) for number in mine]), theirs_of(books, [], listed)
    )
    told = {kind: set[str]() for kind in (OrphanOrder, ForeignOrder)}
    gone: set[int] = set()
    for each in found:
        if isinstance(each, GoneOrder):
            gone.update(each.own.order_ids)
        else:
            assert isinstance(each, OrphanOrder | ForeignOrder)
            told[type(each)].add(each.order.venue_id)
    assert gone == mine - theirs
    assert told[OrphanOrder] == {f"v-{number}" for number in theirs - mine}
    assert told[ForeignOrder] == {f"v-{number}" for number in foreign}
    assert len({key_of(each) for each in found}) == len(found)


def test_an_order_under_one_id_twice_is_told_as_the_younger() -> None:
    books = books_of([])
    twice = [placed(2, (1,)), placed(1, (1,))]
    (only,) = differences(ours_of(books, [own(1)]), theirs_of(books, [], twice))
    assert only == DoubleOrder(twice[0])


def test_an_order_that_sleeps_or_is_listed_late_is_not_gone() -> None:
    books = books_of([])
    ours = ours_of(books, [own(1)])
    for state in VenueState:
        asked = {1: replace(placed(1, (1,)), state=state)}
        found = differences(ours, replace(theirs_of(books, []), asked=asked))
        is_live = state in (VenueState.OPEN, VenueState.PENDING)
        assert [type(each) for each in found] == ([] if is_live else [GoneOrder])


def fill(number: int, price: str, size: str, order_id: int = 1) -> VenueFill:
    return VenueFill(
        f"f-{number}", "v-1", 0, "BTC-USD", 1, Decimal(price), Decimal(size), Decimal(0),
        is_maker=True, ts_ns=100, order_id=order_id,
    )  # fmt: skip


def test_filled_size_and_average_price_are_those_of_the_fills() -> None:
    trades = [fill(1, "100", "0.2"), fill(2, "103", "0.1")]
    books = books_of(trades)
    ours = ours_of(books, [own(1, "0.3")])
    for filled, average, kinds in (
        ("0.3", "101", []),
        ("0.3", "101.00000001", [AverageDiffers]),
        ("0.4", "101", [QuantityDiffers]),
        ("0.3", "0", []),
    ):
        theirs = theirs_of(books, trades, [placed(1, (1,), filled, average)])
        assert [type(each) for each in differences(ours, theirs)] == kinds


def test_fills_that_are_gone_or_told_otherwise_are_told() -> None:
    trades = [fill(1, "100", "0.2"), fill(2, "103", "0.1")]
    other = replace(trades[1], price=Decimal(104))
    ours, truth = books_of(trades), books_of([other])
    found = differences(ours_of(ours), theirs_of(truth, [other]))
    assert found == (ChangedFill(trades[1], other), LostFill(trades[0]))


def test_fills_before_the_span_are_neither_missed_nor_lost() -> None:
    early = replace(fill(1, "100", "0.2"), ts_ns=10)
    with_it, without = books_of([early]), books_of([])
    assert differences(ours_of(with_it), theirs_of(with_it, [])) == ()
    assert differences(ours_of(without), theirs_of(without, [early])) == ()


def test_the_runs_part_must_be_there() -> None:
    books = books_of([fill(1, "100", "0.2")])
    parts = books.parts()
    assert parts == {"USD": Decimal(980), "BTC": Decimal("0.2")}
    listed = list(books.fills.values())
    assert differences(replace(ours_of(books), parts=parts), theirs_of(books, listed)) == ()
    books.apply(Changed("BTC", Decimal("-10.05")))
    found = differences(replace(ours_of(books), parts=parts), theirs_of(books, listed))
    assert found == (Uncovered("BTC", Decimal("0.2"), Decimal("0.15")),)


@settings(max_examples=50)
@given(st.lists(fills(), max_size=4))
def test_what_is_found_each_time_is_counted_in_a_row(rounds: list[list[VenueFill]]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for trades in rounds:
        seen = sightings(seen, [MissedFill(each) for each in trades])
    last = {key_of(MissedFill(each)) for each in rounds[-1]} if rounds else set()
    assert set(seen) == last
    for key, count in seen.items():
        names = [{key_of(MissedFill(each)) for each in trades} for trades in rounds]
        assert all(key in each for each in names[-count:])
        assert count == len(names) or key not in names[-count - 1]
