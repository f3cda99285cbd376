"""What the account is worth, what it made, and where that came from."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.being_made import being_made
from traider.api.books.portfolio import (
    NavAsked,
    lots_shape,
    nav_shape,
    performance_shape,
    summary_shape,
)
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.problems import NotUnderstoodError
from traider.api.rights import Right
from traider.api.shapes.portfolio import (
    AttributionShape,
    LotsShape,
    NavShape,
    PerformanceShape,
    SummaryShape,
)
from traider.api.spans import SpanNow
from traider.portfolio.lots import LotMethod
from traider.runtime.books.run_performance import PerformanceRequest

router = APIRouter(
    prefix="/portfolio", tags=["portfolio"], dependencies=[Depends(needs(Right.READ))]
)

_POINTS: Final = 500
_POINTS_MIN: Final = 16
_POINTS_MAX: Final = 5_000
_PERFORMANCE_AGE_S: Final = 2.0
_LOTS_AGE_S: Final = 2.0
_NAME_MAX: Final = 64
Method = Literal["average", "fifo", "lifo", "hifo"]


@router.get("/summary", summary="Worth and profit now", responses=problems(401, 403, 409))
def portfolio_summary(facts: FactsNow) -> SummaryShape:
    """Return NAV, profit, costs, drawdown and its limit, as the trader says."""
    return summary_shape(facts.books, facts.status())


@router.get("/nav", summary="NAV and drawdown over time", responses=problems(401, 403, 409, 422))
def portfolio_nav(
    facts: FactsNow,
    span: SpanNow,
    points: Annotated[
        int,
        Query(ge=_POINTS_MIN, le=_POINTS_MAX, description="Most points; lows and highs are kept."),
    ] = _POINTS,
) -> NavShape:
    """Return the NAV series of a window, a row a second, thinned to so many points."""
    return nav_shape(facts.books, NavAsked(span.from_ns, span.to_ns, points))


@router.get(
    "/performance",
    summary="What a window came to",
    responses=problems(401, 403, 409, 422),
)
def portfolio_performance(
    facts: FactsNow,
    span: SpanNow,
    period: Annotated[
        Literal["", "1d", "1h", "1m", "1s"],
        Query(description="Length of the periods whose returns are measured; one that fits."),
    ] = "",
    benchmark: Annotated[
        str,
        Query(
            max_length=_NAME_MAX,
            description="An instrument of the run; reads the journal for its prices.",
            examples=["COINBASE:BTC-USDT"],
        ),
    ] = "",
) -> PerformanceShape:
    """Return what ``traider performance`` measures, months, rolling Sharpe and distribution.

    Capital that comes or goes is no return. Figures a year are null in windows under seven days.
    """
    _check_instrument(facts, benchmark)
    request = PerformanceRequest(facts.state, span.from_ns, span.to_ns, period, benchmark)
    key = f"performance {span.from_ns} {span.to_ns} {period} {benchmark}"
    return facts.cached(key, _PERFORMANCE_AGE_S, lambda: performance_shape(facts.books, request))


@router.get(
    "/attribution",
    summary="Where the profit came from",
    responses={**problems(401, 403, 409), **being_made()},
)
def portfolio_attribution(facts: FactsNow) -> AttributionShape:
    """Take the profit apart by alpha, model, instrument, side, hour, cost, regime and state.

    The parts of each view sum to the total to the last unit. The journal is replayed for it in a
    process beside this one, once: the first answer takes a while, later ones are what was made
    last, and say of how much of the journal it is.
    """
    return facts.attribution.get(facts.books.records().end)


@router.get("/lots", summary="Tax lots", responses=problems(401, 403, 409, 422))
def portfolio_lots(
    facts: FactsNow,
    method: Annotated[Method, Query(description="Which lots a sale takes.")] = "fifo",
) -> LotsShape:
    """Return every lot and every disposal by a method, exactly."""
    return facts.cached(
        f"lots {method}", _LOTS_AGE_S, lambda: lots_shape(facts.books, LotMethod(method))
    )


def _check_instrument(facts: FactsNow, benchmark: str) -> None:
    """Refuse a benchmark that is no instrument: files of this machine are nobody's business here.

    Raises:
        NotUnderstoodError: it is none.
    """
    names = [each.name for each in facts.books.run.manifest.instruments]
    if benchmark and benchmark not in names:
        raise NotUnderstoodError(
            f"{benchmark} is no instrument of the run",
            where="query.benchmark",
            fix=f"name one of {', '.join(names)}",
        )
