import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.compliance.records import GENESIS, Entry, canonical, chained, hash_of, record_of
from traider.domain.errors import DataError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)  # fmt: skip
ENTRIES = st.builds(
    Entry,
    st.integers(0, 2**62),
    st.text(max_size=6),
    st.text(max_size=6),
    st.text(max_size=6),
    st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
)


@given(ENTRIES, st.integers(0, 2**40))
def test_the_hash_is_that_of_the_json_without_it(entry: Entry, seq: int) -> None:
    # The rule as a stranger would write it down, from the documentation alone.
    record = chained(seq, entry, GENESIS)
    body = json.loads(record.line())
    told = body.pop("hash")
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told == hashlib.sha256(text.encode()).hexdigest() == hash_of(record)
    assert record_of(record.line()) == record
    assert record.line().decode() == canonical(json.loads(record.line()))


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"{", b'{"seq": 1}', b"\xff", b"[" * 50],
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        record_of(line)


def test_a_record_of_other_types_is_refused() -> None:
    body = chained(1, Entry(1, "a", "b", "c", {}), GENESIS).as_json()
    for name, value in [("seq", "1"), ("seq", True), ("payload", []), ("actor", 1)]:
        with pytest.raises(DataError):
            record_of(json.dumps(body | {name: value}).encode())
