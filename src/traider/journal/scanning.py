"""Go through the blocks of a file in order, as far as they are whole."""

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple
from zlib import crc32

from traider.journal.blocks import (
    FORMAT_VERSION,
    HEADER_BYTES,
    HEADER_CRC,
    MAGIC,
    PAYLOAD_BYTES,
    PAYLOAD_CRC,
    SPARE,
    BlockHeader,
    BlockKind,
    Fields,
    WrongVersionError,
    crc_of,
    hash_of_block,
    header_at,
    unpack_header,
)
from traider.journal.byte_sources import READ_BYTES, ByteSource

_EXPECTED: Final = (MAGIC, FORMAT_VERSION)


class Stop(Enum):
    """Why a scan went no further; the value is how a fault of that kind is named."""

    END = "end"
    """The file ends with a whole block."""
    SHORT = "torn"
    """The file ends inside a block."""
    HEADER = "header"
    """What is there is no header."""
    PAYLOAD = "payload"
    """The payload is not the one its header tells of."""
    VERSION = "version"
    """A whole header of a format that this house does not read."""


class Block(NamedTuple):
    """A whole block, and where it was found."""

    header: BlockHeader
    offset: int
    """In the raw file."""
    whole: memoryview
    """Header and payload."""

    @property
    def payload(self) -> memoryview:
        """The payload alone."""
        return self.whole[HEADER_BYTES:]

    @property
    def hash(self) -> bytes:
        """The hash that the next block of the chain holds."""
        return hash_of_block(self.whole)


def whole_blocks(buffer: bytes, limit: int) -> list[tuple[int, Fields]]:
    """Return the blocks that ``buffer`` begins with, each with where it begins.

    The quick way through many small blocks: it ends at the first that is not whole, reaches beyond
    ``limit``, or is of another format, and says nothing about it.
    """
    found: list[tuple[int, Fields]] = []
    view = memoryview(buffer)
    end = min(len(buffer), limit)
    place = 0
    while place + HEADER_BYTES <= end:
        fields = unpack_header(buffer, place)
        payload = place + HEADER_BYTES
        after = payload + fields[PAYLOAD_BYTES]
        if (
            fields[:2] != _EXPECTED
            or fields[SPARE]
            or after > end
            or crc32(view[place : payload - 4]) != fields[HEADER_CRC]
            or crc32(view[payload:after]) != fields[PAYLOAD_CRC]
        ):
            break
        found.append((place, fields))
        place = after
    return found


class BlockScan:
    """The blocks of a file from ``offset`` on; one pass.

    After the pass ``end`` is where the last whole block ends and ``stop`` says why it is the
    last. An index ends the pass too: it is given out, and ``end`` lies after it.
    """

    def __init__(self, source: ByteSource, offset: int = 0, place: int = 0) -> None:
        self.end = offset
        self.stop = Stop.END
        self.place = place
        """Place in the file of the block that the pass stopped at."""
        self._source = source
        self._buffer = b""
        self._view = memoryview(b"")
        self._base = offset

    def __iter__(self) -> Iterator[Block]:
        """Yield each whole block.

        Raises:
            DataError: the disk does not give the bytes.
        """
        while True:
            header = self._next_header()
            if header is None:
                return
            place = self.end - self._base
            if len(self._buffer) - place < header.block_bytes:
                self._read_on(header.block_bytes)
                place = 0
                if len(self._buffer) < header.block_bytes:
                    self.stop = Stop.SHORT
                    return
            block = self._view[place : place + header.block_bytes]
            if crc_of(block[HEADER_BYTES:]) != header.payload_crc:
                self.stop = Stop.PAYLOAD
                return
            found = Block(header, self.end, block)
            self.end += header.block_bytes
            self.place = header.place + 1
            yield found
            if header.kind == BlockKind.INDEX:
                return

    def _next_header(self) -> BlockHeader | None:
        place = self.end - self._base
        if len(self._buffer) - place < HEADER_BYTES:
            self._read_on(HEADER_BYTES)
            place = 0
            if len(self._buffer) < HEADER_BYTES:
                self.stop = Stop.SHORT if self._buffer else Stop.END
                return None
        try:
            header = header_at(self._buffer, place)
        except WrongVersionError:
            self.stop = Stop.VERSION
            return None
        if header is None:
            self.stop = Stop.HEADER
        return header

    def _read_on(self, size: int) -> None:
        """Hold the bytes from ``end`` on: ``size`` of them, where the file has as many."""
        kept = self._buffer[self.end - self._base :]
        self._base = self.end
        wanted = max(READ_BYTES, size - len(kept))
        more = self._source.read(self._base + len(kept), wanted)
        self._buffer = kept + more if kept else more
        self._view = memoryview(self._buffer)


def next_whole_block(source: ByteSource, offset: int) -> int | None:
    """Return where a whole block begins after ``offset``; nothing where none does."""
    begin = offset + 1
    while True:
        piece = source.read(begin, READ_BYTES)
        place = piece.find(MAGIC)
        while place >= 0:
            if _is_whole(source, begin + place):
                return begin + place
            place = piece.find(MAGIC, place + 1)
        if len(piece) < len(MAGIC):
            return None
        begin += len(piece) - len(MAGIC) + 1


def _is_whole(source: ByteSource, offset: int) -> bool:
    try:
        header = header_at(source.read(offset, HEADER_BYTES), 0)
    except WrongVersionError:
        return False
    if header is None:
        return False
    block = source.read(offset, header.block_bytes)[: header.block_bytes]
    return len(block) == header.block_bytes and crc_of(block[HEADER_BYTES:]) == header.payload_crc
