"""The book of a run, from its state folder: positions, worth, resting stops, and its limits."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from traider.domain.errors import UsageError
from traider.runtime.config import Config
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.status_body import OrderBody, PositionBody, StatusBody
from traider.runtime.status_source import find_status


@dataclass(frozen=True)
class HeldStop:
    """A stop of the run that would close a position."""

    trigger: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class RunPosition:
    """What a run holds of an instrument; money in the account's currency."""

    instrument: str
    quantity: Decimal
    value: Decimal
    stops: tuple[HeldStop, ...]


@dataclass(frozen=True)
class RunBook:
    """An account as its run tells it."""

    currency: str
    equity: Decimal
    positions: tuple[RunPosition, ...]
    lost_today: Decimal
    """Of the equity at the start of the day, positive for a loss."""
    drawdown: Decimal
    config: Config


def read_run_book(state: Path, timeout_s: float) -> RunBook:
    """Return the book of the run of a state folder; the run may be under way or over.

    Raises:
        UsageError: the folder holds no run, it is another user's, or it never traded.
        DataError: what was kept cannot be read.
    """
    config = RecordedRun.open(state).config
    return run_book(find_status(state, timeout_s).body, config)


def run_book(body: StatusBody, config: Config) -> RunBook:
    """Return the book that a status tells.

    Raises:
        UsageError: the run has said nothing yet of what it is worth.
    """
    if not body.nav:
        raise UsageError(
            "the run has not traded yet, so nobody knows what it holds",
            where=body.state,
            fix="ask again when it trades",
        )
    equity = Decimal(body.nav)
    at_dawn = equity - Decimal(body.pnl_day)
    return RunBook(
        currency=body.currency,
        equity=equity,
        positions=tuple(
            _position(each, body.orders) for each in body.positions if Decimal(each.size)
        ),
        lost_today=-Decimal(body.pnl_day) / at_dawn if at_dawn > 0 else Decimal(0),
        drawdown=Decimal(body.drawdown),
        config=config,
    )


def _position(held: PositionBody, orders: tuple[OrderBody, ...]) -> RunPosition:
    size = Decimal(held.size)
    closing = "sell" if size > 0 else "buy"
    stops = tuple(
        HeldStop(Decimal(order.trigger), Decimal(order.leaves))
        for order in orders
        if order.name == held.name and order.trigger and order.guards and order.side == closing
    )
    return RunPosition(held.name, size, Decimal(held.value), stops)
