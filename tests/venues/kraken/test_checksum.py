"""Kraken's checksum: the example of the guide, and what counts in it."""

from typing import Final

import pytest

from traider.venues.kraken.checksum import checksum, token

# docs.kraken.com, "Spot WebSocket (v2) book checksum guide": price precision 1, quantity 8.
ASKS: Final = [
    ("45285.2", "0.00100000"),
    ("45286.4", "1.54571953"),
    ("45286.6", "1.54571109"),
    ("45289.6", "1.54560911"),
    ("45290.2", "0.15890660"),
    ("45291.8", "1.54553491"),
    ("45294.7", "0.04454749"),
    ("45296.1", "0.35380000"),
    ("45297.5", "0.09945542"),
    ("45299.5", "0.18772827"),
]
BIDS: Final = [
    ("45283.5", "0.10000000"),
    ("45283.4", "1.54582015"),
    ("45282.1", "0.10000000"),
    ("45281.0", "0.10000000"),
    ("45280.3", "1.54592586"),
    ("45279.0", "0.07990000"),
    ("45277.6", "0.03310103"),
    ("45277.5", "0.30000000"),
    ("45277.3", "1.54602737"),
    ("45276.6", "0.15445238"),
]
TOLD: Final = 3_310_070_434


def test_the_example_of_the_guide() -> None:
    assert checksum(BIDS, ASKS) == TOLD


def test_levels_after_the_tenth_do_not_count() -> None:
    assert checksum([*BIDS, ("1.0", "1")], [*ASKS, ("99999.0", "1")]) == TOLD
    assert checksum(BIDS[:9], ASKS) != TOLD


@pytest.mark.parametrize(
    ("text", "digits"),
    [("45285.2", "452852"), ("0.00100000", "100000"), ("0.042990", "42990"), ("100", "100")],
)
def test_a_number_counts_from_its_first_digit(text: str, digits: str) -> None:
    assert token(text) == digits
