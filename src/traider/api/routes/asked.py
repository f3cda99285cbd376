"""What routes are asked for in the same words: an instrument, a span of time."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path, Query

_NAME_MAX: Final = 64
_TIME_MAX: Final = 2**62
_EXAMPLE: Final = ["BINANCE:BTC-USDT-PERP"]

InstrumentAsked = Annotated[
    str,
    Query(
        max_length=_NAME_MAX,
        description="Name of an instrument, the house's or the venue's.",
        examples=_EXAMPLE,
    ),
]
InstrumentChosen = Annotated[
    str,
    Query(
        max_length=_NAME_MAX,
        description="Name of an instrument; every one unless given.",
        examples=_EXAMPLE,
    ),
]
InstrumentInPath = Annotated[str, Path(max_length=_NAME_MAX, examples=_EXAMPLE)]


@dataclass(frozen=True)
class SpanAsked:
    """Which span of time is asked for."""

    from_ns: int | None
    to_ns: int | None


def _span(
    from_ns: Annotated[
        int | None, Query(ge=0, le=_TIME_MAX, description="From this instant on, ns UTC.")
    ] = None,
    to_ns: Annotated[
        int | None, Query(ge=0, le=_TIME_MAX, description="Before this instant, ns UTC.")
    ] = None,
) -> SpanAsked:
    return SpanAsked(from_ns, to_ns)


SpanNow = Annotated[SpanAsked, Depends(_span)]
"""The span that a route is asked for: query parameters ``from_ns`` and ``to_ns``."""
