"""A line that is proved from its bytes says what the slow way reads.

Laws:
1. What the writer writes is proved, whatever stands in it.
2. What was changed, or could be written otherwise, is not.
"""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compliance.test_records import ENTRIES
from traider.compliance.proved_lines import proved_record
from traider.compliance.records import GENESIS, Entry, canonical, chained, record_of


@given(ENTRIES, st.integers(0, 2**40))
def test_what_is_written_is_proved_and_says_the_same(entry: Entry, seq: int) -> None:
    line = chained(seq, entry, GENESIS).line()
    found = proved_record(line)
    assert found is not None
    slow = record_of(line)
    assert (found.seq, found.ts_ns, found.actor, found.action) == (
        slow.seq, slow.ts_ns, slow.actor, slow.action,
    )  # fmt: skip
    assert (found.object_id, found.previous, found.hash) == (
        slow.object_id, slow.previous, slow.hash,
    )  # fmt: skip
    assert list(found.payload) == list(slow.payload)


@given(ENTRIES, st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_not_proved(entry: Entry, place: int, byte: int) -> None:
    line = bytearray(chained(3, entry, GENESIS).line())
    at = place % len(line)
    line[at] = byte if line[at] != byte else byte ^ 1
    assert proved_record(bytes(line)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"a":1', '"a":2,"a":1'),
        ('"a":1', '"a": 1'),
        ('"a":1,"b":2', '"b":2,"a":1'),
        ("é", "\\u00e9"),
    ],
)
def test_what_could_be_written_otherwise_is_not_proved_even_with_its_own_hash(
    before: str, after: str
) -> None:
    record = chained(0, Entry(1, "x", "y", "z", {"a": 1, "b": 2, "c": "é"}), GENESIS)
    body = json.loads(record.line())
    del body["hash"]
    text = canonical(body).replace(before, after)
    assert text != canonical(body)
    head, tail = text.split('"object"')
    digest = sha256(text.encode()).hexdigest()
    line = f'{head}"hash":"{digest}","object"{tail}'.encode()
    assert proved_record(line) is None
