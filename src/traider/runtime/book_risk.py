"""The risk of a book on past prices: every model, who brings what, and whether the models held.

The book is taken at its value now and held unchanged through the past, as forecasts of the next
period need it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import UsageError
from traider.risk.book import LEVELS, Measurement, PreparedHorizon, measure_book
from traider.risk.coverage import Coverage
from traider.risk.forecasts import forecast_coverage
from traider.risk.models import Model
from traider.risk.parts import Parts
from traider.risk.tail_risk import excess_kurtosis
from traider.runtime.positions_file import HeldPosition
from traider.runtime.price_panel import BarSource, PricePanel, find_instrument, load_panel

FloatArray = npt.NDArray[np.float64]
Told = Callable[[float, str], None]
"""Hears the fraction done, 0 to 1, and what is being done."""

HORIZONS: Final = ("1h", "1d")
DECAYS: Final = {"1h": 0.97, "1d": 0.94}
"""Weights of the past in variances: RiskMetrics' of days; an hour's memory is about a day."""
WINDOWS: Final = {"1h": 1_000, "1d": 500}
"""Past periods that each forecast of a back-test sees."""
_EXPANSION_MAX: Final = 8.0
TRIED_MAX: Final = 10_000
"""Newest periods that forecasts are tried on."""
DOLLARS: Final = frozenset({"USD", "USDT", "USDC"})
"""Taken as worth the same: their differences are no risk that these numbers know."""


@dataclass(frozen=True)
class Holding:
    """One position with its price and its worth."""

    instrument: str
    quantity: Decimal
    price: Decimal
    value: Decimal
    """Quantity times price, negative when short."""


@dataclass(frozen=True)
class ForecastRecord:
    """How the forecasts of one model held on the past."""

    model: Model
    horizon: str
    level: float
    window: int
    coverage: Coverage


@dataclass(frozen=True)
class BookRisk:
    """Everything that was measured, in ``currency``; losses are positive."""

    currency: str
    holdings: tuple[Holding, ...]
    measurements: tuple[Measurement, ...]
    parts: dict[tuple[str, float], Parts]
    """By horizon and confidence, places as the holdings'."""
    panels: dict[str, PricePanel]
    intensities: dict[str, float]
    """How far each horizon's covariance was shrunk."""
    records: tuple[ForecastRecord, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def gross(self) -> Decimal:
        """Worth of all positions, shorts counted positive."""
        return sum((abs(holding.value) for holding in self.holdings), Decimal(0))

    @property
    def net(self) -> Decimal:
        """Worth of all positions, shorts counted negative."""
        return sum((holding.value for holding in self.holdings), Decimal(0))


@dataclass(frozen=True)
class RiskRequest:
    """What is asked for."""

    positions: Sequence[HeldPosition]
    horizons: Sequence[str] = HORIZONS
    levels: Sequence[float] = LEVELS
    start_ns: int | None = None
    end_ns: int | None = None
    with_records: bool = True
    """Whether each model's forecasts are tried on the past."""


def measure_positions(
    request: RiskRequest,
    sources: Sequence[BarSource],
    told: Told = lambda _done, _what: None,
) -> BookRisk:
    """Measure a book on the bars of ``sources``; ``told`` hears how far it is, and of what.

    Raises:
        DataError: an instrument has no bars, or the instruments share no time.
        UsageError: an instrument is not known, or quote currencies differ.
    """
    names = [find_instrument(position.instrument, sources) for position in request.positions]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"{twice} is there twice", fix="add the positions up")
    currency, notes = _currency(names)
    panels: dict[str, PricePanel] = {}
    for place, horizon in enumerate(request.horizons):
        told(0.4 * place / len(request.horizons), f"prices of {horizon}")
        panels[horizon] = load_panel(sources, names, horizon, request.start_ns, request.end_ns)
    newest = max(panels.values(), key=lambda panel: int(panel.ends_ns[-1]))
    holdings = tuple(
        _holding(name, position, float(close))
        for name, position, close in zip(names, request.positions, newest.closes[-1], strict=True)
    )
    exposures = np.array([float(holding.value) for holding in holdings])
    prepared = [
        PreparedHorizon.of(name, panel.returns(), DECAYS.get(name, DECAYS["1d"]))
        for name, panel in panels.items()
    ]
    records = _records(request, prepared, exposures, told) if request.with_records else ()
    return BookRisk(
        currency=currency,
        holdings=holdings,
        measurements=tuple(measure_book(prepared, exposures, request.levels)),
        parts={
            (horizon.name, level): horizon.parts(exposures, level)
            for horizon in prepared
            for level in request.levels
            if horizon.is_known
        },
        panels=panels,
        intensities={horizon.name: horizon.intensity for horizon in prepared},
        records=records,
        notes=(*notes, *_thin(prepared), *_beyond_expansion(prepared, exposures)),
    )


def _currency(names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the currency the book is measured in, and what was taken for granted."""
    quotes = sorted({name.partition(":")[2].split("-")[1] for name in names})
    if len(quotes) == 1:
        return quotes[0], ()
    if set(quotes) <= DOLLARS:
        return "USD", (f"{', '.join(quotes)} are taken as worth the same",)
    raise UsageError(
        f"the book is priced in {', '.join(quotes)}",
        fix="measure the positions of each currency in a file of their own",
    )


def _holding(name: str, position: HeldPosition, close: float) -> Holding:
    price = Decimal(repr(close)) if position.price is None else position.price
    return Holding(name, position.quantity, price, position.quantity * price)


def _records(
    request: RiskRequest,
    prepared: Sequence[PreparedHorizon],
    exposures: FloatArray,
    told: Told,
) -> tuple[ForecastRecord, ...]:
    found: list[ForecastRecord] = []
    for place, horizon in enumerate(prepared):
        window = WINDOWS.get(horizon.name, WINDOWS["1d"])
        series = (horizon.returns @ exposures)[-TRIED_MAX - window :]
        if len(series) <= 2 * window or not series.any():
            continue
        for step, model in enumerate(Model):
            done = (place + step / len(Model)) / len(prepared)
            told(0.4 + 0.6 * done, f"forecasts of {horizon.name} by {model.value}")
            for level in request.levels:
                held = forecast_coverage(model, series, level, window, horizon.decay)
                found.append(ForecastRecord(model, horizon.name, level, window, held))
    return tuple(found)


def _thin(prepared: Sequence[PreparedHorizon]) -> tuple[str, ...]:
    """Return a line for each horizon that is not known, or whose worst hundredth is few periods."""
    lines = []
    for horizon in prepared:
        periods = len(horizon.returns)
        if not horizon.is_known:
            lines.append(f"{horizon.name}: {periods} periods are too few to say anything")
        elif periods < 500:
            lines.append(f"{horizon.name}: 99 % stands on the worst {periods / 100:.1f} periods")
    return tuple(lines)


def _beyond_expansion(
    prepared: Sequence[PreparedHorizon], exposures: FloatArray
) -> tuple[str, ...]:
    """Return a line for each horizon whose tails the Cornish-Fisher expansion cannot describe.

    Source: Maillard (2012), A user's guide to the Cornish-Fisher expansion: it is monotone only
    where the excess kurtosis is at most 8.
    """
    lines = []
    for horizon in prepared:
        kurtosis = excess_kurtosis(horizon.returns @ exposures)
        if kurtosis > _EXPANSION_MAX:
            lines.append(
                f"{horizon.name}: excess kurtosis {kurtosis:.0f} is beyond what cornish-fisher "
                "describes (8)"
            )
    return tuple(lines)
