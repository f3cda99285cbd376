"""The span of time that a request is about: query parameters ``from_ns`` and ``to_ns``."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query

TIME_MAX: Final = 2**62


@dataclass(frozen=True)
class SpanAsked:
    """Which span of time is asked for; None for an open end."""

    from_ns: int | None
    to_ns: int | None


def _span(
    from_ns: Annotated[
        int | None,
        Query(
            ge=0,
            le=TIME_MAX,
            description="From this instant on, ns UTC.",
            examples=[1_735_689_600_000_000_000],
        ),
    ] = None,
    to_ns: Annotated[
        int | None,
        Query(
            ge=0,
            le=TIME_MAX,
            description="Before this instant, ns UTC.",
            examples=[1_735_776_000_000_000_000],
        ),
    ] = None,
) -> SpanAsked:
    return SpanAsked(from_ns, to_ns)


SpanNow = Annotated[SpanAsked, Depends(_span)]
"""The span that a route is asked for."""
