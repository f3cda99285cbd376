"""Laws of the event table.

1. Every kind has a row, in the total order, and every word agrees with the record's fields.
2. A record survives the way to a readable mapping and back.
3. What a reader does not know is refused.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.events import EVENT, Kind
from traider.domain.payload_table import EVENT_TABLE_VERSION, PAYLOADS, WORD_COUNT, Payload
from traider.domain.payloads import (
    Value,
    config_digest_event,
    config_digest_of,
    decode_event,
    encode_event,
    events_page,
)

int64 = st.integers(-(2**63), 2**63 - 1)
float64 = st.floats(allow_nan=False)


def test_every_kind_has_one_row_in_the_total_order() -> None:
    assert list(PAYLOADS) == sorted(Kind)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=lambda payload: payload.kind.name)
def test_words_agree_with_the_record(payload: Payload) -> None:
    assert len(payload.words) == WORD_COUNT
    used = [word.name for word in payload.words if word.is_used]
    assert len(used) == len(set(used))
    fields = EVENT.fields
    assert fields is not None
    for position, word in enumerate(payload.words):
        assert word.type in ("i8", "f8")
        assert word.unit or not word.is_used
        if word.name in fields:
            kind, offset = fields[word.name][:2]
            assert (offset, kind.str) == (24 + 8 * position, f"<{word.type}")


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, Value]:
    """Draw a readable mapping of any kind."""
    payload = draw(st.sampled_from(list(PAYLOADS.values())))
    fields: dict[str, Value] = {
        "kind": payload.kind.name,
        "version": payload.version,
        "ts_event": draw(int64),
        "ts_recv": draw(int64),
        "instrument": draw(st.integers(0, 2**16 - 1)),
        "flags": draw(st.integers(0, 2**16 - 1)),
        "side": draw(st.integers(-1, 1)),
    }
    for word in payload.words:
        if word.is_used:
            fields[word.name] = draw(float64 if word.type == "f8" else int64)
    return fields


@given(descriptions())
def test_a_record_survives_the_round_trip(fields: dict[str, Value]) -> None:
    event = encode_event(fields)
    assert event.dtype == EVENT
    assert decode_event(event) == fields
    assert decode_event(event[0]) == fields


def test_absent_fields_are_zero() -> None:
    event = encode_event({"kind": "TRADE", "price": 7})
    assert decode_event(event)["size"] == 0
    assert event["w0"][0] == 7


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "TRADES"}, "unknown event kind 'TRADES'"),
        ({"kind": "TRADE", "version": 9}, "TRADE has version 9"),
        ({"kind": "TRADE", "volume": 1}, "TRADE has no field 'volume'"),
        ({"kind": "TRADE", "price": 1.5}, "price cannot hold 1.5"),
        ({"kind": "TRADE", "price": "1"}, "price cannot hold '1'"),
        ({"kind": "TRADE", "flags": 0.5}, "flags cannot hold"),
        ({"kind": "TRADE", "price": 2**63}, "does not fit into price"),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Value], message: str) -> None:
    with pytest.raises(DataError, match=message):
        encode_event(fields)


def test_a_reader_refuses_what_it_does_not_know() -> None:
    event = encode_event({"kind": "TRADE"})
    event["version"] = 0
    with pytest.raises(DataError, match="TRADE has version 0"):
        decode_event(event)
    event["kind"] = 9_999
    with pytest.raises(DataError, match="unknown event kind 9999"):
        decode_event(event)


def test_the_config_digest_comes_back_whole() -> None:
    digest = hashlib.sha256(b"capital = 10000").digest()
    event = config_digest_event(digest, 123)
    assert config_digest_of(event) == digest
    fields = decode_event(event)
    assert fields["table_version"] == EVENT_TABLE_VERSION
    assert (fields["ts_event"], fields["ts_recv"]) == (123, 123)
    assert event.tobytes()[24:56] == digest


def test_what_is_no_config_digest_is_refused() -> None:
    with pytest.raises(DataError, match="32 bytes, not 3"):
        config_digest_event(b"abc", 0)
    with pytest.raises(DataError, match="TRADE, not CONFIG_DIGEST"):
        config_digest_of(encode_event({"kind": "TRADE"}))


@pytest.mark.golden
def test_the_page_in_docs_is_the_table(repo_root: Path) -> None:
    page = (repo_root / "docs" / "events.md").read_text(encoding="utf-8")
    assert page == events_page()


def test_the_module_prints_the_page() -> None:
    command = [sys.executable, "-W", "error", "-m", "traider.domain.payloads"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert printed.stdout == events_page()
    assert printed.stderr == ""
