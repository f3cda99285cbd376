"""Shapes of positions."""

from typing import Annotated

from pydantic import Field

from traider.api.shapes.orders import Instant, Instrument, Money, Price, Size
from traider.api.shapes.shape import Shape


class PositionShape(Shape):
    """A holding; money in the account's currency."""

    instrument: Instrument
    """Name of the instrument."""
    size: Size
    """Base units; negative for a short position, 0 for one that is closed."""
    average_price: Price | None
    """What the open part cost on average, without fees; null when flat."""
    cost: Money
    """What the open part cost, signed as the size, without fees."""
    mark: Price | None
    """Price it is valued at; null where none is known."""
    value: Money | None
    """Size times mark; negative for a short position."""
    unrealized: Money | None
    """Profit if it were closed at the mark, before fees."""
    realized: Money
    """Profit of what was closed since the run began, before fees and funding."""
    fees: Money
    """Paid on it since the run began, valued in the account's currency."""
    funding: Money
    """Paid for holding it; negative where it was received."""
    net: Money | None
    """Everything it made: realized and unrealized less fees and funding."""
    opened_ns: Instant | None
    """Since when it is held this way round; null when flat."""


class PositionsShape(Shape):
    """What is held."""

    currency: Annotated[str, Field(examples=["USDT"])]
    """Of all money here."""
    positions: list[PositionShape]
    """Instruments that ever traded, by name; those that are flat have size 0."""
    at_ns: Instant
    """When the marks are of."""
