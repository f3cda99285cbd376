"""What the present book loses in every scenario."""

import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from traider.api.making.beside import Told
from traider.api.reading.value_at_risk import sources_of
from traider.api.shapes.risk import Stress, StressLoss, StressRow
from traider.risk.stress import ScenarioLoss
from traider.runtime.stress.book_stress import StressOutcome, book_of_run, stress
from traider.runtime.stress.state_book import RunBook


def stress_of(held: RunBook, places: Sequence[Path], told: Told) -> Stress:
    """Try every scenario on a book, as ``traider stress`` does.

    Args:
        held: what is held.
        places: files and folders of bars.
        told: hears how far it is.
    """
    told(0.0, "reading bars")
    sources = sources_of(places)
    return stress_shape(stress(book_of_run(held, sources), sources, told))


def stress_shape(outcome: StressOutcome) -> Stress:
    """Return the outcome of a stress, money to the cent as ``traider stress`` prints it."""
    book, worst = outcome.book, outcome.worst
    return Stress(
        items=[
            _row(loss, effects)
            for loss, effects in zip(outcome.losses, outcome.effects, strict=True)
        ],
        worst=worst.scenario.name if worst else None,
        currency=book.currency,
        equity=_text(book.equity),
        gross=_text(book.gross),
        made_ns=time.time_ns(),
        notes=list(outcome.notes),
    )


def _row(loss: ScenarioLoss, effects: tuple[str, ...]) -> StressRow:
    return StressRow(
        scenario=loss.scenario.name,
        title=loss.scenario.title,
        meaning=loss.scenario.meaning,
        loss=_text(loss.total),
        of_equity=_fraction(loss.share),
        is_liquidated=loss.is_liquidated,
        leverage_after=_fraction(loss.leverage_after),
        limits=list(effects),
        positions=[
            StressLoss(
                instrument=each.instrument,
                move=float(each.move),
                loss=_text(each.total),
                price_loss=_text(each.price),
                spread=_text(each.spread),
                costs=_text(each.fees),
                funding=_text(each.funding),
            )
            for each in loss.positions
        ],
    )


def _text(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):f}"


def _fraction(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
