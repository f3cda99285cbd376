"""Laws of lots, whatever the method.

1. Gains of the disposals and of the open lots at a mark add up to what the ledger calls realized
   and unrealized, less fees, to the unit.
2. Quantities, money and fees of the fills are all in lots and disposals: none is lost, none made.
3. However fills of one instant are split, and in whatever order they come, the books are the same.
4. A disposal names a lot that was open then, and never takes more of it than there is.
5. By average every disposal is within a unit of the money that the ledger released for it.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import NAME, fill_runs
from traider.domain.errors import DataError
from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.units import units_from_amount
from traider.portfolio.executions import BookedFill, booked, executions_of
from traider.portfolio.ledger import Ledger
from traider.portfolio.lot_matching import LotBooks, LotChoice, LotTerms, match_lots
from traider.portfolio.lots import Lot, LotMethod

MARK = Decimal("123.45")
METHODS = st.sampled_from(LotMethod)
DAY_NS = 86_400_000_000_000


def _books(fills: Iterable[Fill], method: LotMethod) -> LotBooks:
    return match_lots(executions_of(booked(fills)), LotTerms(method))


def _worth(lot: Lot) -> int:
    return notional_units(MARK, lot.remaining)


def _fill(side: int, quantity: str, price: str, day: int, fee: str = "0", order: int = 0) -> Fill:
    return Fill(
        NAME, side, Decimal(price), Decimal(quantity), Decimal(fee), day * DAY_NS, order_id=order
    )


@given(fill_runs(), METHODS)
def test_every_method_makes_what_the_ledger_says(fills: list[Fill], method: LotMethod) -> None:
    books, ledger = _books(fills, method), Ledger("USDT")
    ledger.replay(fills)
    # One open lot may be worth half a unit more or less than its part of the position.
    worth = {lot: _worth(lot) for lot in books.open_lots}
    held = notional_units(MARK, abs(ledger.position(NAME).quantity))
    assert abs(sum(worth.values()) - held) <= len(worth)
    made = books.gain_units + books.unrealized_units(lambda lot: worth[lot])
    made += ledger.position(NAME).side * (held - sum(worth.values()))
    total = ledger.realized + ledger.unrealized({NAME: MARK}) - ledger.fees
    assert made == units_from_amount(total)
    gross = sum(each.gross_units for each in books.disposals)
    left = sum(lot.side * lot.left_units for lot in books.open_lots)
    assert gross - left == units_from_amount(ledger.realized) - ledger.position(NAME).cost_units


@given(fill_runs(), METHODS)
def test_nothing_is_lost_and_nothing_made(fills: list[Fill], method: LotMethod) -> None:
    books = _books(fills, method)
    bought = sum((fill.signed_quantity for fill in fills), Decimal(0))
    assert sum((lot.side * lot.remaining for lot in books.lots), Decimal(0)) == bought
    fees = sum(each.opened_fee_units + each.closed_fee_units for each in books.disposals)
    fees += sum(lot.left_fee_units for lot in books.lots)
    assert fees == sum(units_from_amount(fill.fee) for fill in fills)
    paid = sum(each.opened_units for each in books.disposals)
    paid += sum(lot.left_units for lot in books.lots)
    assert paid == sum(lot.notional_units for lot in books.lots)
    moved = paid + sum(each.closed_units for each in books.disposals)
    assert moved == sum(fill.notional_units for fill in fills)
    assert all(lot.cost - lot.cost_left >= 0 for lot in books.lots if not lot.fee_units)


@given(fill_runs(), METHODS)
def test_a_disposal_takes_what_is_there(fills: list[Fill], method: LotMethod) -> None:
    books = _books(fills, method)
    left = {lot.sequence: lot.quantity for lot in books.lots}
    opened = {lot.sequence: lot.opened_ns for lot in books.lots}
    for each in books.disposals:
        left[each.lot_sequence] -= each.quantity
        assert left[each.lot_sequence] >= 0
        assert each.opened_ns == opened[each.lot_sequence] <= each.closed_ns
        assert each.holding_ns == each.closed_ns - each.opened_ns
    assert left == {lot.sequence: lot.remaining for lot in books.lots}


def _unnamed(books: LotBooks) -> object:
    """Return the books without the journal's positions, which other fills have."""
    lots = [replace(lot, sequence=0) for lot in books.lots]
    return lots, [replace(each, sequence=0, lot_sequence=0) for each in books.disposals]


@st.composite
def _instants(draw: st.DrawFn) -> tuple[list[list[Fill]], list[list[Fill]]]:
    """Draw fills that come together, and the same fills split and in another order."""
    whole: list[list[Fill]] = []
    cut: list[list[Fill]] = []
    for moment in range(draw(st.integers(1, 6))):
        side = draw(st.sampled_from([1, -1]))
        together, parts = [], []
        for _ in range(draw(st.integers(1, 3))):
            # Lots of 1e-4 at ticks of 1e-4: every part's money is whole units of 1e-8.
            pieces = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
            fees = draw(st.lists(st.integers(-5, 50), min_size=4, max_size=4))[: len(pieces)]
            price = Decimal(draw(st.integers(1, 3))) * 10 + Decimal("0.0001")
            made = [
                Fill(NAME, side, price, Decimal(size) / 10_000, Decimal(fee) / 10**8, moment)
                for size, fee in zip(pieces, fees, strict=True)
            ]
            parts += made
            size = sum((fill.quantity for fill in made), Decimal(0))
            fee = sum((fill.fee for fill in made), Decimal(0))
            together.append(replace(made[0], quantity=size, fee=fee))
        whole.append(together)
        cut.append(draw(st.permutations(parts)))
    return whole, cut


@given(_instants(), METHODS)
def test_splits_and_orders_of_partial_fills_give_the_same_books(
    case: tuple[list[list[Fill]], list[list[Fill]]], method: LotMethod
) -> None:
    whole, cut = ([fill for moment in each for fill in moment] for each in case)
    assert _unnamed(_books(whole, method)) == _unnamed(_books(cut, method))


@given(fill_runs())
def test_the_average_is_the_ledgers(fills: list[Fill]) -> None:
    fills = [replace(fill, ts_ns=place) for place, fill in enumerate(fills)]
    books, ledger = _books(fills, LotMethod.AVERAGE), Ledger("USDT")
    for count, fill in enumerate(fills):
        ledger.apply(fill)
        gross = sum(each.gross_units for each in books.disposals if each.closed_ns <= count)
        assert abs(gross - units_from_amount(ledger.realized)) <= count


def _gains(books: LotBooks) -> list[Decimal]:
    return [each.gain for each in books.disposals]


def test_the_first_in_first_out_example_of_publication_550() -> None:
    # IRS Publication 550, basis of shares that are not identified: 130 shares cost 1,380; the 50
    # given away are sold at cost here.
    books = _books(
        [
            _fill(1, "100", "10", 1),
            _fill(1, "200", "11", 2),
            _fill(-1, "50", "10", 3),
            _fill(1, "100", "9", 4),
            _fill(-1, "130", "12", 5),
        ],
        LotMethod.FIFO,
    )
    assert [each.basis for each in books.disposals] == [500, 500, 880]
    assert [each.quantity for each in books.disposals] == [50, 50, 80]
    assert sum(each.basis for each in books.disposals[1:]) == 1380
    assert [lot.remaining for lot in books.lots] == [0, 120, 100]
    assert [lot.cost_left for lot in books.open_lots] == [1320, 900]


@pytest.mark.parametrize(
    ("method", "gain"),
    [
        (LotMethod.SPECIFIC, -1500),
        (LotMethod.LIFO, -1500),
        (LotMethod.HIFO, -1500),
        (LotMethod.FIFO, 1300),
    ],
)
def test_the_earmarked_lots_of_a_tax_guide(method: LotMethod, gain: int) -> None:
    # J. K. Lasser's Your Income Tax, 30.2: 100 at 77, 200 at 84 and 100 at 105; of 100 sold at 90
    # those of the last lot leave a loss of 1,500, and the first ones a gain of 1,300.
    fills = [
        _fill(1, "100", "77", 1),
        _fill(1, "200", "84", 2),
        _fill(1, "100", "105", 3),
        _fill(-1, "100", "90", 4, order=7),
    ]
    chosen = {7: [LotChoice(2, Decimal(100))]} if method is LotMethod.SPECIFIC else {}
    books = match_lots(executions_of(booked(fills)), LotTerms(method, chosen=chosen))
    assert _gains(books) == [gain]


def test_the_pooled_example_of_helpsheet_284() -> None:
    # HMRC HS284, example 3: 1,500 shares in the pool cost 6,280 with the charges of dealing; gains
    # of 329 and 300 pounds.
    books = _books(
        [
            _fill(1, "1000", "4", 1, "150"),
            _fill(1, "500", "4.1", 2, "80"),
            _fill(-1, "700", "4.8", 3, "100"),
            _fill(-1, "400", "5.2", 4, "105"),
        ],
        LotMethod.AVERAGE,
    )
    first, *others = books.disposals
    assert (round(first.gain), round(first.basis)) == (329, 2931)
    assert (round(sum(_gains(books)[1:])), round(sum(each.basis for each in others))) == (300, 1675)
    # The oldest is disposed of first: 1,000 of the first, then 100 of the second are gone.
    assert [each.quantity for each in others] == [300, 100]
    assert [lot.remaining for lot in books.lots] == [0, 400]
    assert round(books.open_lots[0].cost_left, 2) == Decimal("1674.67")


SAME = [
    _fill(1, "1", "100", 1),
    _fill(1, "1", "300", 2),
    _fill(1, "1", "200", 3),
    _fill(-1, "1.5", "400", 4, "1.5"),
]


@pytest.mark.parametrize(
    ("method", "taken", "gains"),
    [
        (LotMethod.FIFO, [(0, "1"), (1, "0.5")], ["299", "49.5"]),
        (LotMethod.LIFO, [(2, "1"), (1, "0.5")], ["199", "49.5"]),
        (LotMethod.HIFO, [(1, "1"), (2, "0.5")], ["99", "99.5"]),
        (LotMethod.AVERAGE, [(0, "1"), (1, "0.5")], ["199", "99.5"]),
        (LotMethod.SPECIFIC, [(0, "1"), (1, "0.5")], ["299", "49.5"]),
    ],
)
def test_each_method_takes_its_lots(
    method: LotMethod, taken: list[tuple[int, str]], gains: list[str]
) -> None:
    books = _books(SAME, method)
    assert [(each.lot_sequence, each.quantity) for each in books.disposals] == [
        (lot, Decimal(size)) for lot, size in taken
    ]
    assert _gains(books) == [Decimal(gain) for gain in gains]


def test_short_lots_have_their_proceeds_first() -> None:
    fills = [_fill(-1, "2", "100", 1, "2"), _fill(-1, "1", "90", 2), _fill(1, "4", "80", 3, "4")]
    books = _books(fills, LotMethod.HIFO)
    # The cheapest sale leaves the least gain; beyond flat a long lot begins.
    first, second = books.disposals
    assert (first.lot_sequence, int(first.proceeds), int(first.basis)) == (1, 90, 81)
    assert (second.lot_sequence, int(second.proceeds), int(second.basis)) == (0, 198, 162)
    assert [lot.side for lot in books.lots] == [-1, -1, 1]
    assert books.open_lots[0].cost == 81
    assert books.lots[0].cost == 198


def test_lots_that_are_named_go_first() -> None:
    fills = [*SAME[:3], replace(SAME[3], order_id=7), _fill(-1, "1", "500", 5, order=8)]
    chosen = {7: [LotChoice(2, Decimal(1))], 8: [LotChoice(1, Decimal(1))]}
    terms = LotTerms(LotMethod.SPECIFIC, chosen=chosen)
    books = match_lots(executions_of(booked(fills)), terms)
    found = [(each.lot_sequence, each.quantity) for each in books.disposals]
    # What nothing is named for takes the oldest.
    assert found == [(2, 1), (0, Decimal("0.5")), (1, 1)]


def test_a_choice_is_used_up_over_several_fills() -> None:
    fills = [*SAME[:3], *(_fill(-1, "0.5", "400", 4 + part, order=7) for part in range(3))]
    terms = LotTerms(LotMethod.SPECIFIC, chosen={7: [LotChoice(1, Decimal(1))]})
    books = match_lots(executions_of(booked(fills)), terms)
    assert [each.lot_sequence for each in books.disposals] == [1, 1, 0]


@pytest.mark.parametrize(
    "choices", [[LotChoice(9, Decimal(1))], [LotChoice(0, Decimal(2))], [LotChoice(3, Decimal(1))]]
)
def test_a_lot_that_is_not_open_cannot_be_named(choices: list[LotChoice]) -> None:
    fills = [*SAME[:3], _fill(-1, "2", "400", 4, order=7)]
    with pytest.raises(DataError, match="named for order 7"):
        match_lots(executions_of(booked(fills)), LotTerms(LotMethod.SPECIFIC, chosen={7: choices}))


def test_a_choice_for_an_order_that_closed_nothing_is_refused() -> None:
    terms = LotTerms(LotMethod.SPECIFIC, chosen={7: [LotChoice(0, Decimal(1))]})
    with pytest.raises(DataError, match="named for order 7"):
        match_lots(executions_of(booked(SAME)), terms)


def test_accounts_are_kept_apart_or_put_together() -> None:
    fills = [
        BookedFill(_fill(1, "1", "100", 1), 0, "A"),
        BookedFill(_fill(1, "1", "200", 2), 0, "B"),
        BookedFill(_fill(-1, "1", "300", 3), 1, "B"),
    ]
    apart = match_lots(executions_of(fills), LotTerms(LotMethod.FIFO))
    assert [(each.account, int(each.gain)) for each in apart.disposals] == [("B", 100)]
    together = match_lots(executions_of(fills), LotTerms(LotMethod.FIFO, per_account=False))
    assert [(each.account, int(each.gain)) for each in together.disposals] == [("A", 200)]
    assert [lot.account for lot in together.open_lots] == ["B"]
