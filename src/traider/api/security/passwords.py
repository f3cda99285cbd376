"""Passwords: what is strong enough, and what is kept of them (argon2id).

The cost is RFC 9106's second choice, 64 MiB and three passes, so that a stolen table is expensive
to try. Recovery codes are random and long already; they get a lighter one.
"""

import secrets
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from traider.api.problems import NotUnderstoodError
from traider.api.security.leaked import has_leaked

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 128
"""Longer ones would let anybody keep the processor busy."""
_DIFFERENT_MIN: Final = 5
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
# No letter or digit that is taken for another when it is read aloud or copied by hand.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_MADE_LENGTH: Final = 20


class Passwords:
    """Make and check digests; thread-safe."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def digest(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(_normal(password))

    def matches(self, digest: str | None, password: str) -> bool:
        """Whether ``password`` is that of ``digest``; with None it takes as long, and is not."""
        try:
            self._hasher.verify(self._nobody if digest is None else digest, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return digest is not None

    def is_outdated(self, digest: str) -> bool:
        """Whether a digest is of another cost than passwords have now."""
        return self._hasher.check_needs_rehash(digest)


def light_passwords() -> Passwords:
    """Return what makes digests of random codes."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1))


def made_password() -> str:
    """Return a random password of 98 bits that can be read aloud."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_MADE_LENGTH))
    return "-".join(letters[start : start + 5] for start in range(0, _MADE_LENGTH, 5))


def check_password(password: str, name: str, where: str = "body.new_password") -> None:
    """Return when a password of ``name`` is strong enough.

    Raises:
        NotUnderstoodError: it is not; the error does not repeat it.
    """
    what = weakness_of(password, name)
    if what:
        raise NotUnderstoodError(
            f"the password {what}",
            where=where,
            fix=f"choose {LENGTH_MIN} characters or more that nobody would try first",
        )


def weakness_of(password: str, name: str) -> str:
    """Return what is wrong with a password, empty where nothing is."""
    plain = _normal(password)
    small = plain.casefold()
    if len(plain) < LENGTH_MIN:
        return f"has fewer than {LENGTH_MIN} characters"
    if len(plain) > LENGTH_MAX:
        return f"has more than {LENGTH_MAX} characters"
    if name.casefold() in small or small in name.casefold():
        return "has the name in it"
    if len(set(small)) < _DIFFERENT_MIN:
        return "is made of very few characters"
    if _is_row(small) or _is_common(small) or has_leaked(small):
        return "is one of those that are tried first"
    return ""


def _normal(password: str) -> str:
    """Return the same text however a keyboard composed it."""
    return unicodedata.normalize("NFC", password)


def _is_row(small: str) -> bool:
    """Whether it follows the alphabet, the digits or a keyboard, forwards or backwards."""
    rows = [row * (1 + len(small) // len(row) + 1) for row in _ROWS]
    return any(small in row or small[::-1] in row for row in rows)


def _is_common(small: str) -> bool:
    """Whether its letters, digits for letters read as letters, are common words and no more."""
    plain = "".join(letter for letter in small if letter.isalpha())
    read = "".join(letter for letter in small.translate(_LEET) if letter.isalpha())
    bare = small.strip("0123456789!?.,*#@$-_ ").translate(_LEET)
    return any(_is_made_of_common(word) for word in {plain, read, bare} if word)


def _is_made_of_common(text: str) -> bool:
    """Whether ``text`` is one common word, or several beside each other."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in _common_words() for start in reached):
            reached.add(end)
    return len(text) in reached


@cache
def _common_words() -> frozenset[str]:
    text = files("traider.api.security").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.split() if line)
