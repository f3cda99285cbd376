"""Types that the messages of several venues are made of, checked while they are decoded."""

from typing import Annotated, Final

from msgspec import Meta

from traider.domain.units import INT64_MAX

MS_NS: Final = 1_000_000
US_NS: Final = 1_000

_FIRST_MS: Final = 978_307_200_000
_LAST_MS: Final = 4_102_444_800_000

Milliseconds = Annotated[int, Meta(ge=_FIRST_MS, lt=_LAST_MS)]
"""A time between 2001 and 2100."""
MillisecondsText = Annotated[str, Meta(pattern=r"^[1-3]\d{12}$")]
"""A time between 2001 and 2096, as text."""
MicrosecondsText = Annotated[str, Meta(pattern=r"^[1-3]\d{15}$")]
"""The same in microseconds."""
SecondsText = Annotated[str, Meta(pattern=r"^[1-3]\d{9}(\.\d{1,9})?$")]
"""The same in seconds with decimals."""
Number = Annotated[int, Meta(ge=0, le=INT64_MAX)]
"""A number the venue counts by."""
SignedNumber = Annotated[int, Meta(ge=-1, le=INT64_MAX)]
"""The same, or -1 for none."""
NumberText = Annotated[str, Meta(pattern=r"^\d{1,18}$")]
"""A number the venue counts by, as text."""
PriceLevel = tuple[str, str]
"""Price and size; the size is absolute, 0 removes the level."""


def seconds_ns(text: str) -> int:
    """Return the ns that a ``SecondsText`` says, exactly: 1618678133.383209."""
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(9, "0"))
