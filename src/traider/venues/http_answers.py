"""Read the answers of one HTTP/1.1 connection, however the network cuts them.

    reader = AnswerReader()
    answer = reader.feed(data)      # None until it is whole

Bodies come by length or in chunks. What needs more than that (an answer that only the end of the
connection ends, an upgrade, a content coding that nobody asked for) is refused: whoever asked takes
it for no answer. Source: RFC 9112, sections 2 to 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import DataError

HEAD_BYTES_MAX: Final = 64 * 1024
BODY_BYTES_MAX: Final = 32 * 1024 * 1024

_END: Final = b"\r\n\r\n"
_LINE: Final = b"\r\n"
_WITHOUT_BODY: Final = (204, 304)
_FINAL: Final = 200
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")


@dataclass(frozen=True)
class HttpAnswer:
    """One whole answer."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case; of a name that comes twice the last."""
    body: bytes
    keeps: bool
    """Whether the connection takes another request."""


class AnswerReader:
    """Reads one answer after the other; made anew after an error."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._head: tuple[int, dict[str, str], bool] | None = None
        self._body = bytearray()
        """Of the chunks so far."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of an answer has come."""
        return not self._data and self._head is None

    def feed(self, data: bytes) -> HttpAnswer | None:
        """Take bytes; return the answer that they make whole.

        Raises:
            DataError: it cannot be read, or is larger than any of this venue.
        """
        self._data += data
        while self._head is None:
            head = self._read_head()
            if head is None:
                return None
            if head[0] >= _FINAL:  # 100 and 103 announce the answer
                self._head = head
        status, headers, keeps = self._head
        body = self._read_body(status, headers)
        if body is None:
            return None
        self._head, self._body = None, bytearray()
        if self._data:
            raise _unreadable("more than one answer")
        return HttpAnswer(status, headers, body, keeps)

    def _read_head(self) -> tuple[int, dict[str, str], bool] | None:
        """Return status, headers, and whether the connection stays; None until they are there."""
        end = self._data.find(_END)
        if end < 0:
            if len(self._data) > HEAD_BYTES_MAX:
                raise _unreadable("a head without an end")
            return None
        first, *lines = bytes(self._data[:end]).split(_LINE)
        del self._data[: end + len(_END)]
        version, _, rest = first.partition(b" ")
        code = rest[:3]
        if version not in (b"HTTP/1.1", b"HTTP/1.0") or not (len(code) == 3 and code.isdigit()):
            raise _unreadable("no status")
        headers = dict(map(_header, lines))
        said = headers.get("connection", "").lower()
        keeps = "close" not in said and (version == b"HTTP/1.1" or "keep-alive" in said)
        return int(code), headers, keeps

    def _read_body(self, status: int, headers: Mapping[str, str]) -> bytes | None:
        if status in _WITHOUT_BODY:
            return b""
        if headers.get("content-encoding", "identity") != "identity":
            raise _unreadable("a coding that was not asked for")
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise _unreadable("an unknown length")
            return self._read_chunks()
        if length is None or not (length.isascii() and length.isdigit()):
            raise _unreadable("an unknown length")
        size = int(length)
        _check_size(size)
        return self._cut(size) if len(self._data) >= size else None

    def _read_chunks(self) -> bytes | None:
        """Read the chunks that are whole; return the body after the last one."""
        while True:
            end = self._data.find(_LINE)
            if end < 0:
                _check_size(len(self._data))
                return None
            digits = bytes(self._data[:end]).partition(b";")[0].strip()
            if not digits or len(digits) > 8 or not _HEX.issuperset(digits):
                raise _unreadable("no length of a chunk")
            size = int(digits, 16)
            _check_size(len(self._body) + size)
            start = end + len(_LINE)
            if not size:
                return self._after_chunks(start)
            if len(self._data) < start + size + len(_LINE):
                return None
            if self._data[start + size : start + size + len(_LINE)] != _LINE:
                raise _unreadable("a chunk without an end")
            self._body += self._data[start : start + size]
            del self._data[: start + size + len(_LINE)]

    def _after_chunks(self, start: int) -> bytes | None:
        """Return the body when the trailer, which says nothing here, has ended."""
        if self._data[start : start + len(_LINE)] == _LINE:
            self._cut(start + len(_LINE))
            return bytes(self._body)
        end = self._data.find(_END, start)
        if end < 0:
            _check_size(len(self._data))
            return None
        self._cut(end + len(_END))
        return bytes(self._body)

    def _cut(self, size: int) -> bytes:
        found = bytes(self._data[:size])
        del self._data[:size]
        return found


def _header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if not colon or not name or name != name.strip():
        raise _unreadable("no header")
    return name.decode("latin-1").lower(), value.strip().decode("latin-1")


def _check_size(size: int) -> None:
    if size > BODY_BYTES_MAX:
        raise _unreadable(f"a body of {size} bytes")


def _unreadable(what: str) -> DataError:
    return DataError(f"an answer that cannot be read: {what}", where="HTTP", fix="ask again")
