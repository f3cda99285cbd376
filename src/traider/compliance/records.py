"""One record of the audit, its canonical bytes and its hash.

    {"action":"order","actor":"trader","hash":"…","object":"0010…","payload":{…},"previous":"…",
     "seq":7,"ts":1760000000000000000}

A line is canonical JSON: keys sorted, no spaces, UTF-8, no NaN, floats as Python writes them. The
hash is the SHA-256 of the same text without ``hash``; ``previous`` is the hash of the record
before. So anybody can check a chain with a few lines of any language.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from traider.domain.errors import DataError

GENESIS: Final = "0" * 64
"""What the first record names as the hash before it."""

_FIELDS: Final = frozenset(
    ("action", "actor", "hash", "object", "payload", "previous", "seq", "ts"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded: who did what to what, when, and all there is to say about it."""

    ts_ns: int
    actor: str
    action: str
    object_id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An entry in its place in the chain."""

    seq: int
    ts_ns: int
    actor: str
    action: str
    object_id: str
    payload: Mapping[str, Any]
    previous: str
    hash: str

    def line(self) -> bytes:
        """Return it as its line, without the end of line."""
        head, tail = _parts(self.seq, _entry(self), self.previous)
        return f'{head}"hash":{canonical(self.hash)},{tail}'.encode()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "seq": self.seq,
            "ts": self.ts_ns,
            "actor": self.actor,
            "action": self.action,
            "object": self.object_id,
            "payload": dict(self.payload),
            "previous": self.previous,
            "hash": self.hash,
        }


def canonical(value: object) -> str:
    """Return the canonical JSON of plain values.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def chained(seq: int, entry: Entry, previous: str) -> AuditRecord:
    """Return the record of ``entry`` in the place ``seq`` after the record hashed ``previous``."""
    head, tail = _parts(seq, entry, previous)
    digest = hashlib.sha256(f"{head}{tail}".encode()).hexdigest()
    return AuditRecord(
        seq,
        entry.ts_ns,
        entry.actor,
        entry.action,
        entry.object_id,
        entry.payload,
        previous,
        digest,
    )


def hash_of(record: AuditRecord) -> str:
    """Return the hash that a record's own words give."""
    return chained(record.seq, _entry(record), record.previous).hash


def record_of(line: bytes) -> AuditRecord:
    """Return the record of a line.

    Raises:
        DataError: it is none.
    """
    try:
        body = json.loads(line)
    except ValueError as fault:
        raise DataError(f"is no JSON: {fault}", fix="restore it from a copy") from fault
    if not isinstance(body, dict) or frozenset(body) != _FIELDS:
        raise DataError("is no record of an audit", fix="restore it from a copy")
    texts = (body["actor"], body["action"], body["object"], body["previous"], body["hash"])
    numbers = (body["seq"], body["ts"])
    if not (
        all(isinstance(text, str) for text in texts)
        and all(type(number) is int for number in numbers)
        and isinstance(body["payload"], dict)
    ):
        raise DataError("is no record of an audit", fix="restore it from a copy")
    return AuditRecord(
        body["seq"],
        body["ts"],
        body["actor"],
        body["action"],
        body["object"],
        body["payload"],
        body["previous"],
        body["hash"],
    )


def _entry(record: AuditRecord) -> Entry:
    return Entry(record.ts_ns, record.actor, record.action, record.object_id, record.payload)


def _parts(seq: int, entry: Entry, previous: str) -> tuple[str, str]:
    """Return the canonical text before and after the place of the hash."""
    head = f'{{"action":{canonical(entry.action)},"actor":{canonical(entry.actor)},'
    tail = (
        f'"object":{canonical(entry.object_id)},"payload":{canonical(entry.payload)},'
        f'"previous":{canonical(previous)},"seq":{seq},"ts":{entry.ts_ns}}}'
    )
    return head, tail
