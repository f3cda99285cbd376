"""Laws of position arithmetic.

1. ``realized - cost`` equals the cash of all fills, to the unit.
2. The quantity is the sum of the fills; a flat position has no cost.
3. While nothing is closed, the average price is cost over quantity, exactly.
"""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given

from tests.strategies import NAME, fill_runs
from traider.domain.fills import Fill
from traider.domain.positions import Position, share_units


def _fill(side: int, quantity: str, price: str) -> Fill:
    return Fill(NAME, side, Decimal(price), Decimal(quantity), Decimal(0), 0)


@given(fill_runs())
def test_no_money_is_lost(fills: list[Fill]) -> None:
    position, cash, quantity = Position(), 0, Decimal(0)
    for fill in fills:
        position = position.apply(fill)
        cash -= fill.side * fill.notional_units
        quantity += fill.signed_quantity
        assert position.realized_units - position.cost_units == cash
        assert position.quantity == quantity
        assert (position.cost_units == 0) == (position.side == 0)
        assert position.side * position.cost_units >= 0


@given(fill_runs())
def test_the_average_price_is_exact(fills: list[Fill]) -> None:
    position, paid = Position(), Fraction(0)
    for fill in fills:
        position = position.apply(Fill(NAME, 1, fill.price, fill.quantity, Decimal(0), 0))
        paid += Fraction(fill.notional)
        assert position.average_price() == paid / Fraction(position.quantity)


def test_a_partial_close_releases_its_share() -> None:
    position = Position().apply(_fill(1, "3", "100")).apply(_fill(-1, "1", "110"))
    assert [position.quantity, position.cost, position.realized] == [2, 200, 10]


def test_a_flip_closes_and_opens() -> None:
    position = Position().apply(_fill(1, "2", "100")).apply(_fill(-1, "5", "90"))
    assert [position.quantity, position.cost, position.realized] == [-3, -270, -20]
    assert position.average_price() == 90
    assert position.unrealized_units(Decimal(80)) == 30 * 10**8


def test_a_flat_position_has_no_price() -> None:
    assert Position().average_price() == 0
    assert Position().side == 0


def test_shares_round_half_to_even() -> None:
    assert share_units(5, Decimal(1), Decimal(2)) == 2
    assert share_units(-7, Decimal(1), Decimal(2)) == -4
    assert share_units(7, Decimal(3), Decimal(3)) == 7
