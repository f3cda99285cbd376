"""Random names that open a door, and what is kept of them."""

import hashlib
import hmac
import secrets
from typing import Final

TOKEN_PREFIX: Final = "trd_"  # noqa: S105 - what a token begins with, so that scanners know one
_BYTES: Final = 32


def new_secret() -> str:
    """Return 256 random bits, as text for a cookie or a header."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: it is random, so a quick hash does not help to guess it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_of(session_secret: str) -> str:
    """Return the word that a page of this session says with each request that changes something.

    It follows from the session's secret, which a page of another origin cannot read.
    """
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()
