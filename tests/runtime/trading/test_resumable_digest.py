"""Law: whatever pieces bytes come in, and wherever it is kept, it is the digest of the library."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from traider.runtime.trading.resumable_digest import ResumableBlake2b


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(0, 5))
def test_it_is_the_librarys_digest(pieces: list[bytes], kept_after: int) -> None:
    ours, theirs = ResumableBlake2b(), hashlib.blake2b(digest_size=16)
    for place, piece in enumerate(pieces):
        ours.update(piece)
        theirs.update(piece)
        assert ours.digest() == theirs.digest()
        if place == kept_after:
            ours = ResumableBlake2b.of_state(ours.state())
    assert ours.digest() == theirs.digest()


def test_whole_blocks_are_no_special_case() -> None:
    for size in (0, 1, 127, 128, 129, 255, 256, 257, 1_280):
        ours = ResumableBlake2b()
        ours.update(bytes(range(256)) * 5 if size == 1_280 else bytes(size))
        data = bytes(range(256)) * 5 if size == 1_280 else bytes(size)
        assert ours.digest() == hashlib.blake2b(data, digest_size=16).digest()
