"""What the account can lose, measured each second beside the trader; no order depends on it.

The gate's own numbers always; those of the models of ``traider var`` where bars of the instruments
are at hand (``observability.risk_history``). An instrument without bars of its own is taken for
another venue's with the same base, and the body says so.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain import metric_names as names
from traider.domain.errors import UsageError
from traider.domain.ports import Metrics
from traider.kernel.codes import Limit
from traider.kernel.records import Gate
from traider.risk.book import LEVELS, PreparedHorizon, measure_book
from traider.runtime.book_risk import DECAYS, DOLLARS, HORIZONS, WINDOWS
from traider.runtime.config_risk import RiskConfig
from traider.runtime.price_panel import BarSource, bar_sources, find_instrument, load_panel
from traider.runtime.risk_file import (
    GateRiskBody,
    MeasurementBody,
    PartBody,
    RiskBody,
    write_risk,
)
from traider.runtime.supervision.role import RoleReport

FloatArray = npt.NDArray[np.float64]

_EVERY_S: Final = 1.0
_LEVEL_OF_PARTS: Final = 0.95


@dataclass(frozen=True)
class RiskHistory:
    """The past of a run's instruments."""

    horizons: tuple[PreparedHorizon, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RiskSources:
    """What is measured, and where it is told."""

    folder: Path
    """The state folder."""
    currency: str
    instruments: Sequence[str]
    gate: Callable[[], Gate]
    """The gate's arrays, looked at on the trader's own loop."""
    equity: Callable[[], float]
    now_ns: Callable[[], int]
    metrics: Metrics
    settings: RiskConfig
    history: Sequence[Path] = ()


class RiskWatch:
    """Measure what is held, each second."""

    def __init__(self, sources: RiskSources) -> None:
        self._sources = sources
        self._history = RiskHistory()

    async def keep(self, report: RoleReport) -> None:
        """Measure until cancelled.

        Raises:
            DataError: the bars cannot be read, or the file not be written.
            UsageError: there are no bars where they are said to be.
        """
        sources = self._sources
        if sources.history:
            self._history = await asyncio.to_thread(
                read_risk_history, sources.history, sources.instruments
            )
        report.ready()
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> RiskBody:
        """Measure once, keep it, and tell the metrics."""
        sources = self._sources
        gate, equity = sources.gate(), sources.equity()
        values = held_values(gate)
        own = gate_risk(gate, values, equity, sources.settings)
        now_ns = sources.now_ns()
        measurements, parts, took_ns = await asyncio.to_thread(self._measure, values)
        body = RiskBody(
            now_ns=now_ns,
            currency=sources.currency,
            equity=equity,
            gate=own,
            measurements=measurements,
            parts=parts,
            notes=self._history.notes,
            took_us=took_ns / 1e3,
        )
        await asyncio.to_thread(write_risk, sources.folder, body)
        self._tell(body)
        return body

    def _measure(
        self, values: FloatArray
    ) -> tuple[tuple[MeasurementBody, ...], tuple[PartBody, ...], int]:
        horizons, began = self._history.horizons, time.perf_counter_ns()
        found = tuple(
            MeasurementBody(
                each.model.value,
                each.horizon,
                each.level,
                _known(each.loss.value_at_risk),
                _known(each.loss.expected_shortfall),
                each.periods,
            )
            for each in measure_book(horizons, values, LEVELS)
        )
        parts = tuple(part for horizon in horizons for part in self._parts(horizon, values))
        return found, parts, time.perf_counter_ns() - began

    def _parts(self, horizon: PreparedHorizon, values: FloatArray) -> Sequence[PartBody]:
        if not horizon.is_known or not values.any():
            return ()
        found = horizon.parts(values, _LEVEL_OF_PARTS)
        return [
            PartBody(
                name,
                horizon.name,
                _LEVEL_OF_PARTS,
                float(found.marginal[k]),
                float(found.component[k]),
                float(found.shortfall[k]),
                float(found.incremental[k]),
            )
            for k, name in enumerate(self._sources.instruments)
            if values[k]
        ]

    def _tell(self, body: RiskBody) -> None:
        metrics = self._sources.metrics
        if body.gate.var is not None and body.gate.es is not None:
            metrics.set(names.GATE_VAR_RATIO, body.gate.var)
            metrics.set(names.GATE_ES_RATIO, body.gate.es)
        for each in body.measurements:
            labels = {"model": each.model, "horizon": each.horizon, "level": f"{each.level:g}"}
            if each.var is not None and each.es is not None:
                metrics.set(names.VALUE_AT_RISK, each.var, **labels)
                metrics.set(names.EXPECTED_SHORTFALL, each.es, **labels)


def gate_risk(gate: Gate, values: FloatArray, equity: float, settings: RiskConfig) -> GateRiskBody:
    """Return what the gate would measure of ``values``, money by instrument, without an order."""
    risk, held = gate.risk[0], values != 0.0
    samples = int(gate.markets["samples"][held].min()) if held.any() else 0
    needed = int(risk["samples_min"])
    is_known = equity > 0.0 and (not held.any() or samples >= needed)
    weights = values / equity if equity > 0.0 else np.zeros_like(values)
    variance = float(np.einsum("i,ij,j->", weights, gate.shrunk, weights))
    deviation = max(variance, 0.0) ** 0.5
    return GateRiskBody(
        var=float(risk["var_factor"]) * deviation if is_known else None,
        es=float(risk["es_factor"]) * deviation if is_known else None,
        confidence=settings.confidence,
        horizon=settings.horizon,
        max_var=float(gate.limits[Limit.MAX_VAR]),
        max_es=float(gate.limits[Limit.MAX_ES]),
        samples=samples,
        samples_min=needed,
        gross=float(np.abs(weights).sum()),
        net=float(weights.sum()),
    )


def read_risk_history(places: Sequence[Path], instruments: Sequence[str]) -> RiskHistory:
    """Read the past of ``instruments`` from bar files, folders or lakes.

    Raises:
        DataError: there are no bars, or they share no time.
        UsageError: an instrument has no bars, and none of the same base stands for it.
    """
    sources = bar_sources(places)
    found = [standing_for(name, sources) for name in instruments]
    notes = tuple(
        f"{found_name} stands for {name}"
        for name, found_name in zip(instruments, found, strict=True)
        if found_name != name
    )
    horizons = []
    for horizon in HORIZONS:
        panel = load_panel(sources, found, horizon)
        place = [panel.instruments.index(name) for name in found]
        returns = panel.returns()[-WINDOWS[horizon] :, place]
        horizons.append(PreparedHorizon.of(horizon, returns, DECAYS[horizon]))
    return RiskHistory(tuple(horizons), notes)


def standing_for(name: str, sources: Sequence[BarSource]) -> str:
    """Return the instrument whose bars are used: its own, or one of the same base in dollars."""
    known = sorted({source.instrument for source in sources})
    if name in known:
        return name
    base, quote, *_ = name.partition(":")[2].split("-")
    for other in known:
        words = other.partition(":")[2].split("-")
        same = words[0] == base and len(words) == 2
        if same and (words[1] == quote or {words[1], quote} <= DOLLARS):
            return other
    try:
        return find_instrument(name, sources)
    except UsageError as fault:
        raise UsageError(fault.what, where="observability.risk_history", fix=fault.fix) from None


def held_values(gate: Gate) -> FloatArray:
    """Return what is held of each instrument at its mark, in the account's currency."""
    markets = gate.markets
    return np.asarray(
        markets["position_lots"] * markets["mark_ticks"] * markets["lot_value"], dtype=np.float64
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
