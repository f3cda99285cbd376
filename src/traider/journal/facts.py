"""Facts of any size beside the events: order requests and answers, human actions, models.

A fact's payload is the length of its kind (u2), the kind in UTF-8, and the body.
"""

import struct
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import DataError, UsageError

_KIND_LENGTH: Final = struct.Struct("<H")
KIND_BYTES_MAX: Final = 255
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
BEFORE_ALL_EVENTS: Final = -1
"""The sequence of facts that no event precedes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is, the event it follows, when it was written, and what it says."""

    kind: str
    sequence: int
    """Position of the last event before it; -1 where there is none."""
    ts_ns: int
    body: bytes
    """JSON by custom; the journal keeps any bytes."""


def fact_payload(kind: str, body: bytes) -> bytes:
    """Return what is kept of a fact beside its header.

    Raises:
        UsageError: the kind is empty or too long, or the body is too long.
    """
    name = kind.encode()
    if not 0 < len(name) <= KIND_BYTES_MAX:
        raise UsageError(
            f"a fact's kind has 1 to {KIND_BYTES_MAX} bytes, not {len(name)}",
            fix="name it in a few words",
        )
    if len(body) > BODY_BYTES_MAX:
        raise UsageError(
            f"a fact of {len(body):,} bytes; at most {BODY_BYTES_MAX:,} are kept",
            fix="keep the bulk in a file, and its digest as the fact",
        )
    return b"".join((_KIND_LENGTH.pack(len(name)), name, body))


def fact_of(payload: bytes, sequence: int, ts_ns: int) -> Fact:
    """Return the fact of a payload.

    Raises:
        DataError: it is not as ``fact_payload`` writes it.
    """
    try:
        (length,) = _KIND_LENGTH.unpack_from(payload)
        body_at = _KIND_LENGTH.size + length
        kind = payload[_KIND_LENGTH.size : body_at].decode()
    except (struct.error, UnicodeDecodeError) as fault:
        raise DataError("a fact whose kind cannot be read", fix="verify the journal") from fault
    return Fact(kind, sequence, ts_ns, payload[body_at:])
