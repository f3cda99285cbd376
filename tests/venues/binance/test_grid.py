"""The finest decimals of messages, whichever of them tells a price or a size."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.venues.binance.wire import combined, snapshot, trade, usdm_depth
from traider.domain.errors import DataError
from traider.venues.binance.grid import finest_grid

QUOTE = {"u": 1, "b": "100.10", "B": "1.00", "a": "100.200", "A": "0.2500"}


def grid(*messages: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """Return tick and lot of messages."""
    return finest_grid(json.dumps(message).encode() for message in messages)


@pytest.mark.parametrize(
    ("message", "tick", "lot"),
    [
        (trade(1, "100.10", "0.0500"), "0.1", "0.01"),
        (trade(1, "100.10", "0.0500")["data"], "0.1", "0.01"),
        (usdm_depth((1, 2, 0), [("1.20", "3.0"), ("1.25", "3")], []), "0.01", "1"),
        (usdm_depth((1, 2, 0), [], [("7", "0.000"), ("8", "0.001")]), "1", "0.001"),
        (snapshot(1, [("5.5", "1")], [("6.75", "0.5")]), "0.01", "0.1"),
        (combined("bookTicker", QUOTE), "0.1", "0.01"),
        (QUOTE, "0.1", "0.01"),
        (combined("trade", {"e": "trade", "p": "3", "q": "4", "b": 12, "a": 13}), "1", "1"),
        (combined("markPrice", {"e": "markPriceUpdate", "p": "1.23456789"}), "1", "1"),
        ({"result": None, "id": 1}, "1", "1"),
    ],
)
def test_decimals_are_found_wherever_they_stand(
    message: dict[str, Any], tick: str, lot: str
) -> None:
    assert grid(message) == (Decimal(tick), Decimal(lot))


def test_the_finest_of_all_messages_counts() -> None:
    found = grid(trade(1, "1.5", "0.25"), trade(2, "1.25", "3"), trade(3, "2", "1.5"))
    assert found == (Decimal("0.01"), Decimal("0.01"))
    assert grid() == (Decimal(1), Decimal(1))


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(DataError, match="no decimal number"):
        grid(trade(1, "1e5"))
    with pytest.raises(DataError, match="cannot be read"):
        finest_grid([b"{"])
