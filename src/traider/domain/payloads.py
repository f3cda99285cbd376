"""Encode, decode and print the event record by the event table.

``python -m traider.domain.payloads`` prints ``docs/events.md``. Encoding and decoding here are for
people and tests (one record at a time, every field checked); the kernel reads records directly.
"""

import sys
from collections.abc import Mapping
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import (
    EVENT_TABLE_VERSION,
    PAYLOADS,
    WORD_COUNT,
    Payload,
    Word,
)

__all__ = [
    "EVENT_TABLE_VERSION",
    "PAYLOADS",
    "WORD_COUNT",
    "Payload",
    "Word",
    "config_digest_event",
    "config_digest_of",
    "decode_event",
    "encode_event",
    "events_page",
    "payload_of",
]

_HEAD: Final = ("ts_event", "ts_recv", "instrument", "flags", "side")
_DIGEST_BYTES: Final = 32

Value = int | float | str


def payload_of(kind: int, version: int) -> Payload:
    """Return the table's row for ``kind``.

    Raises:
        DataError: the kind is not in the table, or the version is not the one this house reads.
    """
    try:
        payload = PAYLOADS[Kind(kind)]
    except ValueError:
        raise DataError(f"unknown event kind {kind}", fix="read it with a newer traider") from None
    if version != payload.version:
        raise DataError(
            f"{payload.kind.name} has version {version}, this traider reads {payload.version}",
            fix="convert the journal, or stamp the record with the table's version",
        )
    return payload


def decode_event(event: EventArray) -> dict[str, Value]:
    """Return one record as a readable mapping: kind's name, head fields, then its used words.

    ``event`` is one record, or an array of one.

    Raises:
        DataError: see ``payload_of``.
    """
    record = event.reshape(-1)[0]
    payload = payload_of(int(record["kind"]), int(record["version"]))
    fields: dict[str, Value] = {"kind": payload.kind.name, "version": payload.version}
    fields |= {name: int(record[name]) for name in _HEAD}
    for position, word in enumerate(payload.words):
        if word.is_used and word.type == "f8":
            fields[word.name] = float(record[f"f{position}"])
        elif word.is_used:
            fields[word.name] = int(record[f"w{position}"])
    return fields


def encode_event(fields: Mapping[str, Value]) -> EventArray:
    """Return the record (an array of one) that ``fields`` describes; absent fields are zero.

    The inverse of ``decode_event``. ``version`` may be left out: the table's is stamped.

    Raises:
        DataError: the kind is unknown, a field is not the kind's, or a value does not fit.
    """
    name = str(fields.get("kind", ""))
    if name not in Kind.__members__:
        raise DataError(f"unknown event kind {name!r}", fix="use a name of the event table")
    kind = Kind[name]
    version = fields.get("version", PAYLOADS[kind].version)
    payload = payload_of(kind, int(version))
    places = {name: name for name in _HEAD}
    for position, word in enumerate(payload.words):
        if word.is_used:
            places[word.name] = f"{'f' if word.type == 'f8' else 'w'}{position}"
    event = empty_events(1)
    event["kind"] = kind
    event["version"] = payload.version
    for field, value in fields.items():
        if field in ("kind", "version"):
            continue
        if field not in places:
            raise DataError(f"{kind.name} has no field {field!r}", fix=_known(places))
        _write(event, places[field], field, value)
    return event


def _known(places: Mapping[str, str]) -> str:
    return f"it has {', '.join(places)}"


def _write(event: EventArray, place: str, field: str, value: Value) -> None:
    """Write ``value`` into field ``place``, refusing what the bytes cannot hold exactly."""
    wants_float = place.startswith("f") and place != "flags"
    if isinstance(value, str) or (isinstance(value, float) and not wants_float):
        raise DataError(f"{field} cannot hold {value!r}", fix="give a whole number")
    try:
        event[place] = value
    except OverflowError:
        raise DataError(f"{value} does not fit into {field}", fix="check its unit") from None


def config_digest_event(digest: bytes, ts_ns: int) -> EventArray:
    """Return the first record of a run (an array of one).

    Words 0 to 3 are the 32 bytes of ``digest`` (sha-256 of the configuration) in order, word 4 is
    the version of the event table.

    Raises:
        DataError: ``digest`` is not 32 bytes long.
    """
    if len(digest) != _DIGEST_BYTES:
        raise DataError(f"a config digest has 32 bytes, not {len(digest)}", fix="use sha-256")
    event = empty_events(1)
    event["kind"] = Kind.CONFIG_DIGEST
    event["version"] = PAYLOADS[Kind.CONFIG_DIGEST].version
    event["ts_event"] = event["ts_recv"] = ts_ns
    for word in range(4):
        event[f"w{word}"] = int.from_bytes(digest[8 * word : 8 * word + 8], "little", signed=True)
    event["w4"] = EVENT_TABLE_VERSION
    return event


def config_digest_of(event: EventArray) -> bytes:
    """Return the 32 bytes of a config digest record.

    Raises:
        DataError: the record is of another kind or version.
    """
    record = event.reshape(-1)[0]
    payload = payload_of(int(record["kind"]), int(record["version"]))
    if payload.kind is not Kind.CONFIG_DIGEST:
        raise DataError(
            f"the record is {payload.kind.name}, not CONFIG_DIGEST",
            fix="read the first record of the run",
        )
    return b"".join(int(record[f"w{word}"]).to_bytes(8, "little", signed=True) for word in range(4))


_INTRODUCTION: Final = """\
# Events

Every fact is one record of 64 bytes, little endian. This page is printed from the code by
`python -m traider.domain.payloads`; change `traider/domain/payload_table.py`, not this page.

## The record

| bytes | field | type | meaning |
| --- | --- | --- | --- |
| 0-7 | `ts_event` | i8 | when it happened at its source, ns UTC |
| 8-15 | `ts_recv` | i8 | when the trader received it, ns UTC |
| 16-17 | `kind` | u2 | what the record says; also its rank |
| 18-19 | `instrument` | u2 | position in the run's list of instruments, 0 where none is meant |
| 20-21 | `flags` | u2 | the kind gives the meaning |
| 22 | `side` | i1 | +1, -1 or 0; the kind gives the meaning |
| 23 | `version` | u1 | version of the kind's payload |
| 24-63 | words 0 to 4 | 5 x 8 | the kind gives names, types and units |

Integers: prices are ticks, sizes lots, money and fees units of 1e-8 of the account's currency
("money units"), rates units of 1e-12, times nanoseconds UTC. An unused word is zero. The sequence
of an event is its position in the journal and is not stored. An order id is the leader epoch
(11 bits), the journal sequence of the decision (44 bits) and the leg (8 bits).

An account may pay fees in a currency of their own, of which it holds a balance. The fee of a fill
flagged FEE_IN_OTHER was taken from that balance and counts 1e-8 of that currency; nothing but the
trade itself moved cash. Without the flag the fee moved cash. A transfer in the fee currency moves
that balance, any other transfer cash. Whoever keeps books follows these events and decides nothing.

## Total order

Events are ordered by `ts_recv`, then the kind's number (its rank), then `instrument`, then
arrival. The order is the same live and in back-test. So a timer at T follows every fact received
at or before T, one decision follows all instruments' bars of an instant, and what a decision
causes follows the decision.

## Versions

- The table has version {table_version}. The first record of every run is `CONFIG_DIGEST`: words 0
  to 3 are the 32 bytes of the sha-256 of the configuration, word 4 is the version of this table.
- Each kind has a version of its own, written into every record. A reader refuses any other.
- A new kind takes a free number and never reuses one; it leaves the versions of others alone.
- A word that gets a meaning, or another unit, raises the kind's version and the table's;
  journals are converted, never reinterpreted.

## Kinds
"""


def events_page() -> str:
    """Return the text of ``docs/events.md``."""
    parts = [_INTRODUCTION.format(table_version=EVENT_TABLE_VERSION), _overview()]
    parts += [_section(payload) for payload in PAYLOADS.values()]
    return "\n".join(parts)


def _overview() -> str:
    rows = ["| rank | kind | version | writer | meaning |", "| --- | --- | --- | --- | --- |"]
    rows += [
        f"| {payload.kind.value} | `{payload.kind.name}` | {payload.version} "
        f"| {payload.writer} | {payload.meaning} |"
        for payload in PAYLOADS.values()
    ]
    return "\n".join(rows) + "\n"


def _section(payload: Payload) -> str:
    lines = [f"### {payload.kind.value} {payload.kind.name}", "", f"{payload.meaning}.", ""]
    used = [(place, word) for place, word in enumerate(payload.words) if word.is_used]
    lines += ["| word | name | type | unit |", "| --- | --- | --- | --- |"]
    lines += [f"| {place} | `{word.name}` | {word.type} | {word.unit} |" for place, word in used]
    lines.append("")
    if payload.flags:
        lines += [f"- flags: {payload.flags}"]
    if payload.side:
        lines += [f"- side: {payload.side}"]
    if payload.flags or payload.side:
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(events_page())
