"""Texts that may leave the house: without secrets, without amounts, without folders.

What cannot be told apart safely goes: of a text no digit is kept, so no price, size, balance or
account number can be read from it, and a long word that mixes letters and digits counts as a key.
"""

import re
from typing import Final

SECRET: Final = "[secret]"  # noqa: S105 - the word that stands where one was
AMOUNT: Final = "#"
LONGEST: Final = 1_000

_BLOCK: Final = re.compile(r"-----BEGIN [^-]+-----.*?(?:-----END [^-]+-----|\Z)", re.DOTALL)
_TOKEN: Final = re.compile(r"\beyJ[\w-]+(?:\.[\w-]+)*")
_OWN: Final = re.compile(r"\btrd_[\w-]+")
"""Tokens that the front door gives out."""
_USER: Final = re.compile(r"(://)[^/\s]*@")
_NAMED: Final = re.compile(
    r"(?i)\b(\w*(?:key|secret|token|password|passphrase|authorization|signature|dsn|cookie))"
    r"(['\"]?\s*[=:]\s*)(?:bearer\s+)?(?:'[^']*'|\"[^\"]*\"|[^\s,;)}\]]+)"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer)\s+\S+")
_RANDOM: Final = re.compile(r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{20,}")
_FOLDERS: Final = re.compile(r"(?<![\w:/])(?:~|[A-Za-z]:)?(?:[/\\][\w.+ -]+)+[/\\]([\w.+-]+)")
_AMOUNT: Final = re.compile(r"\d(?:[\d,._]*\d)?")


def without_secrets(text: str) -> str:
    """Return ``text`` without what looks like a secret; amounts, ids and folders stay.

    For those who may see the rest: nothing is cut off, and no long word counts as a key.
    """
    text = _BLOCK.sub(SECRET, text)
    text = _USER.sub(rf"\1{SECRET}@", text)
    text = _OWN.sub(SECRET, _TOKEN.sub(SECRET, text))
    text = _NAMED.sub(rf"\1\2{SECRET}", text)
    return _BEARER.sub(rf"\1 {SECRET}", text)


def scrubbed(text: str) -> str:
    """Return the first thousand characters of ``text`` without secrets, amounts and folders."""
    # Twice as much is looked at, so that no secret at the end is cut before it is known for one.
    text = _BLOCK.sub(SECRET, text[: 2 * LONGEST])
    text = _USER.sub(rf"\1{SECRET}@", text)
    text = _TOKEN.sub(SECRET, text)
    text = _NAMED.sub(rf"\1\2{SECRET}", text)
    text = _BEARER.sub(rf"\1 {SECRET}", text)
    text = _FOLDERS.sub(r"\1", text)
    text = _RANDOM.sub(SECRET, text)
    return _AMOUNT.sub(AMOUNT, text)[:LONGEST]
