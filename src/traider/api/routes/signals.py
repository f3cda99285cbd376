"""Signals: what each alpha says, now and over time, and what would have to change to trade."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.facts import FactsNow
from traider.api.following import FollowedRun
from traider.api.openapi import problems
from traider.api.reading import signals
from traider.api.reading.looking import chosen, looked
from traider.api.rights import Right
from traider.api.routes.asked import InstrumentChosen
from traider.api.shapes.signals import (
    SignalHistories,
    SignalHistory,
    SignalRow,
    Signals,
    Thresholds,
)
from traider.api.spans import SpanNow

router = APIRouter(
    prefix="/signals",
    tags=["signals"],
    dependencies=[Depends(needs(Right.READ))],
    responses=problems(401, 403, 404, 409, 422),
)

_END_NS = 2**62


@router.get("", summary="The matrix of instruments and alphas")
def signals_now(facts: FactsNow, instrument: InstrumentChosen = "") -> Signals:
    """Return scores, confidences, weights and thresholds, and what would have to change to trade.

    Scores are in no record of the run: they are made of the journal by the trader's own code.
    """

    def read(run: FollowedRun) -> tuple[list[SignalRow], list[str], Thresholds]:
        rows = [signals.signal_row(run, number) for number in chosen(run, instrument)]
        return rows, signals.names_of(run), signals.thresholds(run)

    (rows, names, limits), stands = looked(facts.view, read)
    return Signals(items=rows, alphas=names, thresholds=limits, as_of=stands)


@router.get("/history", summary="Scores over time")
def signals_history(
    facts: FactsNow,
    span: SpanNow,
    instrument: InstrumentChosen = "",
    points: Annotated[int, Query(ge=2, le=2_000, description="Most instants of a series.")] = 300,
) -> SignalHistories:
    """Return what each alpha and the ensemble said at past decisions, thinned."""
    asked = span.from_ns or 0, _END_NS if span.to_ns is None else span.to_ns

    def read(run: FollowedRun) -> tuple[list[SignalHistory], Thresholds]:
        found = [signals.history(run, each, asked, points) for each in chosen(run, instrument)]
        return found, signals.thresholds(run)

    (found, limits), stands = looked(facts.view, read)
    return SignalHistories(items=found, enter=limits.enter, exit=limits.exit, as_of=stands)
