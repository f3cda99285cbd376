"""Prove a line of the chain from its bytes, without writing its words anew.

The hash of a line is that of its own bytes without the hash, so bytes that give it are those that
were hashed. That they say one thing only (keys sorted, each once, no spaces) is seen by writing
what was read again, in C, with numbers left as they stand. A line that fails here is not damaged
for that: whoever wants the reason reads it slowly.
"""

import hashlib
from typing import Any, Final

import msgspec

from traider.compliance.records import AuditRecord


class _Line(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The fields of a line, in their order."""

    action: str
    actor: str
    hash: str
    object: str
    payload: dict[str, Any]
    previous: str
    seq: int
    ts: int


# Python and msgspec write small and large floats differently: here they stay the text they are.
_DECODER: Final = msgspec.json.Decoder(_Line, float_hook=msgspec.Raw)
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def proved_record(line: bytes) -> AuditRecord | None:
    """Return the record of a line that gives its hash; None of one that must be looked at closely.

    Floats in its payload are ``msgspec.Raw``, the text that they are written as.
    """
    try:
        read = _DECODER.decode(line)
        is_canonical = _ENCODER.encode(read) == line
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    head, found, tail = line.partition(b'"hash":"%b",' % read.hash.encode())
    if not (is_canonical and found and hashlib.sha256(head + tail).hexdigest() == read.hash):
        return None
    return AuditRecord(
        read.seq,
        read.ts,
        read.actor,
        read.action,
        read.object,
        read.payload,
        read.previous,
        read.hash,
    )
