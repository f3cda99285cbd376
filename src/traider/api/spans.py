"""The span of time that a request is about: query parameters ``from_ns`` and ``to_ns``."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query

from traider.api.problems import NotUnderstoodError
from traider.domain.errors import UsageError
from traider.runtime.jobs_download import instant_of

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
    if from_ns is not None and to_ns is not None and from_ns > to_ns:
        raise NotUnderstoodError(
            "it ends before it begins", where="query.to_ns", fix="ask for a later end"
        )
    return SpanAsked(from_ns, to_ns)


def instant_asked(text: str, where: str) -> int:
    """Return the instant that a request names in words: ``instant_of``, as a 422.

    Raises:
        NotUnderstoodError: it is none.
    """
    try:
        return instant_of(text, where)
    except UsageError as fault:
        raise NotUnderstoodError(fault.what, where=where, fix=fault.fix) from None


SpanNow = Annotated[SpanAsked, Depends(_span)]
"""The span that a route is asked for."""
