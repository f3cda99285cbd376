"""Read a message of depth straight from its bytes, where it is written as always.

A venue's messages of one kind are written by one program, and so differ in their values alone. What
stands between the values is given as literals; a message that does not fit them to the byte is not
read here (``NOT_PLAIN``), and whoever called decodes it the long way. A message that is read gives
the same records either way.

    tape = build_tape(literals, rows)
    levels, row, number, is_snapshot = read_depth(tape, words, raw, ts_recv)

``words`` takes one record a level, in the order told; the last one is flagged LAST_OF_MESSAGE, and
all have the time of the last level. Texts are printable ASCII
without a backslash; prices and sizes plain decimals of at most 18 digits that lie on the row's
step, a power of ten; prices are not zero.

A tape is one row of integers, since each array that is passed costs as much as reading a level:
where the rows begin and how many they are; for each ``Part`` where its literal begins and how long
it is; the literals, a byte an integer; then the rows: decimals of price and size, heads of bid and
ask, what makes the head of a change that of a snapshot, length and bytes of the name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numba import int64, types

from traider.domain.events import MarketFlag
from traider.kernel.compiled import compiled, ready_rooms
from traider.kernel.numba_types import INTEGERS, fixed_tuple

NOT_PLAIN: Final = -1
NO_STEP: Final = -1
"""Decimals of a step that is no power of ten: nothing is read then."""
NAME_BYTES_MAX: Final = 32
WORDS: Final = 8


class Part(IntEnum):
    """What stands before, between and after the values of a message."""

    BEGIN = 0
    MAYBE = 1
    """May stand after BEGIN."""
    TIME = 2
    """Before the time of the message, a text that is not read."""
    NUMBER = 3
    KIND = 4
    CHANGE = 5
    SNAPSHOT = 6
    NAME = 7
    LEVELS = 8
    SIDE = 9
    BID = 10
    ASK = 11
    LEVEL_TIME = 12
    """Before the time of a level: RFC 3339 in UTC."""
    PRICE = 13
    SIZE = 14
    NEXT = 15
    """Between two levels."""
    END = 16
    """After the last level; it does not begin with NEXT."""


@dataclass(frozen=True)
class Row:
    """One instrument: its name in the messages, its grid, and the heads of its records."""

    name: bytes
    price_decimals: int
    size_decimals: int
    bid_head: int
    ask_head: int
    to_snapshot: int
    """What makes the head of a change that of a snapshot."""


_PARTS = 2
_ROW = 6
_ROW_PLACES = _ROW + NAME_BYTES_MAX
_BEGIN = int(Part.BEGIN)
_MAYBE = int(Part.MAYBE)
_TIME = int(Part.TIME)
_NUMBER = int(Part.NUMBER)
_KIND = int(Part.KIND)
_CHANGE = int(Part.CHANGE)
_SNAPSHOT = int(Part.SNAPSHOT)
_NAME = int(Part.NAME)
_LEVELS = int(Part.LEVELS)
_SIDE = int(Part.SIDE)
_BID = int(Part.BID)
_ASK = int(Part.ASK)
_LEVEL_TIME = int(Part.LEVEL_TIME)
_PRICE = int(Part.PRICE)
_SIZE = int(Part.SIZE)
_NEXT = int(Part.NEXT)
_END = int(Part.END)
_LAST_FLAG = int(MarketFlag.LAST_OF_MESSAGE) << 32
_QUOTE = 34
_DOT = 46
_ZERO = 48
_BACKSLASH = 92
_DIGITS_MAX = 18
_SECOND_NS = 1_000_000_000
_SECOND_CHARS = 19
_FIRST_YEAR = 2001
_LAST_YEAR = 2099
_BYTES = types.Bytes(types.uint8, 1, "C")
_RECORDS = types.Array(int64, 2, "C")


def build_tape(literals: Mapping[Part, bytes], rows: Sequence[Row]) -> Any:  # noqa: ANN401 - integers
    """Return the tape of a message and of the instruments it may be about."""
    places: list[int] = []
    characters: list[int] = []
    for part in Part:
        places += [_PARTS + 2 * len(Part) + len(characters), len(literals[part])]
        characters += list(literals[part])
    packed: list[int] = []
    for row in rows:
        packed += [row.price_decimals, row.size_decimals, row.bid_head, row.ask_head]
        packed += [row.to_snapshot, len(row.name), *row.name.ljust(NAME_BYTES_MAX, b"\0")]
    head = [_PARTS + len(places) + len(characters), len(rows)]
    return np.array([*head, *places, *characters, *packed], np.int64)


@compiled(int64(_BYTES, int64, INTEGERS, int64), inline=True)
def _after(raw: bytes, at: int, tape: Any, part: int) -> int:  # noqa: ANN401 - integers
    """Return where the literal of ``part`` ends that begins ``at``, if it stands there."""
    place = tape[_PARTS + 2 * part]
    length = tape[_PARTS + 2 * part + 1]
    if at < 0 or at + length > len(raw):
        return NOT_PLAIN
    for j in range(length):
        if raw[at + j] != tape[place + j]:
            return NOT_PLAIN
    return int(at + length)


@compiled(int64(_BYTES, int64), inline=True)
def _after_text(raw: bytes, at: int) -> int:
    """Return where the next quote stands, if nothing strange comes before it."""
    while 0 <= at < len(raw):
        char = raw[at]
        if char == _QUOTE:
            return at
        if char < 32 or char > 126 or char == _BACKSLASH:
            return NOT_PLAIN
        at += 1
    return NOT_PLAIN


@compiled(int64(_BYTES, int64))
def _after_digits(raw: bytes, at: int) -> int:
    """Return where the digits end that begin ``at``, as JSON writes a whole number."""
    if at < 0:
        return NOT_PLAIN
    until = at
    while until < len(raw) and _ZERO <= raw[until] <= _ZERO + 9:
        until += 1
    return NOT_PLAIN if until > at + 1 and raw[at] == _ZERO else until


@compiled(int64(_BYTES, int64, int64), inline=True)
def _whole_number(raw: bytes, at: int, until: int) -> int:
    """Return the number that the digits from ``at`` to ``until`` write, ``NOT_PLAIN`` for none."""
    if at >= until or until - at > _DIGITS_MAX:
        return NOT_PLAIN
    value = 0
    for j in range(at, until):
        digit = int(raw[j]) - _ZERO
        if digit < 0 or digit > 9:
            return NOT_PLAIN
        value = value * 10 + digit
    return value


@compiled(int64(_BYTES, int64, int64, int64), inline=True)
def _decimal_steps(raw: bytes, at: int, until: int, decimals: int) -> int:
    """Return how many steps of ``decimals`` decimals a plain number counts."""
    dot = at
    while dot < until and raw[dot] != _DOT:
        dot += 1
    fraction = 0
    if dot < until:
        fraction = until - dot - 1
        if fraction == 0:
            return NOT_PLAIN
    missing = decimals - fraction
    if missing < 0 or dot - at + decimals > _DIGITS_MAX:
        return NOT_PLAIN
    value = _whole_number(raw, at, dot)
    if value < 0:
        return NOT_PLAIN
    for j in range(dot + 1, until):
        digit = int(raw[j]) - _ZERO
        if digit < 0 or digit > 9:
            return NOT_PLAIN
        value = value * 10 + digit
    for _ in range(missing):
        value *= 10
    return value


@compiled(int64(int64, int64, int64))
def _days(year: int, month: int, day: int) -> int:
    """Return the days since 1970 of a day after 2000, ``NOT_PLAIN`` for a day that is none."""
    is_leap = year % 4 == 0  # 2100 is beyond what is read
    length = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        length = 30
    elif month == 2:
        length = 29 if is_leap else 28
    if month < 1 or month > 12 or day < 1 or day > length:
        return NOT_PLAIN
    days = 365 * (year - 1970) + (year - 1969) // 4 + day - 1
    for before in range(1, month):
        if before == 2:
            days += 29 if is_leap else 28
        elif before == 4 or before == 6 or before == 9 or before == 11:
            days += 30
        else:
            days += 31
    return days


@compiled(types.boolean(_BYTES, int64, int64))
def _has_marks(raw: bytes, at: int, until: int) -> bool:
    """Return whether the signs of RFC 3339 stand where they belong; ``Z`` ends the time."""
    return bool(
        raw[at + 4] == 45
        and raw[at + 7] == 45
        and raw[at + 10] == 84
        and raw[at + 13] == 58
        and raw[at + 16] == 58
        and raw[at + _SECOND_CHARS] == _DOT
        and raw[until - 1] == 90
    )


@compiled(int64(_BYTES, int64, int64))
def _time_ns(raw: bytes, at: int, until: int) -> int:
    """Return the ns since 1970 of ``2026-08-09T21:05:48.170326Z``, ``NOT_PLAIN`` for another."""
    digits = until - at - _SECOND_CHARS - 2
    if digits < 1 or digits > 9 or not _has_marks(raw, at, until):
        return NOT_PLAIN
    year, month = _whole_number(raw, at, at + 4), _whole_number(raw, at + 5, at + 7)
    day, hour = _whole_number(raw, at + 8, at + 10), _whole_number(raw, at + 11, at + 13)
    minute = _whole_number(raw, at + 14, at + 16)
    second = _whole_number(raw, at + 17, at + _SECOND_CHARS)
    part = _whole_number(raw, at + _SECOND_CHARS + 1, until - 1)
    is_time = 0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59 and part >= 0
    days = _days(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else NOT_PLAIN
    if days < 0 or not is_time:
        return NOT_PLAIN
    for _ in range(9 - digits):
        part *= 10
    return ((days * 24 + hour) * 60 + minute) * 60 * _SECOND_NS + second * _SECOND_NS + part


@compiled(int64(_BYTES, int64, int64, INTEGERS))
def _row_of(raw: bytes, at: int, until: int, tape: Any) -> int:  # noqa: ANN401 - integers
    """Return the number of the row that is called as the text says."""
    length = until - at
    for row in range(tape[1]):
        place = tape[0] + row * _ROW_PLACES
        if tape[place + 5] == length:
            j = 0
            while j < length and raw[at + j] == tape[place + _ROW + j]:
                j += 1
            if j == length:
                return int(row)
    return NOT_PLAIN


@compiled(fixed_tuple(int64, int64, int64, int64)(_BYTES, INTEGERS))
def _read_head(raw: bytes, tape: Any) -> tuple[int, int, int, int]:  # noqa: ANN401 - integers
    """Return where the first level begins, the row, the number and whether it is a snapshot."""
    at = _after(raw, 0, tape, _BEGIN)
    maybe = _after(raw, at, tape, _MAYBE)
    at = _after_text(raw, _after(raw, maybe if maybe >= 0 else at, tape, _TIME))
    at = _after(raw, at, tape, _NUMBER)
    until = _after_digits(raw, at)
    number = _whole_number(raw, at, until)
    at = _after(raw, until, tape, _KIND)
    change = _after(raw, at, tape, _CHANGE)
    at = change if change >= 0 else _after(raw, at, tape, _SNAPSHOT)
    at = _after(raw, at, tape, _NAME)
    until = _after_text(raw, at)
    row = _row_of(raw, at, until, tape) if until >= 0 else NOT_PLAIN
    at = _after(raw, until, tape, _LEVELS)
    if number < 0 or row < 0:
        at = NOT_PLAIN
    return at, row, number, int(change < 0)


@compiled(int64(_BYTES, int64, INTEGERS, int64, types.Array(int64, 1, "C")))
def _read_level(raw: bytes, at: int, tape: Any, place: int, word: Any) -> int:  # noqa: ANN401
    """Read one level into a record; return where its size ends.

    The places of its time stand where the record's times will.
    """
    at = _after(raw, at, tape, _SIDE)
    bid = _after(raw, at, tape, _BID)
    at = bid if bid >= 0 else _after(raw, at, tape, _ASK)
    at = _after(raw, at, tape, _LEVEL_TIME)
    word[0] = at
    word[1] = _after_text(raw, at)
    at = _after(raw, word[1], tape, _PRICE)
    until = _after_text(raw, at)
    price = _decimal_steps(raw, at, until, tape[place])
    at = _after(raw, until, tape, _SIZE)
    until = _after_text(raw, at)
    size = _decimal_steps(raw, at, until, tape[place + 1])
    if price <= 0 or size < 0:
        return NOT_PLAIN
    word[2] = tape[place + 2] if bid >= 0 else tape[place + 3]
    word[3] = price
    word[4] = size
    return int(until)


@compiled(fixed_tuple(int64, int64, int64, int64)(INTEGERS, _RECORDS, _BYTES, int64), python=True)
def read_depth(tape: Any, words: Any, raw: bytes, ts_recv: int) -> tuple[int, int, int, int]:  # noqa: ANN401
    """Read one message into ``words``.

    Return how many levels it has (``NOT_PLAIN`` when it is not read), the row they are of, the
    number of the message, and 1 for a snapshot.
    """
    at, row, number, is_snapshot = _read_head(raw, tape)
    place = tape[0] + row * _ROW_PLACES
    count = 0
    until = NOT_PLAIN
    while at >= 0 and count < len(words):
        until = _read_level(raw, at, tape, place, words[count])
        count += 1
        at = _after(raw, until, tape, _NEXT)
    if until < 0 or _after(raw, until, tape, _END) != len(raw):
        return NOT_PLAIN, row, number, is_snapshot
    ts_event = _time_ns(raw, words[count - 1, 0], words[count - 1, 1])
    if ts_event < 0:
        return NOT_PLAIN, row, number, is_snapshot
    for j in range(count):
        words[j, 0] = ts_event
        words[j, 1] = ts_recv
        words[j, 2] += is_snapshot * tape[place + 4]
        words[j, 5] = number
        words[j, 6] = is_snapshot * j
    words[count - 1, 2] |= _LAST_FLAG
    return count, row, number, is_snapshot


def compile_reader() -> None:
    """Compile, or load, the reader and nothing else of the kernel."""
    ready_rooms(("message_tape",))
