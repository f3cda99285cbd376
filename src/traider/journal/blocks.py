"""The block: what every file of a journal is made of, and the links of its hash chain.

A block is a header of 96 bytes and a payload; ``docs/journal.md`` tells each byte. Its hash is
BLAKE3 over both, and the next block, in whichever file it is written, holds that hash: so one
chain runs through events, facts and segments. Two CRC-32 say of each block alone whether it is
whole.
"""

import struct
import zlib
from enum import IntEnum
from typing import Any, Final, NamedTuple, TypeAlias

from blake3 import blake3

FORMAT_VERSION: Final = 1
MAGIC: Final = b"TRDJ"
_LAYOUT: Final = struct.Struct("<4sBBHqqqqIIII32sI")
_CRC: Final = struct.Struct("<I")
_CRC_AT: Final = _LAYOUT.size
HEADER_BYTES: Final = _LAYOUT.size + _CRC.size
HASH_BYTES: Final = 32
ID_BYTES: Final = 16
HEAD_BYTES: Final = HEADER_BYTES + ID_BYTES
"""Length of the block that a segment's file begins with: its payload is the journal's id."""
Bytes: TypeAlias = bytes | memoryview
NO_HASH: Final = bytes(HASH_BYTES)
"""What the first block of a journal holds as the hash before it."""


Fields: TypeAlias = tuple[Any, ...]
"""A header as it is unpacked, with nothing left out; the constants name some of its places."""
unpack_header: Final = struct.Struct(_LAYOUT.format + "I").unpack_from
KIND, SPARE, NUMBER, SEQUENCE, TS_FIRST, TS_LAST, RECORDS, PAYLOAD_BYTES = 2, 3, 4, 5, 6, 7, 8, 9
SEGMENT, PLACE, PREVIOUS, PAYLOAD_CRC, HEADER_CRC = 10, 11, 12, 13, 14


class BlockKind(IntEnum):
    """What a block holds; those of the chain come first."""

    FACTS_HEAD = 1
    """First block of a segment's file of facts: the journal's id."""
    EVENTS_HEAD = 2
    """First block of its file of events: the same."""
    EVENTS = 3
    FACT = 4
    INDEX = 5
    """At the end of an ended segment's file: where its groups of blocks lie. Not in the chain."""
    PACKED_HEAD = 6
    """First block of a packed file. Not in the chain."""
    MARK = 7
    """The file ``head``: how far the chain is known to be on the disk. Not in the chain."""
    SNAPSHOT = 8
    """A snapshot of a state. Not in the chain."""


class BlockHeader(NamedTuple):
    """The header of a block, its two CRC-32 apart."""

    kind: int
    number: int
    """Place in the chain, from 0, over all files."""
    sequence: int
    """Of the first event; of a fact, the event it follows; of a head, the next event."""
    ts_first: int
    """The least ``ts_recv``, ns UTC; of a fact, when it was written."""
    ts_last: int
    """The greatest ``ts_recv``."""
    records: int
    """Events, or facts, in the payload."""
    payload_bytes: int
    segment: int
    place: int
    """Place in its file, from 0 for the head."""
    previous: bytes
    payload_crc: int = 0

    @property
    def block_bytes(self) -> int:
        """Length of header and payload."""
        return HEADER_BYTES + self.payload_bytes


class WrongVersionError(ValueError):
    """A header is whole, and of a format that this house does not read."""


def packed_header(header: BlockHeader) -> bytes:
    """Return the bytes of ``header``."""
    kind, *rest = header
    head = _LAYOUT.pack(MAGIC, FORMAT_VERSION, kind, 0, *rest)
    return head + _CRC.pack(zlib.crc32(head))


def header_at(buffer: bytes, place: int) -> BlockHeader | None:
    """Return the header at ``place``, nothing where there is none that is whole.

    Raises:
        WrongVersionError: it is whole, and of another version.
    """
    if buffer[place : place + 4] != MAGIC or len(buffer) - place < HEADER_BYTES:
        return None
    (crc,) = _CRC.unpack_from(buffer, place + _CRC_AT)
    if zlib.crc32(buffer[place : place + _CRC_AT]) != crc:
        return None
    _, version, kind, spare, *rest = _LAYOUT.unpack_from(buffer, place)
    if version != FORMAT_VERSION:
        raise WrongVersionError(f"format {version}, this traider reads {FORMAT_VERSION}")
    if spare:
        return None
    return BlockHeader(kind, *rest)


NO_HEADER: Final = BlockHeader(0, -1, 0, 0, 0, 0, 0, -1, -1, NO_HASH)


def whole_header_at(buffer: bytes) -> BlockHeader:
    """Return the header that ``buffer`` begins with; where there is none, one of no kind."""
    try:
        return header_at(buffer, 0) or NO_HEADER
    except WrongVersionError:
        return NO_HEADER


def header_of(fields: Fields) -> BlockHeader:
    """Return the header of unpacked ``fields``."""
    return BlockHeader(fields[KIND], *fields[NUMBER:HEADER_CRC])


def crc_of(payload: Bytes, before: int = 0) -> int:
    """Return the CRC-32 of a payload, as headers hold it, or that of its next part.

    ``before`` is the CRC of the parts before it.
    """
    return zlib.crc32(payload, before)


def hash_of(header: bytes, payload: Bytes) -> bytes:
    """Return the hash of a block."""
    hasher = blake3(header)
    hasher.update(payload)
    return hasher.digest()


def hash_of_block(block: Bytes) -> bytes:
    """Return the hash of a block whose header and payload lie together."""
    return blake3(block).digest()
