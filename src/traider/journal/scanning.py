"""Go through the blocks of a file in order, as far as they are whole."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from traider.journal.blocks import (
    HEADER_BYTES,
    MAGIC,
    BlockHeader,
    BlockKind,
    WrongVersionError,
    crc_of,
    hash_of_block,
    header_at,
)
from traider.journal.byte_sources import READ_BYTES, ByteSource


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


class BlockScan:
    """The blocks of a file from ``offset`` on; one pass.

    After the pass ``end`` is where the last whole block ends and ``stop`` says why it is the
    last. An index ends the pass too: it is given out, and ``end`` lies after it.
    """

    def __init__(self, source: ByteSource, offset: int = 0) -> None:
        self.end = offset
        self.stop = Stop.END
        self.place = 0
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
