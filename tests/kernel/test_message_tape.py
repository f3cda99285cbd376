"""Messages read straight from their bytes: what is read, exactly, and what is left to decode."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.kernel.message_tape import (
    NO_STEP,
    NOT_PLAIN,
    WORDS,
    Part,
    Row,
    build_tape,
    compile_reader,
    read_depth,
)

pytestmark = pytest.mark.interpreted

LITERALS = {
    Part.BEGIN: b"<",
    Part.MAYBE: b"maybe,",
    Part.TIME: b't="',
    Part.NUMBER: b'",n=',
    Part.KIND: b",",
    Part.CHANGE: b"change",
    Part.SNAPSHOT: b"book",
    Part.NAME: b'"',
    Part.LEVELS: b'":',
    Part.SIDE: b"(",
    Part.BID: b"b",
    Part.ASK: b"a",
    Part.LEVEL_TIME: b'"',
    Part.PRICE: b'","',
    Part.SIZE: b'","',
    Part.NEXT: b'"),',
    Part.END: b'")>',
}
ROWS = (
    Row(b"ONE", 2, 3, 10, 20, 5),
    Row(b"TWO", NO_STEP, 3, 30, 40, 5),
    Row(b"THREE", 0, 0, 1, 2, 3),
)
TIME = "2026-08-09T21:05:48.170326Z"
TIME_NS = 1_786_309_548_170_326_000
LAST_FLAG = 0x0100 << 32


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_reader()


def message(*levels: str, name: str = "ONE", kind: str = "change", number: str = "7") -> bytes:
    """Return a message; a level is its side, price and size."""
    told = [level.split() for level in levels]
    texts = [f'({side}"{TIME}","{price}","{size}' for side, price, size in told]
    head = f'<t="now",n={number},{kind}"{name}":'
    joined = '"),'.join(texts)
    return f'{head}{joined}")>'.encode()


def read(raw: bytes, room: int = 8) -> tuple[tuple[int, int, int, int], Any]:
    """Return what is found, and the records."""
    words = np.full((room, WORDS), 99, np.int64)
    found = read_depth(build_tape(LITERALS, ROWS), words, raw, 555)
    return found, words[: max(found[0], 0)].tolist()


def test_a_change_becomes_records() -> None:
    found, words = read(message("b 1.25 3", "a 1.30 0.5"))
    assert found == (2, 0, 7, 0)
    assert words == [
        [TIME_NS, 555, 10, 125, 3000, 7, 0, 99],
        [TIME_NS, 555, 20 | LAST_FLAG, 130, 500, 7, 0, 99],
    ]


def test_a_snapshot_is_counted_from_zero() -> None:
    found, words = read(message("b 1 3", "a 2 4", "a 3 5", kind="book", number="0"))
    assert found == (3, 0, 0, 1)
    assert [word[2] for word in words] == [15, 25, 25 | LAST_FLAG]
    assert [word[6] for word in words] == [0, 1, 2]


def test_what_may_stand_after_the_begin_may_be_missing() -> None:
    raw = message("b 1 3")
    assert read(b"<maybe," + raw[1:]) == read(raw)


@given(st.integers(1, 10**15), st.integers(0, 10**14))
def test_decimals_are_counted_exactly(price: int, size: int) -> None:
    whole = f"{price // 100}.{price % 100:02}"
    for text in {whole, whole.rstrip("0") if not whole.endswith(".00") else whole[:-3]}:
        found, words = read(message(f"b {text} {size // 1000}.{size % 1000:03}"))
        assert found[0] == 1
        assert (words[0][3], words[0][4]) == (price, size)


@given(st.integers(978_307_200, 4_102_444_799), st.integers(1, 999_999_999))
def test_times_are_read_to_the_nanosecond(second: int, part: int) -> None:
    start = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    text = f"{start}.{part:09}".rstrip("0") + "Z"
    found, words = read(message("b 1 3").replace(TIME.encode(), text.encode()))
    assert found[0] == 1
    assert words[0][0] == second * 10**9 + part


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<",
        message("b 1 3")[:-1],
        message("b 1 3") + b" ",
        message("b 1 3").replace(b"<t", b"< t"),
        message("c 1 3"),
        message("b 1 3", kind="other"),
        message("b 1 3", name="FOUR"),
        message("b 1 3", name="ON"),
        message("b 1 3", number="-1"),
        message("b 1 3", number="01"),
        message("b 1 3", number=""),
        message("b 1 3", number="9" * 19),
        message("b 1.255 3"),
        message("b 1. 3"),
        message("b .5 3"),
        message("b 0 3"),
        message("b 0.00 3"),
        message("b -1 3"),
        message("b 1e3 3"),
        message("b 1.2.3 3"),
        message("b 1 3.0001"),
        message("b 1 x"),
        message("b 1 1234567890123456"),
        message("b 1 3").replace(b"now", b'n\\"w'),
        message("b 1 3").replace(b"now", "nöw".encode()),
        message("b 1 3").replace(b"now", b"n\now"),
        message("b 1 3", name="TWO"),
    ],
)
def test_what_is_not_plain_is_left(raw: bytes) -> None:
    assert read(raw)[0][0] == NOT_PLAIN


@pytest.mark.parametrize(
    "time",
    [
        "1970-01-01T00:00:00.1Z",
        "2100-01-01T00:00:00.1Z",
        "2026-02-29T00:00:00.1Z",
        "2026-04-31T00:00:00.1Z",
        "2026-13-01T00:00:00.1Z",
        "2026-00-01T00:00:00.1Z",
        "2026-01-00T00:00:00.1Z",
        "2026-01-01T24:00:00.1Z",
        "2026-01-01T00:60:00.1Z",
        "2026-01-01T00:00:60.1Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01 00:00:00.1Z",
        "2026-01-01T00:00:00.1+",
        "2026-01-01T00:00:00,1Z",
        "202x-01-01T00:00:00.1Z",
        "soon",
        "",
    ],
)
def test_a_time_that_is_none_is_left(time: str) -> None:
    assert read(message("b 1 3").replace(TIME.encode(), time.encode()))[0][0] == NOT_PLAIN


def test_a_message_that_finds_no_room_is_left() -> None:
    raw = message("b 1 3", "b 2 3", "b 3 3")
    assert read(raw, room=2)[0][0] == NOT_PLAIN
    assert read(raw, room=3)[0][0] == 3


def test_each_row_has_its_own_grid_and_heads() -> None:
    found, words = read(message("a 12 9", name="THREE"))
    assert found == (1, 2, 7, 0)
    assert words[0][2:5] == [2 | LAST_FLAG, 12, 9]
