"""Exact amounts: decimal text on the wire, whole numbers of 1e-24 inside.

Everything an account holds is an integer count of 1e-24 of its currency. A price step times a size
step times a fee rate in millionths is then a whole number for every product that is listed, so no
fill, fee or hold is ever rounded.
"""

import re
from typing import Final

AMOUNT_DECIMALS: Final = 24
ONE: Final = 10**AMOUNT_DECIMALS
"""Units that make 1 of a currency, or a price of 1."""
MILLION: Final = 1_000_000

_PLAIN: Final = re.compile(r"(\d{0,24})(?:\.(\d{0,24}))?", re.ASCII)


def units_of(text: str) -> int | None:
    """Return the units of a plain decimal without sign or exponent; None when it is none."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    whole, decimals = found[1], found[2] or ""
    if not (whole or decimals):
        return None
    return int(whole or 0) * ONE + int(decimals.ljust(AMOUNT_DECIMALS, "0"))


def text_of(units: int) -> str:
    """Return ``units`` as plain decimal text without needless zeros."""
    whole, rest = divmod(abs(units), ONE)
    sign = "-" if units < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{f'{rest:024d}'.rstrip('0')}"


def share_of(units: int, rate_millionths: int) -> int:
    """Return a fraction of ``units``, rounded up where a unit would be split."""
    return -(-units * rate_millionths // MILLION)


def ratio_text(top: int, bottom: int, decimals: int) -> str:
    """Return ``top / bottom`` cut to ``decimals``, without needless zeros; ``"0"`` for 0 / 0."""
    if not bottom:
        return "0"
    return text_of(top * 10**decimals // bottom * 10 ** (AMOUNT_DECIMALS - decimals))
