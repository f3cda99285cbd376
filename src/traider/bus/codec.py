"""A batch as a message: its records as they are, and headers that say how to read them.

The value is ``count`` records of 64 bytes, little endian, as ``docs/events.md`` lays them out; the
key is the instrument's name. Compression is the client's own affair. The headers, all ASCII text:

    schema    version of this layout; another one is refused, never guessed at
    codec     event64
    table     version of the event table: what kinds and words mean
    producer, epoch, first, count    whose events these are, and their numbers (``EventBatch``)
    crc32     of the value, so that damage between the brokers and us is found
    tick, lot    the grid, exact decimals
    end       1 when the producer ended the stream with this batch, 0 else
"""

import zlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np

from traider.bus.batches import BusInstrument, EventBatch
from traider.bus.errors import BatchRefusedError
from traider.domain.events import EVENT
from traider.domain.payload_table import EVENT_TABLE_VERSION

SCHEMA: Final = 1
CODEC: Final = "event64"

Header = str | bytes | None
Headers = list[tuple[str, Header]] | dict[str, Header]
"""As clients take and give them."""


def encode(batch: EventBatch) -> tuple[bytes, bytes, Headers]:
    """Return key, value and headers."""
    value = batch.events.tobytes()
    texts = {
        "schema": SCHEMA,
        "codec": CODEC,
        "table": EVENT_TABLE_VERSION,
        "producer": batch.producer,
        "epoch": batch.epoch,
        "first": batch.first,
        "count": len(batch.events),
        "crc32": zlib.crc32(value),
        "tick": format(batch.instrument.tick_size, "f"),
        "lot": format(batch.instrument.lot_size, "f"),
        "end": int(batch.is_last),
    }
    return batch.key.encode(), value, [(name, str(text)) for name, text in texts.items()]


def decode(key: bytes | None, value: bytes | None, headers: Headers | None) -> EventBatch:
    """Return the batch; its records are a copy of their own, which may be changed.

    Raises:
        BatchRefusedError: the schema is not known, or anything in it does not fit the rest.
    """
    fields = {name: _text(value) for name, value in dict(headers or ()).items()}
    schema = fields.get("schema", "")
    if schema != str(SCHEMA):
        told = f"schema version {schema!r}" if schema else "no schema version"
        raise BatchRefusedError(
            f"a batch has {told}, and {SCHEMA} is what can be read",
            fix="run the same release on both sides of the bus",
        )
    try:
        return _decoded((key or b"").decode(), value or b"", fields)
    except (KeyError, ValueError, InvalidOperation) as error:
        raise _damaged(f"its headers do not read ({error})") from None


def _decoded(name: str, value: bytes, fields: Mapping[str, str]) -> EventBatch:
    number = {each: int(fields[each]) for each in ("table", "epoch", "first", "count", "crc32")}
    if fields["codec"] != CODEC or number["table"] != EVENT_TABLE_VERSION:
        raise BatchRefusedError(
            f"a batch is written as {fields['codec']} by event table {number['table']}, and "
            f"{CODEC} by table {EVENT_TABLE_VERSION} is what can be read",
            fix="run the same release on both sides of the bus",
        )
    if len(value) != number["count"] * EVENT.itemsize:
        raise _damaged(f"{len(value)} bytes for {number['count']} records")
    if zlib.crc32(value) != number["crc32"]:
        raise _damaged("its checksum does not fit its bytes")
    if not name or number["first"] < 0 or number["epoch"] < 0:
        raise _damaged("it has no name, or numbers below zero")
    instrument = BusInstrument(name, Decimal(fields["tick"]), Decimal(fields["lot"]))
    # A bytearray makes them writable, as compiled functions were compiled for.
    events = np.frombuffer(bytearray(value), EVENT)
    is_last = fields["end"] == "1"
    return EventBatch(
        instrument, fields["producer"], number["epoch"], number["first"], events, is_last=is_last
    )


def _text(header: Header) -> str:
    """Return a header's text; bytes that are no text become what no number and no name is."""
    return header.decode("utf-8", "replace") if isinstance(header, bytes) else header or ""


def _damaged(why: str) -> BatchRefusedError:
    return BatchRefusedError(
        f"a batch is damaged: {why}", fix="look for who else writes to the topic"
    )
