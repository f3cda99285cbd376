"""Worth and performance of a run as shapes."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.api.books.run_books import RunBooks
from traider.api.shapes.portfolio import (
    DisposalShape,
    DistributionShape,
    LotShape,
    LotsShape,
    MonthShape,
    NavShape,
    PerformanceShape,
    RollingShape,
    SummaryShape,
)
from traider.compliance.telling import text
from traider.domain.errors import DataError
from traider.domain.units import amount_from_units
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.portfolio.return_tables import (
    ReturnDistribution,
    RollingSharpe,
    annual_factor,
    monthly_returns,
    return_distribution,
    rolling_sharpe,
)
from traider.portfolio.thinning import thinned
from traider.runtime.books.run_lots import lots_body, lots_of
from traider.runtime.books.run_performance import (
    PerformanceRequest,
    measured,
    nav_series,
    performance_body,
)
from traider.runtime.status_source import FoundStatus, Liveness

_DRAWDOWN_LIMIT = "max_drawdown"
_ROLLING_POINTS = 2_000
"""Most points of the rolling Sharpe ratio: the last ones."""


@dataclass(frozen=True)
class NavAsked:
    """Which part of the series is asked for, in how many points."""

    from_ns: int | None = None
    to_ns: int | None = None
    points: int = 500


def summary_shape(books: RunBooks, status: FoundStatus) -> SummaryShape:
    """Return what the account is worth now, and what it made.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    body = status.body
    series = books.nav()
    growth = books.growth(series)
    return SummaryShape(
        currency=body.currency,
        nav=body.nav or None,
        cash=body.cash or None,
        pnl=body.pnl or None,
        pnl_day=body.pnl_day or None,
        total_return=float(growth[-1]) - 1.0 if len(growth) else None,
        realized=_known(body.nav, body.realized),
        unrealized=_known(body.nav, body.unrealized),
        fees=body.fees or None,
        funding=_known(body.nav, body.funding),
        paid_in=_known(body.nav, body.paid_in),
        drawdown=float(body.drawdown) if body.drawdown else None,
        drawdown_limit=body.limits.get(_DRAWDOWN_LIMIT),
        positions=len(body.positions),
        open_orders=len(body.orders),
        fills=body.counts.fills,
        at_ns=body.now_ns,
        is_running=status.liveness is Liveness.RUNNING,
    )


def nav_shape(books: RunBooks, asked: NavAsked) -> NavShape:
    """Return the NAV series of a window, thinned to so many points; its lows and highs stay.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    rows = books.nav_rows()
    series = nav_series(rows)
    falls = fall_from_peak(books.growth(series))
    begin, end = _window(series.ts_ns, asked.from_ns, asked.to_ns)
    # NAV and its fall have their extremes at other places: each gets half of the points.
    half = max(asked.points // 2, 8)
    window = slice(begin, end)
    kept = np.unique(
        np.concatenate(
            (
                thinned(series.ts_ns[window], series.nav[window], half),
                thinned(series.ts_ns[window], falls[window], half),
            )
        )
    )
    if end - begin <= asked.points:
        kept = np.arange(end - begin)
    places = kept + begin
    nav, paid = series.nav[places], series.paid_in[places]
    base = int(series.nav[begin]) - int(series.paid_in[begin]) if end > begin else 0
    return NavShape(
        currency=books.run.config.currency,
        rows=end - begin,
        ts_ns=series.ts_ns[places].tolist(),
        nav=_money(nav),
        pnl=_money(nav - paid - base),
        drawdown=falls[places].tolist(),
        gross=_money(rows["gross"][places]),
    )


def fall_from_peak(growth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the fall of each point from the highest before it, <= 0."""
    if not len(growth):
        return growth
    return np.asarray(growth / np.maximum.accumulate(growth) - 1.0, dtype=np.float64)


def performance_shape(books: RunBooks, request: PerformanceRequest) -> PerformanceShape:
    """Return what a window came to, with what charts show of it.

    Raises:
        UsageError: there is no run, or no such benchmark.
        DataError: the window is too short, or something cannot be read.
    """
    series = books.nav()
    if not len(series.ts_ns):
        raise DataError(
            "the run has no NAV series yet",
            where=str(books.paths.nav),
            fix="wait for its first seconds",
        )
    window = series.between(request.start_ns, request.end_ns)
    found = measured(request, books.run, window, books.records().money)
    return PerformanceShape(
        figures={"currency": books.run.config.currency, **performance_body(found)},
        months=[
            MonthShape(
                month=each.month,
                total_return=_finite(each.total_return),
                begin_ns=each.begin_ns,
                end_ns=each.end_ns,
            )
            for each in monthly_returns(window)
        ],
        rolling_sharpe=_rolling_shape(rolling_sharpe(window, found.period)),
        distribution=_distribution_shape(return_distribution(window, found.period)),
    )


def lots_shape(books: RunBooks, method: LotMethod) -> LotsShape:
    """Return the lots of the run by a method.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    money = books.records().money
    body = lots_body(lots_of(money, LotTerms(method)), money)
    return LotsShape(
        **body
        | {
            "lots": [LotShape(**each) for each in body["lots"]],
            "disposals": [DisposalShape(**each) for each in body["disposals"]],
        }
    )


def _rolling_shape(found: RollingSharpe) -> RollingShape:
    return RollingShape(
        period=found.period,
        returns=found.returns,
        a_year=annual_factor(found.period),
        ts_ns=found.ts_ns[-_ROLLING_POINTS:].tolist(),
        sharpe=[_finite(each) for each in found.sharpe[-_ROLLING_POINTS:].tolist()],
    )


def _distribution_shape(found: ReturnDistribution) -> DistributionShape:
    return DistributionShape(
        period=found.period,
        edges=found.edges.tolist(),
        counts=found.counts.tolist(),
        mean=_finite(found.mean),
        deviation=_finite(found.deviation),
        skew=_finite(found.skew),
        excess_kurtosis=_finite(found.excess_kurtosis),
    )


def _window(
    ts_ns: npt.NDArray[np.int64], from_ns: int | None, to_ns: int | None
) -> tuple[int, int]:
    begin = 0 if from_ns is None else int(np.searchsorted(ts_ns, from_ns))
    end = len(ts_ns) if to_ns is None else int(np.searchsorted(ts_ns, to_ns))
    return begin, max(begin, end)


def _money(units: npt.NDArray[np.int64]) -> list[str]:
    return [text(amount_from_units(each)) for each in units.tolist()]


def _known(nav: str, amount: str) -> str | None:
    """Return an amount of a status, whose default is 0 while nobody knows it."""
    return amount if nav else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
