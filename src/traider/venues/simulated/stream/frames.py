"""WebSocket frames of a server (RFC 6455, section 5.2): final, not masked, not compressed.

Written here rather than by the socket library, so that a turn's messages leave in one write.
"""

from struct import Struct
from typing import Final

_TEXT: Final = 0x81
_CLOSE: Final = 0x88
_PONG: Final = 0x8A
_SHORT_MAX: Final = 125
_MEDIUM_MAX: Final = 65_535
_short: Final = Struct("!BB").pack
_medium: Final = Struct("!BBH").pack
_long: Final = Struct("!BBQ").pack


def text_frame(payload: bytes) -> bytes:
    """Return a text message as one frame."""
    return _frame(_TEXT, payload)


def pong_frame(payload: bytes) -> bytes:
    """Return the answer to a ping."""
    return _frame(_PONG, payload)


def close_frame(code: int) -> bytes:
    """Return the end of a connection, with its reason as a number."""
    return _frame(_CLOSE, code.to_bytes(2, "big"))


def _frame(head: int, payload: bytes) -> bytes:
    size = len(payload)
    if size <= _SHORT_MAX:
        return _short(head, size) + payload
    if size <= _MEDIUM_MAX:
        return _medium(head, 126, size) + payload
    return _long(head, 127, size) + payload
