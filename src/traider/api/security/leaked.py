"""Passwords that leaked from elsewhere: the 19,646 that were found most often.

The list is the one that Django ships (``common-passwords.txt.gz`` of 5.2, its license beside it);
nothing is asked of anybody. What is left of a password without the digits and signs around it, with
digits for letters read as letters, and what is said several times, is held against it as well.
"""

import gzip
from functools import cache
from importlib.resources import files
from typing import Final

_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_AROUND: Final = "0123456789!?.,;:*#@$%&+=()[]{}<>~^|/\\'\"-_ "
_WORD_MIN: Final = 5
"""Shorter ones say nothing about the long password that they stand in."""


@cache
def leaked_passwords() -> frozenset[str]:
    """Return the list, in small letters."""
    packed = files("traider.api.security").joinpath("leaked_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").split())


def has_leaked(small: str) -> bool:
    """Whether a password in small letters is one of the list, or one with a little around it."""
    bare = small.strip(_AROUND)
    for text in {small, small.translate(_LEET), bare, bare.translate(_LEET)}:
        once = _said_once(text)
        if text in leaked_passwords() or (len(once) >= _WORD_MIN and once in leaked_passwords()):
            return True
    return False


def _said_once(text: str) -> str:
    """Return the part that ``text`` repeats, or all of it: ``dragon`` of ``dragondragon``."""
    length = (text + text).find(text, 1) if text else 0
    return text[:length]
