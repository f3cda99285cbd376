"""Value at risk of what is held now, tried on the past: each model's record, and a cone to draw."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.api.making.beside import Told
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
IntArray = npt.NDArray[np.int64]
_NO_BARS: Final = "no bars are at hand: set observability.risk_history, or download some"
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

    @property
    def mark(self) -> tuple[tuple[str, float], ...]:
        """What it is tried by: parts of the whole, to a hundredth.

        What is held moves a little each second, and with it nothing that is worth trying anew.
        """
        total = sum(abs(value) for _, value in self.values)
        return tuple((name, round(value / total, 2)) for name, value in self.values)


@dataclass(frozen=True)
class ConeAsked:
    """Which series is drawn."""

    model: Model
    level: float


def book_to_try(positions: Sequence[tuple[str, float]], instruments: Sequence[str]) -> TriedBook:
    """Return what is held; where nothing is, equal parts of every instrument."""
    held = tuple((name, value) for name, value in positions if value)
    if held:
        return TriedBook(held, "the positions held then")
    parts = tuple((name, 1.0) for name in instruments)
    return TriedBook(parts, "equal parts of every instrument, since nothing is held")


def sources_of(places: Sequence[Path]) -> list[BarSource]:
    """Return the bars that are at hand; none where a place has none."""
    there = [place for place in places if place.exists()]
    try:
        return bar_sources(there) if there else []
    except DataError:
        return []


@dataclass(frozen=True)
class TriedForecasts:
    """What one model forecast of one horizon at one level, beside what came."""

    model: Model
    horizon: str
    level: float
    ends_ns: IntArray
    returns: FloatArray
    forecasts: FloatArray


@dataclass(frozen=True)
class TriedModels:
    """Every model tried on the past with one book."""

    source: str
    made_ns: int
    tests: tuple[VarTest, ...]
    forecasts: tuple[TriedForecasts, ...]
    notes: tuple[str, ...]

    def shape(self, asked: ConeAsked) -> VarBacktest:
        """Return it with the cones of one model and level."""
        return VarBacktest(
            tests=list(self.tests),
            cones=[
                _cone(each)
                for each in self.forecasts
                if (each.model, each.level) == (asked.model, asked.level)
            ],
            source=self.source,
            made_ns=self.made_ns,
            notes=list(self.notes),
        )


def tried_models(book: TriedBook, places: Sequence[Path], told: Told) -> TriedModels:
    """Try every model on the past with a book, as ``traider var`` does.

    Args:
        book: what is held.
        places: files and folders of bars.
        told: hears how far it is.
    """
    told(0.0, "reading bars")
    sources = sources_of(places)
    tests: list[VarTest] = []
    made: list[TriedForecasts] = []
    notes: list[str] = []
    try:
        if not sources:
            notes.append(_NO_BARS)
        else:
            names = [standing_for(name, sources) for name, _ in book.values]
            notes += [
                f"{found} stands for {name}"
                for (name, _), found in zip(book.values, names, strict=True)
                if found != name
            ]
            for place, horizon in enumerate(HORIZONS):
                share = 1.0 / len(HORIZONS)
                part = _part_of(told, place * share, share)
                note = _try_horizon(horizon, (names, book, sources), (tests, made), part)
                notes += [note] if note else []
    except TraiderError as fault:
        notes.append(fault.line())
    return TriedModels(book.source, time.time_ns(), tuple(tests), tuple(made), tuple(notes))


def _part_of(told: Told, begin: float, share: float) -> Told:
    """Return what hears of a part of the work."""
    return lambda done, what: told(begin + share * done, what)


def _try_horizon(
    horizon: str,
    what: tuple[Sequence[str], TriedBook, Sequence[BarSource]],
    into: tuple[list[VarTest], list[TriedForecasts]],
    told: Told,
) -> str:
    """Add the tests and forecasts of one horizon; return why there are none, empty else."""
    names, book, sources = what
    told(0.0, f"reading prices of {horizon}")
    panel = load_panel(sources, list(names), horizon)
    place = [panel.instruments.index(name) for name in names]
    values = np.array([value for _, value in book.values])
    weights = values / np.abs(values).sum()
    window = WINDOWS[horizon]
    series = (panel.returns()[:, place] @ weights)[-TRIED_MAX - window :]
    if len(series) <= _FEWEST * window or not series.any():
        return f"{horizon}: {len(series)} periods are too few, more than {_FEWEST * window} needed"
    ends = panel.return_ends_ns[-len(series) :][window:]
    pairs = [(model, level) for model in Model for level in LEVELS]
    for count, (model, level) in enumerate(pairs):
        told((count + 1) / (len(pairs) + 1), f"trying {model.value} on {horizon}")
        made = forecast(model, series, level, window, DECAYS[horizon])
        into[0].append(_test(model, horizon, level, -series[window:] > made))
        came = series[window:]
        newest = ends[-CONE_POINTS:], came[-CONE_POINTS:], made[-CONE_POINTS:]
        into[1].append(TriedForecasts(model, horizon, level, *newest))
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


def _cone(tried: TriedForecasts) -> VarCone:
    return VarCone(
        model=tried.model.value,
        horizon=tried.horizon,
        level=tried.level,
        instants=tried.ends_ns.tolist(),
        returns=tried.returns.tolist(),
        forecasts=tried.forecasts.tolist(),
        breaches=np.flatnonzero(-tried.returns > tried.forecasts).tolist(),
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
