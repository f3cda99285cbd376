"""Laws: what is encoded decodes to the same bytes; any flipped byte of a value is found."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bus.streams import batch, numbered
from traider.bus import BatchRefusedError, BusInstrument, EventBatch
from traider.bus.codec import decode, encode
from traider.domain.events import EVENT

STEPS = st.decimals(Decimal("1e-12"), Decimal(1_000), places=12)


@given(
    st.binary(max_size=640).map(lambda raw: raw[: len(raw) // 64 * 64]),
    STEPS,
    STEPS,
    st.integers(0, 2**63),
    st.integers(0, 2**63),
)
def test_a_batch_comes_back_as_it_was(
    raw: bytes, tick: Decimal, lot: Decimal, epoch: int, first: int
) -> None:
    sent = EventBatch(
        BusInstrument("Bourse:É-USD", tick, lot), "feed-1", epoch, first, np.frombuffer(raw, EVENT)
    )
    found = decode(*encode(sent))
    assert found.events.tobytes() == raw
    told = (found.instrument, found.producer, found.epoch, found.first, found.is_last)
    assert told == (sent.instrument, "feed-1", epoch, first, False)


@given(st.integers(0, 10 * 64 - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    key, value, headers = encode(batch(0, 10))
    damaged = bytearray(value)
    damaged[place] ^= change
    with pytest.raises(BatchRefusedError, match="checksum"):
        decode(key, bytes(damaged), headers)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("schema", "2", "schema version '2', and 1 is what can be read; run the same release"),
        ("schema", None, "no schema version"),
        ("codec", "avro", "written as avro"),
        ("table", "99", "event table 99"),
        ("first", "-1", "numbers below zero"),
        ("first", "one", "headers do not read"),
        ("count", "9", "640 bytes for 9 records"),
        ("tick", "cheap", "headers do not read"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(name: str, text: str | None, told: str) -> None:
    key, value, headers = encode(batch(0, 10))
    changed = {**dict(headers), name: text}
    with pytest.raises(BatchRefusedError, match=told) as caught:
        decode(key, value, changed)
    assert "\n" not in caught.value.line()
    assert caught.value.exit_code == 8


def test_a_message_of_others_is_refused() -> None:
    with pytest.raises(BatchRefusedError, match="no schema version"):
        decode(None, b"hello", None)
    key, value, headers = encode(batch(0, 10))
    with pytest.raises(BatchRefusedError, match="headers do not read"):
        decode(key, value, {"schema": dict(headers)["schema"]})
    with pytest.raises(BatchRefusedError, match="no name"):
        decode(b"", value, headers)


def test_a_record_is_laid_out_as_it_is_kept() -> None:
    assert encode(batch(0, 3))[1] == numbered(0, 3).tobytes()
