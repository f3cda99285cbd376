"""OKX's checksum: the documented text, the recorded books and a side that is short."""

from zlib import crc32

import pytest

from traider.venues.okx.checksum import book_text, checksum

LEVEL = ("3366.1", "7")


@pytest.mark.parametrize(
    ("bids", "asks", "text"),
    [
        # The two examples of the documents.
        (
            [("3366.1", "7"), ("3366", "6")],
            [("3366.8", "9"), ("3368", "8")],
            "3366.1:7:3366.8:9:3366:6:3368:8",
        ),
        (
            [("3366.1", "7")],
            [("3366.8", "9"), ("3368", "8"), ("3372", "8")],
            "3366.1:7:3366.8:9:3368:8:3372:8",
        ),
        ([], [], ""),
        ([LEVEL], [], "3366.1:7"),
    ],
)
def test_sides_alternate_until_one_ends(
    bids: list[tuple[str, str]], asks: list[tuple[str, str]], text: str
) -> None:
    assert book_text(bids, asks) == text
    assert checksum(bids, asks) % 2**32 == crc32(text.encode())


def test_the_checksum_is_signed() -> None:
    values = [checksum([(str(price), "1")], []) for price in range(40)]
    assert min(values) < 0 < max(values)
    assert all(-(2**31) <= value < 2**31 for value in values)


def test_levels_after_the_25th_do_not_count() -> None:
    bids = [(str(100 - row), "1") for row in range(30)]
    assert checksum(bids, []) == checksum(bids[:25], [])
    assert checksum(bids, []) != checksum(bids[:24], [])
