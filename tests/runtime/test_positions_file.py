"""A book from a file: every form that is promised, and one line for what makes no sense."""

from decimal import Decimal
from pathlib import Path

import pytest

from traider.domain.errors import UsageError
from traider.runtime.positions_file import HeldPosition, read_positions

BOOK = (
    HeldPosition("BTC-USDT", Decimal("1.50")),
    HeldPosition("ETH-USDT", Decimal(-3), Decimal("2000.5")),
)


@pytest.mark.parametrize(
    "text",
    [
        "instrument,quantity,price\nBTC-USDT,1.50,\nETH-USDT,-3,2000.5\n",
        "\ufeffInstrument, Quantity, Price\nBTC-USDT, 1.50,\nETH-USDT, -3, 2000.5\n",
        (
            '[{"instrument":"BTC-USDT","quantity":"1.50"},'
            '{"instrument":"ETH-USDT","quantity":-3,"price":2000.5}]'
        ),
        (
            '{"positions":[{"instrument":"BTC-USDT","quantity":1.50},'
            '{"instrument":"ETH-USDT","quantity":"-3","price":"2000.5"}]}'
        ),
    ],
)
def test_all_forms_say_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "book"
    path.write_text(text, encoding="utf-8")
    assert read_positions(path) == BOOK


def test_quantities_by_instrument_are_a_book(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    path.write_text('{"BTC-USDT": 0.1, "ETH-USDT": "-2"}')
    assert [each.quantity for each in read_positions(path)] == [Decimal("0.1"), Decimal(-2)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("instrument,amount\nBTC,1\n", "header: has no quantity"),
        ("instrument,quantity,note\nBTC,1,x\n", "'note' is no field"),
        ("instrument,quantity\n,1\n", "row 1: names no instrument"),
        ("instrument,quantity\nBTC,much\n", "row 1 quantity: 'much' is no number"),
        ("instrument,quantity\nBTC,inf\n", "'inf' is no number"),
        ("instrument,quantity\nBTC,\n", "None is no number"),
        ("instrument,quantity,price\nBTC,1,0\n", "price 0 is not above 0"),
        ("instrument,quantity\nBTC,1\nbtc,2\n", "BTC is there twice"),
        ("instrument,quantity\n", "holds no position"),
        ("instrument,quantity\nBTC,1,5\n", "row 1: has more cells than the header"),
        ('{"BTC": 1e999999999}', "is no size of a position"),
        ("[1, 2]", "is no list of positions"),
        ("{broken", "is no JSON"),
        ('[{"instrument":"BTC","quantity":true}]', "True is no number"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "book"
    path.write_text(text)
    with pytest.raises(UsageError, match=line):
        read_positions(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_positions(tmp_path / "nowhere.csv")
