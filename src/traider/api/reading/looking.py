"""How routes look at a run that is followed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from traider.api.following import FollowedRun, LiveView, Standing
from traider.api.problems import NotFoundError
from traider.api.shapes.standing import AsOf
from traider.domain.errors import UsageError

T = TypeVar("T")

WAIT_S: Final = 3.0
"""How long somebody who asks first waits for the view to have caught up."""


def looked(view: LiveView, reader: Callable[[FollowedRun], T]) -> tuple[T, AsOf]:
    """Return what ``reader`` makes of the run, and how current that is.

    A view that still catches up after a while is read as it is: its standing says so.

    Raises:
        UsageError: no run has begun, or what is asked for is not known.
    """
    view.wait_until_live(WAIT_S)
    found = view.read(reader)
    return found, as_of(view.standing())


def as_of(standing: Standing) -> AsOf:
    """Return how a view stands."""
    return AsOf.model_validate(standing)


def number_of(run: FollowedRun, instrument: str) -> int:
    """Return the number of an instrument that somebody named.

    Raises:
        NotFoundError: the run has none of that name.
    """
    try:
        return run.number(instrument)
    except UsageError as fault:
        raise NotFoundError(fault.what, where=instrument, fix=fault.fix) from None


def chosen(run: FollowedRun, instrument: str) -> list[int]:
    """Return the number of the instrument that is named, or of every one where none is.

    Raises:
        NotFoundError: the run has none of that name.
    """
    return [number_of(run, instrument)] if instrument else [*range(len(run.instruments))]


def text_of(value: Decimal | None) -> str | None:
    """Return a decimal as text without an exponent; None of None."""
    return None if value is None else f"{value:f}"
