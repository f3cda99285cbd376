"""BLAKE2b whose state can be kept, so that a digest goes on in another process (RFC 7693).

The library's digests cannot be taken apart. This one is plain Python: 128 bytes cost some tens of
microseconds, which is for what comes seldom, orders and samples of an account. Digests are those
of ``hashlib.blake2b(digest_size=16)``.
"""

import struct
from typing import Final, Self

_BLOCK: Final = 128
_SIZE: Final = 16
_MASK: Final = 0xFFFFFFFFFFFFFFFF
_STATE: Final = struct.Struct("<8QQ")
_WORDS: Final = struct.Struct("<16Q")
_START: Final = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)
_ORDERS: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
"""Which words of a block each round takes; rounds 10 and 11 take those of 0 and 1 again."""
_LANES: Final = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
_ROUNDS: Final = tuple(
    tuple((*lanes, order[2 * place], order[2 * place + 1]) for place, lanes in enumerate(_LANES))
    for order in (*_ORDERS, *_ORDERS[:2])
)


class ResumableBlake2b:
    """A digest under way."""

    def __init__(self) -> None:
        self._words = [_START[0] ^ 0x01010000 ^ _SIZE, *_START[1:]]
        self._count = 0
        """Bytes that are in the words already."""
        self._rest = b""

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        self._rest += data
        # The last block is kept, however full: it is hashed as the last one.
        whole = (len(self._rest) - 1) // _BLOCK * _BLOCK
        for begin in range(0, whole, _BLOCK):
            self._count += _BLOCK
            self._words = _compressed(
                self._words, self._rest[begin : begin + _BLOCK], self._count, is_last=False
            )
        if whole > 0:
            self._rest = self._rest[whole:]

    def digest(self) -> bytes:
        """Return the digest of what was taken in; more may follow."""
        block = self._rest.ljust(_BLOCK, b"\0")
        words = _compressed(self._words, block, self._count + len(self._rest), is_last=True)
        return struct.pack("<8Q", *words)[:_SIZE]

    def state(self) -> bytes:
        """Return all that is needed to go on."""
        return _STATE.pack(*self._words, self._count) + self._rest

    @classmethod
    def of_state(cls, state: bytes) -> Self:
        """Return a digest that goes on from ``state``."""
        made = cls()
        *made._words, made._count = _STATE.unpack_from(state)
        made._rest = state[_STATE.size :]
        return made


def _compressed(words: list[int], block: bytes, count: int, *, is_last: bool) -> list[int]:
    """Return the words after one block; ``count`` are the bytes up to its end."""
    found, message = [*words, *_START], _WORDS.unpack(block)
    found[12] ^= count & _MASK
    found[13] ^= count >> 64
    if is_last:
        found[14] ^= _MASK
    for round_ in _ROUNDS:
        for a, b, c, d, x, y in round_:
            va, vb, vc, vd = found[a], found[b], found[c], found[d]
            va = (va + vb + message[x]) & _MASK
            vd ^= va
            vd = (vd >> 32 | vd << 32) & _MASK
            vc = (vc + vd) & _MASK
            vb ^= vc
            vb = (vb >> 24 | vb << 40) & _MASK
            va = (va + vb + message[y]) & _MASK
            vd ^= va
            vd = (vd >> 16 | vd << 48) & _MASK
            vc = (vc + vd) & _MASK
            vb ^= vc
            found[a], found[c], found[d] = va, vc, vd
            found[b] = (vb >> 63 | vb << 1) & _MASK
    return [word ^ found[place] ^ found[place + 8] for place, word in enumerate(words)]
