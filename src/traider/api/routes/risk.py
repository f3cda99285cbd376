"""Risk: limits and their use, value at risk, exposure, correlation, breakers, stress."""

from pathlib import Path as FilePath
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.facts import Facts, FactsNow
from traider.api.openapi import problems
from traider.api.reading import exposures, limits
from traider.api.reading.looking import WAIT_S, as_of, looked
from traider.api.reading.stresses import stress_shape
from traider.api.reading.value_at_risk import (
    ConeAsked,
    TriedBook,
    book_to_try,
    risk_shape,
    sources_of,
    var_backtest,
)
from traider.api.rights import Right
from traider.api.shapes.risk import (
    Breakers,
    Correlation,
    Exposure,
    Limits,
    RiskNow,
    Stress,
    ValueAtRisk,
    VarBacktest,
)
from traider.api.shapes.standing import AsOf
from traider.domain.errors import UsageError
from traider.risk.models import Model
from traider.runtime.price_panel import BarSource
from traider.runtime.risk_file import read_risk
from traider.runtime.risk_watch import held_values
from traider.runtime.stress.book_stress import book_of_run, stress
from traider.runtime.stress.state_book import run_book

router = APIRouter(prefix="/risk", tags=["risk"], responses=problems(401, 403, 409, 422))
_READ: Final = [Depends(needs(Right.READ))]

_SOURCES_AGE_S: Final = 600.0
_TEST_AGE_S: Final = 3_600.0
_STRESS_AGE_S: Final = 300.0
_CHANGES_AGE_S: Final = 1.0
ModelName = Literal[
    "historical", "normal", "ewma", "cornish-fisher", "filtered-historical", "monte-carlo"
]


@router.get("/limits", summary="Limits, their use, and who set them", dependencies=_READ)
def risk_limits(facts: FactsNow) -> Limits:
    """Return every limit of the gate in force, what is used of it, and its last change.

    What is used comes from a replica of the gate; where that is not known, it is null.
    """
    body = facts.status().body
    changes = facts.cached(
        "limit changes", _CHANGES_AGE_S, lambda: limits.last_changes(facts.state / "audit")
    )
    origins = limits.LimitOrigins(facts.config.limits, changes)
    taken, stands = _taken_or_none(facts)
    rows = limits.limit_rows(taken, body.limits, origins, facts.config.risk)
    return Limits(items=rows, currency=body.currency, as_of=stands)


@router.get("/var", summary="Value at risk, and how its models held", dependencies=_READ)
def risk_var(
    facts: FactsNow,
    model: Annotated[ModelName, Query(description="Model of the cone.")] = "historical",
    level: Annotated[Literal["0.95", "0.99"], Query(description="Level of the cone.")] = "0.95",
) -> ValueAtRisk:
    """Return what a running trader measured last, and every model tried on the past.

    The book of now is held unchanged through the bars of ``observability.risk_history``, or of the
    data folder; where nothing is held, equal parts of every instrument.
    """
    asked = ConeAsked(Model(model), float(level))
    return ValueAtRisk(measured=measured_now(facts), backtest=_backtest(facts, asked))


@router.get("/exposure", summary="What is held, by instrument and in sum", dependencies=_READ)
def risk_exposure(facts: FactsNow) -> Exposure:
    """Return exposures as the gate counts them, with open orders at their worst."""
    taken, stands = looked(facts.view, limits.take_gate)
    equity = float(taken.gate.account[0]["equity"])
    values = held_values(taken.gate)
    return Exposure(
        instruments=exposures.exposure_rows(taken),
        groups=exposures.group_rows(taken),
        gross=exposures.part_of_equity(float(abs(values).sum()), equity),
        net=exposures.part_of_equity(float(values.sum()), equity),
        leverage=exposures.part_of_equity(float(limits.worst_values(taken.gate).sum()), equity),
        equity=exposures.money(equity),
        currency=facts.config.currency,
        as_of=stands,
    )


@router.get("/correlation", summary="How prices move together", dependencies=_READ)
def risk_correlation(facts: FactsNow) -> Correlation:
    """Return correlations and volatilities as the gate measures them."""
    taken, stands = looked(facts.view, limits.take_gate)
    return exposures.correlation(taken, stands)


@router.get("/breakers", summary="Circuit breakers, open and closed", dependencies=_READ)
def risk_breakers(facts: FactsNow) -> Breakers:
    """Return every configured breaker with its bound, what it measured, and who may close it."""
    taken, stands = looked(facts.view, limits.take_gate)
    rows = exposures.breaker_rows(taken, facts.config.run.rearm_by)
    return Breakers(items=rows, as_of=stands)


@router.get("/stress", summary="What the present book loses in each scenario", dependencies=_READ)
def risk_stress(facts: FactsNow) -> Stress:
    """Return the last table, made not longer than five minutes ago."""
    return _stress(facts, _STRESS_AGE_S)


@router.post(
    "/stress", summary="Try every scenario anew", dependencies=[Depends(needs(Right.JOBS))]
)
def refresh_risk_stress(facts: FactsNow) -> Stress:
    """Try every scenario on the book as it is now, and return the table."""
    return _stress(facts, 0.0)


def _taken_or_none(facts: Facts) -> tuple[limits.GateTaken | None, AsOf]:
    try:
        return looked(facts.view, limits.take_gate)
    except UsageError:
        return None, as_of(facts.view.wait_until_live(WAIT_S))


def measured_now(facts: Facts) -> RiskNow | None:
    """Return what a running trader measured last; None where none did."""
    try:
        return risk_shape(read_risk(facts.state))
    except UsageError:
        return None


def _sources(facts: Facts) -> list[BarSource]:
    """Return the bars that the trader measures with, or those that were downloaded."""
    places: list[FilePath] = [*facts.settings.observability.risk_history] or [facts.data]
    return facts.cached("bars", _SOURCES_AGE_S, lambda: sources_of(places))


def _backtest(facts: Facts, asked: ConeAsked) -> VarBacktest:
    held = [(each.name, float(each.value)) for each in facts.status().body.positions]
    names = [each.name for each in facts.manifest.instruments]
    book: TriedBook = book_to_try(held, names)
    # What is held moves a little each second, and with it nothing that is worth trying anew.
    total = sum(abs(value) for _, value in book.values)
    parts = [(name, round(value / total, 2)) for name, value in book.values]
    key = f"var {parts} {asked}"
    return facts.cached(key, _TEST_AGE_S, lambda: var_backtest(book, _sources(facts), asked))


def _stress(facts: Facts, age_s: float) -> Stress:
    def make() -> Stress:
        sources = _sources(facts)
        named = book_of_run(run_book(facts.status().body, facts.config), sources)
        return stress_shape(stress(named, sources, lambda _done, _what: None))

    return facts.cached("stress", age_s, make)
