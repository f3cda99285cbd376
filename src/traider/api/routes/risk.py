"""Risk: limits and their use, value at risk, exposure, correlation, breakers, stress."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.being_made import being_made
from traider.api.facts import Facts, FactsNow
from traider.api.making import Freshness
from traider.api.making.beside import Told, Work
from traider.api.openapi import problems
from traider.api.reading import exposures, limits
from traider.api.reading.looking import WAIT_S, as_of, looked
from traider.api.reading.stresses import stress_of
from traider.api.reading.value_at_risk import (
    ConeAsked,
    TriedBook,
    TriedModels,
    book_to_try,
    risk_shape,
    tried_models,
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
from traider.runtime.risk_file import read_risk
from traider.runtime.risk_watch import held_values
from traider.runtime.stress.state_book import run_book

router = APIRouter(prefix="/risk", tags=["risk"], responses=problems(401, 403, 409, 422))
_READ: Final = [Depends(needs(Right.READ))]

_TRIED: Final = Freshness(fresh_s=60.0, age_s=3_600.0)
_STRESSED: Final = Freshness(age_s=300.0)
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
    rows = limits.limit_rows(taken, body.limits, origins, facts.config)
    return Limits(items=rows, currency=body.currency, as_of=stands)


@router.get("/var", summary="Value at risk", dependencies=_READ)
def risk_var(facts: FactsNow) -> ValueAtRisk:
    """Return what a running trader measured last."""
    return ValueAtRisk(measured=measured_now(facts))


@router.get(
    "/var/backtest",
    summary="How the models of value at risk held",
    dependencies=_READ,
    responses=being_made(),
)
def risk_var_backtest(
    facts: FactsNow,
    model: Annotated[ModelName, Query(description="Model of the cone.")] = "historical",
    level: Annotated[Literal["0.95", "0.99"], Query(description="Level of the cone.")] = "0.95",
) -> VarBacktest:
    """Return every model tried on the past.

    The book is held unchanged through the bars of ``observability.risk_history``, or of the data
    folder; where nothing is held, equal parts of every instrument. The first answer takes a while;
    later ones are what was made last, and tell when, while what is held changes.
    """
    book = _tried_book(facts)
    work = Work(tried_models, (book, _places(facts)))
    tried: TriedModels = facts.answers.get(
        "var", book.mark, lambda told: facts.risk_beside.run(work, told), _TRIED
    )
    return tried.shape(ConeAsked(Model(model), float(level)))


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


@router.get(
    "/stress",
    summary="What the present book loses in each scenario",
    dependencies=_READ,
    responses=being_made(),
)
def risk_stress(facts: FactsNow) -> Stress:
    """Return the last table; one that is older than five minutes is made anew meanwhile."""
    return facts.answers.get("stress", "", _stress_maker(facts), _STRESSED)


@router.post(
    "/stress",
    summary="Try every scenario anew",
    dependencies=[Depends(needs(Right.JOBS))],
    responses=being_made(),
)
def refresh_risk_stress(facts: FactsNow) -> Stress:
    """Try every scenario on the book as it is now, and return the table.

    Where it takes a while it is 202: ``GET`` gives it afterwards, with a later ``made_ns``.
    """
    return facts.answers.anew("stress", "", _stress_maker(facts))


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


def _places(facts: Facts) -> tuple[FilePath, ...]:
    """Return where bars are that the trader measures with, or those that were downloaded."""
    return tuple(facts.settings.observability.risk_history) or (facts.data,)


def _tried_book(facts: Facts) -> TriedBook:
    held = [(each.name, float(each.value)) for each in facts.status().body.positions]
    return book_to_try(held, [each.name for each in facts.manifest.instruments])


def _stress_maker(facts: Facts) -> Callable[[Told], Stress]:
    work = Work(stress_of, (run_book(facts.status().body, facts.config), _places(facts)))

    def make(told: Told) -> Stress:
        found = facts.risk_beside.run(work, told)
        assert isinstance(found, Stress)  # noqa: S101 - the work gives nothing else
        return found

    return make
