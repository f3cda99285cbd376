"""Value at risk of what is held now, tried on the past: each model's record, and a cone to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.api.shapes.risk import (
    GateRisk,
    RiskNow,
    VarBacktest,
    VarCone,
    VarMeasurement,
    VarPart,
    VarTest,
)
from traider.domain.errors import DataError, TraiderError
from traider.risk.book import LEVELS
from traider.risk.coverage import coverage
from traider.risk.forecasts import forecast
from traider.risk.models import Model
from traider.runtime.book_risk import DECAYS, HORIZONS, TRIED_MAX, WINDOWS
from traider.runtime.price_panel import BarSource, bar_sources, load_panel
from traider.runtime.risk_file import RiskBody
from traider.runtime.risk_watch import standing_for

FloatArray = npt.NDArray[np.float64]
CONE_POINTS: Final = 500
"""Newest periods of a cone."""
_FEWEST: Final = 2
"""Windows that a history must be longer than: one to forecast from, one to try it on."""


@dataclass(frozen=True)
class TriedBook:
    """A book to be tried: money by instrument, signed."""

    values: tuple[tuple[str, float], ...]
    source: str
    """Which book it is, in words."""


@dataclass(frozen=True)
class ConeAsked:
    """Which series is drawn."""

    model: Model
    level: float


def book_to_try(positions: Sequence[tuple[str, float]], instruments: Sequence[str]) -> TriedBook:
    """Return what is held; where nothing is, equal parts of every instrument."""
    held = tuple((name, value) for name, value in positions if value)
    if held:
        return TriedBook(held, "the positions held now")
    parts = tuple((name, 1.0) for name in instruments)
    return TriedBook(parts, "equal parts of every instrument, since nothing is held")


def sources_of(places: Sequence[Path]) -> list[BarSource]:
    """Return the bars that are at hand; none where a place has none."""
    there = [place for place in places if place.exists()]
    try:
        return bar_sources(there) if there else []
    except DataError:
        return []


def var_backtest(book: TriedBook, sources: Sequence[BarSource], asked: ConeAsked) -> VarBacktest:
    """Try every model on the past with a book, as ``traider var`` does."""
    tests: list[VarTest] = []
    cones: list[VarCone] = []
    notes: list[str] = []
    if not sources:
        notes.append("no bars are at hand: set observability.risk_history, or download some")
        return VarBacktest(tests=[], cones=[], source=book.source, notes=notes)
    try:
        names = [standing_for(name, sources) for name, _ in book.values]
        notes += [
            f"{found} stands for {name}"
            for (name, _), found in zip(book.values, names, strict=True)
            if found != name
        ]
        for horizon in HORIZONS:
            note = _try_horizon(horizon, (names, book, sources), asked, (tests, cones))
            notes += [note] if note else []
    except TraiderError as fault:
        notes.append(fault.line())
    return VarBacktest(tests=tests, cones=cones, source=book.source, notes=notes)


def _try_horizon(
    horizon: str,
    what: tuple[Sequence[str], TriedBook, Sequence[BarSource]],
    asked: ConeAsked,
    into: tuple[list[VarTest], list[VarCone]],
) -> str:
    """Add the tests and the cone of one horizon; return why there are none, empty else."""
    names, book, sources = what
    panel = load_panel(sources, list(names), horizon)
    place = [panel.instruments.index(name) for name in names]
    values = np.array([value for _, value in book.values])
    weights = values / np.abs(values).sum()
    window = WINDOWS[horizon]
    series = (panel.returns()[:, place] @ weights)[-TRIED_MAX - window :]
    if len(series) <= _FEWEST * window or not series.any():
        return f"{horizon}: {len(series)} periods are too few, more than {_FEWEST * window} needed"
    ends = panel.return_ends_ns[-len(series) :][window:]
    for model in Model:
        for level in LEVELS:
            made = forecast(model, series, level, window, DECAYS[horizon])
            exceeded = -series[window:] > made
            into[0].append(_test(model, horizon, level, exceeded))
            if (model, level) == (asked.model, asked.level):
                into[1].append(_cone(asked, horizon, (ends, series[window:], made)))
    return ""


def _test(model: Model, horizon: str, level: float, exceeded: npt.NDArray[np.bool_]) -> VarTest:
    held = coverage(exceeded, level)
    return VarTest(
        model=model.value,
        horizon=horizon,
        level=level,
        window=WINDOWS[horizon],
        periods=held.periods,
        exceedances=held.exceedances,
        expected=held.expected,
        kupiec_p=held.kupiec_p,
        independence_p=held.independence_p,
        conditional_p=held.conditional_p,
        accepted=held.is_accepted,
    )


def _cone(
    asked: ConeAsked,
    horizon: str,
    found: tuple[npt.NDArray[np.int64], FloatArray, FloatArray],
) -> VarCone:
    ends, returns, made = (part[-CONE_POINTS:] for part in found)
    return VarCone(
        model=asked.model.value,
        horizon=horizon,
        level=asked.level,
        instants=ends.tolist(),
        returns=returns.tolist(),
        forecasts=made.tolist(),
        breaches=np.flatnonzero(-returns > made).tolist(),
    )


def risk_shape(body: RiskBody) -> RiskNow:
    """Return what a trader measured last."""
    return RiskNow(
        now_ns=body.now_ns,
        currency=body.currency,
        equity=body.equity,
        gate=GateRisk.model_validate(body.gate),
        measurements=[VarMeasurement.model_validate(each) for each in body.measurements],
        parts=[VarPart.model_validate(each) for each in body.parts],
        notes=list(body.notes),
        took_us=body.took_us,
    )
