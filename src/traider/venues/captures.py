"""Raw captures: files of ``<local receive time> <message as received>`` lines.

Compression is told by the file's ending (``.zst``, ``.gz``, or none). The receive time is in ns,
us or ms since 1970 UTC; which of them is told by its magnitude, once a file. Lines come out in the
order of the file, each with a receive time of its own: a time that does not rise above the one
before is set 1 ns after it, so that arrival decides the order of events and never the rank of their
kinds. A file is read in blocks, never whole.

    for number, ts_recv, raw in read_capture(path, order): …

``number`` counts lines from 1, ``ts_recv`` is ns, ``raw`` the message. ``order`` is a
``ReceiveOrder``; files that follow one another share one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from traider.domain.errors import DataError

CaptureLine = tuple[int, int, bytes]
"""Line number, receive time in ns, message."""

BACK_NS_MAX: Final = 1_000_000_000
"""A local clock may be set back by so much; more means files out of order."""
LINE_BYTES_MAX: Final = 64 * 1024 * 1024

_BLOCK_BYTES: Final = 1024 * 1024
_FIRST_NS: Final = 978_307_200_000_000_000
_LAST_NS: Final = 4_102_444_800_000_000_000
_SCALES_NS: Final = (1, 1_000, 1_000_000)
_TIME_DIGITS_MAX: Final = 19


@dataclass(slots=True)
class ReceiveOrder:
    """The last receive time, so that the next one lies after it."""

    last_ns: int = 0
    moved: int = 0
    """Times that did not rise and were set 1 ns after the one before."""

    def place(self, ts_ns: int) -> int:
        """Return ``ts_ns``, or the first time after the last one.

        Raises:
            DataError: the time lies further back than a clock is ever set.
        """
        if ts_ns <= self.last_ns:
            if ts_ns < self.last_ns - BACK_NS_MAX:
                seconds = (self.last_ns - ts_ns) / 1e9
                raise DataError(
                    f"was received {seconds:.3f} s before the line above it",
                    fix="captures of one instrument must follow one another",
                )
            self.moved += 1
            ts_ns = self.last_ns + 1
        self.last_ns = ts_ns
        return ts_ns


def read_capture(path: Path, order: ReceiveOrder) -> Iterator[CaptureLine]:
    """Yield the lines of one file.

    Raises:
        DataError: the file is missing, damaged or cut short, or a line has no receive time; the
            line is in the message.
    """
    scale = 0
    for number, line in enumerate(file_lines(path), 1):
        stamp, _, raw = line.partition(b" ")
        if not raw:
            if not line.strip():
                continue
            raise _bad_line(path, number, "has no message after its receive time")
        if not stamp.isdigit() or len(stamp) > _TIME_DIGITS_MAX:
            raise _bad_line(path, number, f"starts with {stamp[:30]!r}, no receive time")
        time = int(stamp)
        scale = scale or _scale(time)
        if not _FIRST_NS <= time * scale < _LAST_NS:
            raise _bad_line(path, number, f"has receive time {time}, unlike the lines before it")
        try:
            ts_recv = order.place(time * scale)
        except DataError as fault:
            raise at_line(fault, path, number) from fault
        yield number, ts_recv, raw


def first_receive_ns(path: Path) -> int:
    """Return the receive time of the first line, in ns.

    Raises:
        DataError: the file cannot be read, or has no line.
    """
    for _, ts_recv, _ in read_capture(path, ReceiveOrder()):
        return ts_recv
    raise DataError("is empty", where=str(path), fix="record it again")


def file_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, compressed as its ending says, without their ends.

    Raises:
        DataError: the file is missing, damaged or cut short, or a line is too long.
    """
    return _lines(path, _blocks(path))


def at_line(fault: DataError, path: Path, number: int) -> DataError:
    """Return ``fault`` with its place in a file."""
    return DataError(fault.what, where=f"{path} line {number}", fix=fault.fix)


def _scale(time: int) -> int:
    """Return how many ns one unit of ``time`` is; 1 when none makes a time of this century."""
    return next((ns for ns in _SCALES_NS if _FIRST_NS <= time * ns < _LAST_NS), 1)


def _bad_line(path: Path, number: int, what: str) -> DataError:
    return DataError(
        what,
        where=f"{path} line {number}",
        fix="a line is a receive time in ns since 1970 UTC, a space and the message",
    )


def _lines(path: Path, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of blocks cut anywhere; the last one may lack its end."""
    rest = b""
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if len(rest) > LINE_BYTES_MAX:
            raise DataError("has a line of more than 64 MiB", where=str(path), fix="check the file")
        yield from lines
    if rest:
        yield rest


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            while block := stream.read(_BLOCK_BYTES):
                yield block
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except (pa.ArrowException, OSError) as fault:
        raise DataError(
            f"cannot be read to its end: {fault}", where=str(path), fix="fetch the file again"
        ) from fault
