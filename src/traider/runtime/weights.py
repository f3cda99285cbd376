"""Weights over instruments and finished back-tests: chosen now, and tried on the past.

The past of each choice ends where its holding begins. Equal weight is always tried beside the
others, with the same costs and limits; the difference of the Sharpe ratios has an interval, since a
difference without one says nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.backtest.files import BENCHMARK_NAME, EQUITY_FILE_NAME
from traider.backtest.score_files import ScoreFile, read_scores
from traider.domain.errors import DataError, UsageError
from traider.domain.timeframes import timeframe_ns
from traider.portfolio import drawdown, ratios
from traider.portfolio.bootstrap import Resampling, resample_positions
from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.methods import Method, choose_weights
from traider.portfolio.weights.terms import Terms
from traider.portfolio.weights.views import View, equilibrium
from traider.portfolio.weights.walk import Schedule, Walk, walk
from traider.runtime.config_optimize import OptimizeConfig
from traider.runtime.price_panel import bar_sources, find_instrument, load_panel

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]
Told = Callable[[float, str], None]

_YEAR_NS: Final = 365 * 86_400 * 10**9
_SAMPLES: Final = 1_000


@dataclass(frozen=True)
class AssetReturns:
    """Returns of all assets on one clock."""

    assets: tuple[str, ...]
    ends_ns: TimeArray
    """When each return's period ends."""
    returns: FloatArray
    """Periods by assets."""
    period_ns: int

    @property
    def periods_per_year(self) -> float:
        """How many returns a year has; markets never close."""
        return _YEAR_NS / self.period_ns


@dataclass(frozen=True)
class Tried:
    """What a method made out of sample, and the weights it would hold now."""

    walk: Walk
    weights: FloatArray
    """Chosen on the newest window, from nothing held."""
    total_return: float
    yearly_return: float
    volatility: float
    sharpe: float
    max_drawdown: float
    sharpe_more: tuple[float, float]
    """How much better its Sharpe ratio is than that of equal weight: a 90 % bootstrap interval."""


@dataclass(frozen=True)
class WeightsFound:
    """Everything that ``traider optimize`` found."""

    data: AssetReturns
    tried: tuple[Tried, ...]
    """Equal weight first."""
    settings: OptimizeConfig
    notes: tuple[str, ...]


def find_weights(
    settings: OptimizeConfig,
    places: Sequence[Path],
    span: tuple[int | None, int | None] = (None, None),
    told: Told = lambda _done, _what: None,
) -> WeightsFound:
    """Choose and try the weights of ``settings`` on bars in ``places``.

    Args:
        settings: the table ``optimize``.
        places: folders, files or lakes with the instruments' bars.
        span: first instant used and first not used any more, ns UTC.
        told: hears how far it is, and of what.

    Raises:
        UsageError: fewer than two assets, or one that is not known.
        DataError: too short a common past, or a file that cannot be read.
    """
    told(0.0, "prices")
    data = asset_returns(settings, places, span)
    needed = settings.window + settings.held
    if len(data.returns) < needed:
        raise DataError(
            f"{len(data.returns)} returns of {settings.period} are had by all assets, and window "
            f"and held need {needed}",
            fix="choose a shorter window, or assets with a longer common past",
        )
    _check_moves(data, settings.window)
    terms = Terms(
        weight_min=settings.weight_min,
        weight_max=settings.weight_max,
        turnover_max=settings.turnover_max,
        cost=settings.cost_bps / 1e4,
        periods_held=settings.held,
        risk_aversion=settings.risk_aversion,
        level=settings.confidence,
    )
    views_at = _views(settings, data)
    methods = tuple(dict.fromkeys((Method.EQUAL, *map(Method, settings.methods))))
    walks, chosen = [], []
    for place, method in enumerate(methods):
        told(0.1 + 0.9 * place / len(methods), method.value)
        schedule = Schedule(settings.window, settings.held)
        walks.append(walk(method, data.returns, schedule, terms, views_at))
        newest = Estimates.of(data.returns[-settings.window :])
        chosen.append(choose_weights(method, newest, terms, None, views_at(len(data.returns))))
    tried = tuple(
        _tried(each, weights, walks[0], data) for each, weights in zip(walks, chosen, strict=True)
    )
    return WeightsFound(data, tried, settings, _notes(settings, data, terms))


def _check_moves(data: AssetReturns, window: int) -> None:
    """Refuse an asset without any variance in a window that a choice looks back on."""
    moves = np.vstack([np.zeros(len(data.assets)), np.cumsum(data.returns != 0.0, axis=0)])
    still = (moves[window:] == moves[:-window]).any(axis=0)
    for name in np.array(data.assets)[still].tolist():
        raise DataError(
            f"{name} does not move for {window} periods",
            where="optimize.instruments",
            fix="leave it out: what does not move is cash, and needs no weight",
        )


def asset_returns(
    settings: OptimizeConfig, places: Sequence[Path], span: tuple[int | None, int | None]
) -> AssetReturns:
    """Return the returns of all assets in periods that every asset has."""
    if len(settings.instruments) + len(settings.strategies) < 2:
        raise UsageError(
            "weights need two assets at least",
            where="optimize.instruments",
            fix="name instruments, or folders of back-tests under optimize.strategies",
        )
    length = timeframe_ns(settings.period)
    columns: list[tuple[TimeArray, FloatArray]] = []
    names: list[str] = []
    if settings.instruments:
        sources = bar_sources(places)
        names = [find_instrument(name, sources) for name in settings.instruments]
        panel = load_panel(sources, names, settings.period, *span)
        columns = [(panel.ends_ns, panel.closes[:, place]) for place in range(len(names))]
    for folder in settings.strategies:
        columns.append(_equity(folder, length, span))
        names.append(folder.name)
    ends = columns[0][0]
    for times, _ in columns[1:]:
        ends = np.intersect1d(ends, times, assume_unique=True)
    values = np.column_stack([series[np.searchsorted(times, ends)] for times, series in columns])
    joined = np.diff(ends) == length
    steps = values[1:] / values[:-1] - 1.0 if len(ends) > 1 else np.zeros((0, len(names)))
    return AssetReturns(tuple(names), ends[1:][joined], steps[joined], length)


def _equity(
    folder: Path, length: int, span: tuple[int | None, int | None]
) -> tuple[TimeArray, FloatArray]:
    """Return the equity of a back-test at the end of each period: the newest point until then."""
    path = folder / EQUITY_FILE_NAME
    try:
        table = pq.read_table(path, columns=["tier", "ts", "nav"])
    except (OSError, pa.ArrowException) as fault:
        raise DataError(
            f"the equity of a back-test cannot be read: {fault}",
            where=str(path),
            fix="name the folder that traider backtest wrote",
        ) from None
    curves = np.array(table["tier"].to_pylist())
    tiers = [name for name in dict.fromkeys(curves.tolist()) if name != BENCHMARK_NAME]
    if not tiers:
        raise DataError("holds no curve of the strategy", where=str(path), fix="run it again")
    mine = curves == ("pessimistic" if "pessimistic" in tiers else tiers[0])
    ts = table["ts"].cast(pa.int64()).to_numpy()[mine]
    nav = table["nav"].to_numpy()[mine]
    first, last = max(int(ts[0]), span[0] or 0), min(int(ts[-1]), span[1] or int(ts[-1]))
    ends = np.arange(-(-first // length), last // length + 1, dtype=np.int64) * length
    return ends, nav[np.searchsorted(ts, ends, "right") - 1]


def _views(settings: OptimizeConfig, data: AssetReturns) -> Callable[[int], Sequence[View]]:
    """Return the views known before a period: the fixed ones, and the newest scores."""
    fixed = [
        View(
            asset=_place(view.asset, data.assets),
            expected=math.expm1(math.log1p(view.yearly_return) / data.periods_per_year)
            if not view.against
            else view.yearly_return / data.periods_per_year,
            confidence=view.confidence,
            against=_place(view.against, data.assets) if view.against else None,
        )
        for view in settings.views
    ]
    files = [read_scores(path, path.stem, data.assets) for path in settings.scores]

    def known(period: int) -> Sequence[View]:
        past = data.returns[max(period - settings.window, 0) : period]
        scale = settings.information_coefficient * past.std(axis=0)
        begin_ns = int(data.ends_ns[period - 1])
        return [*fixed, *(view for file in files for view in _newest(file, begin_ns, scale))]

    return known


def _newest(file: ScoreFile, before_ns: int, scale: FloatArray) -> Sequence[View]:
    """Return the newest score of each asset as a view (Grinold, 1994: IC * volatility * score)."""
    known = int(np.searchsorted(file.ts_ns, before_ns, "right"))
    last = {int(asset): place for place, asset in enumerate(file.instrument[:known])}
    return [
        View(asset, float(file.score[place] * scale[asset]), float(file.confidence[place]))
        for asset, place in sorted(last.items())
    ]


def _place(name: str, assets: Sequence[str]) -> int:
    for place, asset in enumerate(assets):
        if name.upper() in (asset.upper(), asset.partition(":")[2].upper()):
            return place
    raise UsageError(
        f"{name} is none of the assets", where="optimize.views", fix=f"name {', '.join(assets)}"
    )


def _tried(found: Walk, weights: FloatArray, equal: Walk, data: AssetReturns) -> Tried:
    year = data.periods_per_year
    return Tried(
        walk=found,
        weights=weights,
        total_return=ratios.total_return(found.returns),
        yearly_return=ratios.cagr(found.returns, year),
        volatility=ratios.volatility(found.returns, year),
        sharpe=ratios.sharpe(found.returns, periods_per_year=year),
        max_drawdown=drawdown.max_drawdown(found.returns),
        sharpe_more=_sharpe_more(found.returns, equal.returns, year),
    )


def _sharpe_more(
    returns: FloatArray, equal: FloatArray, periods_per_year: float
) -> tuple[float, float]:
    """Return the 90 % interval of the difference of Sharpe ratios, both drawn from one resample."""
    resampling = Resampling(samples=_SAMPLES)
    found = np.empty(_SAMPLES)
    for sample in range(_SAMPLES):
        places = resample_positions(len(returns), resampling, sample)
        both = (ratios.sharpe(each[places], 0.0, periods_per_year) for each in (returns, equal))
        found[sample] = next(both) - next(both)
    low, high = np.nanpercentile(found, [5.0, 95.0])
    return float(low), float(high)


def _notes(settings: OptimizeConfig, data: AssetReturns, terms: Terms) -> tuple[str, ...]:
    notes = ["the assets are those that are known today: what fell away before is not among them"]
    has_views = bool(settings.views or settings.scores)
    if Method.BLACK_LITTERMAN.value in settings.methods and not has_views:
        notes.append("black-litterman has no views: it holds equal weights, as its prior does")
    elif settings.views:
        notes.append("the fixed views stood from the first choice on: no test of them")
        notes += _implied(settings, data, terms)
    return tuple(notes)


def _implied(settings: OptimizeConfig, data: AssetReturns, terms: Terms) -> list[str]:
    """Return what each fixed view is measured against: the returns that equal weights imply now."""
    past = Estimates.of(data.returns[-settings.window :])
    held = np.full(past.assets, 1.0 / past.assets)
    year = data.periods_per_year
    implied = equilibrium(past.covariance, held, terms.risk_aversion) * year
    lines = []
    for view in settings.views:
        own = implied[_place(view.asset, data.assets)]
        if view.against:
            own -= implied[_place(view.against, data.assets)]
        against = f" more than {view.against}" if view.against else ""
        lines.append(
            f"the view gives {view.asset} {view.yearly_return:.0%} a year{against}; equal weights "
            f"imply {own:.0%} now: a view below that takes weight away"
        )
    return lines
